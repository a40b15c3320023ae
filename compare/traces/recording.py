"""The part of a recorder that needs no framework: the file, the curves, and the number of the step."""

from __future__ import annotations

import atexit
import os
import sys
import time
from array import array
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from compare.inputs.arrays import ulp
from compare.traces.calls import with_call
from compare.traces.header import Header
from compare.traces.operations import Operations
from compare.traces.rates import is_rate
from compare.traces.step import END
from compare.traces.trace import EVALUATION, NOT_METRICS, ONCE_MORE, TraceWriter, trace_path

# An environment variable: where it is set, a recorder nudges its model, by an ulp of the dtype that it names, or of
# each weight's own dtype.
NUDGE = "COMPARE_NUDGE"

TOLD_FROM = 1e9  # bytes of a trace

_OPEN: dict[Path, Recording] = {}  # what this process is recording, by its file


class Recording:
    """One trace while it is recorded.

    If it is never closed, the end of the process closes it, after an error too: what was recorded so far is kept.
    """

    def __init__(
        self,
        path: Path | str,
        audits: Container[int],
        close: Callable[[], None],
        discard: Callable[[], None] | None = None,
        losses_alone: bool = False,
    ):
        """Begin; `close` is called at the end of the process, `discard` where another takes over the file.

        With `losses_alone`, no other tensors are kept.
        """
        self.nudged = bool(os.environ.get(NUDGE))
        self._path = trace_path(path, self.nudged)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._discard = discard or self.discard
        self._take_over()
        self._writer = TraceWriter(self._path)
        self._audits, self._losses_alone = audits, losses_alone
        self._curves: dict[str, array] = {}
        self._names: Counter[tuple[str, str]] = Counter()
        self._close, self.open, self.replaced = close, True, False
        self.steps, self.at_end, self._paused, self._told = 0, False, False, False
        self.restart()
        atexit.register(close)
        _OPEN[self._path.resolve()] = self

    def _take_over(self) -> None:
        """Discard what is still being recorded to this file, as where the cell of a notebook is run again."""
        if (other := _OPEN.get(self._path.resolve())) is not None:
            print(
                f"{self._path}: a second recorder was made under this name while the first was open: what the "
                "first recorded is dropped (close a recorder to keep its file)",
                file=sys.stderr,
            )
            other._discard()
            other.replaced = True

    def check_open(self) -> None:
        """ValueError where no more steps can be recorded."""
        if not self.open and self.replaced:
            raise ValueError(
                f"{self._path}: a second recorder was made under this name while this one was open, and now has the "
                "file: give each recorder a path of its own"
            )
        if not self.open:
            raise ValueError(f"{self._path}: this recorder was closed: make a new one to record more steps")

    @property
    def audited(self) -> bool:
        """Whether this step's tensors are recorded."""
        return self.open and self.is_audited(self.steps)

    def is_audited(self, step: int) -> bool:
        """Whether this is a step whose tensors are recorded."""
        return step in self._audits

    @property
    def is_paused(self) -> bool:
        """Whether what runs does not count to a step."""
        return self._paused

    def restart(self) -> None:
        """Start the clock of a step."""
        self._names.clear()
        self._started = time.perf_counter()

    def tensor(self, stage: str, name: str, value: np.ndarray) -> None:
        """Record one tensor of this step; the second of the same name is its second call."""
        if self._paused or (self._losses_alone and stage != "loss"):
            return
        self._names[stage, name] += 1
        label = with_call(name, self._names[stage, name])
        self._writer.tensor(END if self.at_end else self.steps, stage, label, value)

    def operations(self, record: Operations) -> None:
        """Record what a step computed, operation by operation."""
        self._writer.operations(record)

    def point(self, loss: float, batch: Mapping[str, Any], metrics: Mapping[str, float]) -> None:
        """Add a step to the curves, and go on to the next."""
        seconds = time.perf_counter() - self._started
        sizes = [array.shape[0] for array in batch.values() if len(getattr(array, "shape", ()))]
        named = {as_metric(name): value for name, value in metrics.items()}
        point = {"loss": loss, "examples": sizes[0] if sizes else 1, "seconds": seconds, **named}
        for name, value in point.items():
            self._curves.setdefault(name, array("d")).append(value)
        if self.audited:
            self._tell_size()
        self.steps += 1

    def _tell_size(self) -> None:
        """Say how large the file will be, after the first step whose tensors it has, where that is much."""
        audits = len(self._audits) if isinstance(self._audits, Sized) else 1
        if not self._told and (expected := audits * self._writer.written) > TOLD_FROM:
            print(
                f"{self._path}: about {expected / 1e9:.1f} GB for {audits} audited steps, of which one takes "
                f"{self._writer.written / 1e9:.1f} GB: audits=(0,) records one",
                file=sys.stderr,
            )
        self._told = True

    def curve(self, name: str, values: Iterable[float]) -> None:
        """Add a curve as a whole."""
        self._curves[name] = array("d", values)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Between two steps: neither the tensors nor the time of what runs inside count to the next."""
        begun, self._paused = time.perf_counter(), True
        try:
            yield
        finally:
            self._paused = False
            self._started += time.perf_counter() - begun

    def evaluation(self, loss: float) -> None:
        """Add an evaluation after the step just made."""
        for name, value in zip(EVALUATION, (self.steps - 1, loss), strict=True):
            self._curves.setdefault(name, array("d")).append(value)

    def once_more(self, loss: float) -> None:
        """Add the first batch's loss as the trained model has it."""
        self._curves[ONCE_MORE] = array("d", [loss])

    def end(self) -> bool:
        """Whether any step was recorded; all tensors recorded from here on are filed under the end."""
        if self.open and not self.steps:
            print(f"{self._path}: no step was recorded: call recorder.step(loss, batch) in the loop", file=sys.stderr)
            self.discard()
        self.at_end = self.open
        self._names.clear()
        return self.open

    def close(self, header: Header, apart: Mapping[tuple[str, str], Any] = {}) -> None:
        """Write the file; `apart` as in TraceWriter."""
        self._forget()
        self._writer.close(self._curves, header, apart)

    def discard(self) -> None:
        """Leave no file."""
        if self.open:
            self._forget()
            self._writer.discard()

    def flush(self) -> None:
        """Leave nothing to write that a forked process would write too."""
        self._writer.flush()

    def abandon(self) -> None:
        """Leave the file to the process that this one was forked from."""
        self._forget()
        self._writer.abandon()

    def _forget(self) -> None:
        self.open = False
        atexit.unregister(self._close)
        if _OPEN.get(self._path.resolve()) is self:
            del _OPEN[self._path.resolve()]


def _before_fork() -> None:
    for recording in _OPEN.values():
        recording.flush()


def _after_fork() -> None:
    for recording in list(_OPEN.values()):
        recording.abandon()


if hasattr(os, "register_at_fork"):  # a process that loads batches is often forked
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


def as_metric(name: str) -> str:
    """The curve of a metric: a name that is a curve of the recorder's own is told apart from it."""
    return f"metric {name}" if name in NOT_METRICS or is_rate(name) else name


def as_named(batch: Any) -> dict[str, Any]:
    """A batch as a dict: by its own names, or by position in a tuple; what has no shape is left out."""
    if batch is None:
        return {}
    if hasattr(batch, "items"):
        named = {str(name): value for name, value in batch.items()}
    elif isinstance(batch, (tuple, list)):
        named = {str(place): value for place, value in enumerate(batch)}
    else:
        named = {"0": batch}
    return {name: value for name, value in named.items() if hasattr(value, "shape")}


def coarsest(dtypes: Iterable[str]) -> str | None:
    """The dtype with the widest ulp, by name; None where there are no dtypes."""
    return max(dtypes, key=ulp, default=None)
