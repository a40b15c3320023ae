"""Which of a framework's losses a step calls, and with which settings: seen while the step runs.

Python tells of every call of a function, so it does not matter where a loss is kept, how it was imported, or whether it
is an object or a function.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from compare.traces.header import Setting
from compare.traces.settings.values import attempt, plain

Loss = tuple[str, dict[str, Any]]  # its kind and its settings
Reader = Callable[[Mapping[str, Any]], Loss | None]  # from the arguments of a call; None: look at what it calls itself


class LossCalls:
    """Watches the calls of losses, from `start` to `stop`, in the thread that started it.

    What a loss calls itself does not count, nor what the functions `silent` do: a metric uses losses' functions too.
    """

    def __init__(self, readers: Mapping[CodeType, Reader], silent: Collection[CodeType] = ()):
        self._readers, self._silent = readers, silent
        self._inside: FrameType | None = None  # the call of a loss that is running
        self._on = self._ended = False
        self.found: list[Loss] = []

    def start(self) -> None:
        """Begin to watch, the first time only; not where another profiler is at work, which this would replace."""
        if not self._ended and sys.getprofile() is None:
            self._on = True
            sys.setprofile(self._see)

    def stop(self) -> None:
        """Watch no more."""
        if self._on and sys.getprofile() == self._see:
            sys.setprofile(None)
        self._ended |= self._on
        self._on, self._inside = False, None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Not to watch what calls no loss, as an optimizer: to be told of every call slows a step to half its speed."""
        watching = self._on and sys.getprofile() == self._see
        if watching:
            sys.setprofile(None)
        try:
            yield
        finally:
            if watching:
                sys.setprofile(self._see)

    def _see(self, frame: FrameType, event: str, _: Any) -> None:
        if not self._on:  # stopped from another thread
            sys.setprofile(None)
        elif event == "return" and frame is self._inside:
            self._inside = None
        elif event == "call" and self._inside is None:
            self._called(frame)

    def _called(self, frame: FrameType) -> None:
        if frame.f_code in self._silent:
            self._inside = frame
        elif (reader := self._readers.get(frame.f_code)) is not None:
            loss = attempt(lambda: reader(frame.f_locals), None)
            if loss is not None:
                self._inside = frame
                if loss not in self.found:
                    self.found.append(loss)


def with_called(settings: Iterable[Setting], losses: Iterable[Loss]) -> list[Setting]:
    """The settings of a side, whose losses are those that were called, if any were."""
    called = [
        Setting("loss" if number == 1 else f"loss {number}", kind, name, plain(value))
        for number, (kind, values) in enumerate(losses, 1)
        for name, value in values.items()
    ]
    return [each for each in settings if not (called and each.subject.partition(" ")[0] == "loss")] + called
