"""Where in the user's own files an operation was called: code of libraries and of this project is folded."""

from __future__ import annotations

import sys
from itertools import count
from types import FrameType
from typing import NamedTuple

from compare.traces.made_at import made_at
from compare.traces.place import FOLDED, LEFT_OUT, OWN, Place, is_optimizer, is_telling, kind_of

__all__ = ["Called", "Place", "next_call", "stack"]

MOST_FRAMES = 6
CONTAINER = "/torch/nn/modules/container.py"  # runs what was put into it elsewhere, by this name:
CONTAINED = "module"


class Called(NamedTuple):
    """The user's lines that are running, innermost first, the innermost line of a library that says more, and for each
    of the user's lines the number of its function's call; empty where these are not known."""

    own: tuple[Place, ...]
    library: Place | None = None
    calls: tuple[int, ...] = ()


def stack() -> Called | None:
    """The lines that are running; None for what only the recording computes.

    What a library's optimizer does has no line: its settings say it.
    """
    frame: FrameType | None = sys._getframe(1)
    found: list[Place] = []
    calls: list[int] = []
    library: Place | None = None
    inner: FrameType | None = None
    while frame is not None and len(found) < MOST_FRAMES:
        code = frame.f_code
        kind = kind_of(code.co_filename)
        if kind == LEFT_OUT and not found:
            return None
        if kind == FOLDED and not found and is_optimizer(code.co_filename):
            return Called(())
        if kind == FOLDED and not found and library is None and is_telling(code.co_filename):
            library = Place(code.co_filename, frame.f_lineno, code.co_name)
        if kind == OWN:
            found.append(Place(code.co_filename, frame.f_lineno, code.co_name))
            calls.append(_call_of(frame))
        elif inner is not None and (place := _made_for(frame)) is not None:
            found.append(place)
            calls.append(_call_of(inner))
        inner, frame = frame, frame.f_back
    return Called(tuple(found), library, tuple(calls) if all(calls) else ())


def _made_for(frame: FrameType) -> Place | None:
    """Where the module was made that a container of PyTorch's runs: the container's own line says nothing of it.

    differs: Keras' containers are functional models, whose nodes keep their lines (tf_impl/functional.py).
    """
    if not frame.f_code.co_filename.replace("\\", "/").endswith(CONTAINER):
        return None
    return made_at(frame.f_locals.get(CONTAINED))


class _Call(int):
    """The number of a call."""


def _call_of(frame: FrameType) -> int:
    """The number of a function's call, which tells it from earlier ones; 0 while a debugger is at work.

    A frame that has ended leaves its place in memory to others. Its trace function is what it may carry with it.
    """
    if sys.gettrace() is not None:
        return 0
    if not isinstance(frame.f_trace, _Call):
        frame.f_trace = _Call(next_call())  # type: ignore[assignment]
    return frame.f_trace  # type: ignore[return-value]


def next_call() -> int:
    """A number that no call has yet."""
    return next(_NUMBERS)


_NUMBERS = count(1)
