"""Where in the user's files layers and optimizers were made: noted while a side is built.

Where a setting differs, these are the lines of code that differ.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from inspect import signature
from types import FrameType
from typing import Any
from unittest.mock import patch
from weakref import ref

from compare.traces.place import OWN, Place, kind_of

MOST = 4  # lines of the user's that are kept, from that which makes it to those that call its function

_NOTED: dict[int, tuple[ref, tuple[Place, ...]]] = {}  # by the id of what was made


@contextmanager
def noted(*bases: type) -> Iterator[None]:
    """Inside, the line that makes an instance of one of these classes, or of one derived from it, is kept."""
    with ExitStack() as inside:
        for base in bases:
            inside.enter_context(patch.object(base, "__init__", _noting(base.__init__)))  # type: ignore[misc]
        yield


def made_at(instance: Any) -> Place | None:
    """The user's line that made an object; None where that was not seen."""
    return next(iter(calls_that_make(instance)), None)


def calls_that_make(instance: Any) -> tuple[Place, ...]:
    """The user's line that made an object, and those that called its function, innermost first; empty where unseen.

    A function that makes many layers has one line for all: what is given to one of them stands where it was called.
    """
    reference, places = _NOTED.get(id(instance), (None, ()))
    return places if reference is not None and reference() is instance else ()


def _noting(initialise: Callable) -> Callable:
    @wraps(initialise)
    def note_and_initialise(self: Any, *arguments: Any, **options: Any) -> None:
        if places := lines_that_run(self, sys._getframe(1)):
            number = id(self)
            _NOTED[number] = ref(self, lambda _: _NOTED.pop(number, None)), places
        initialise(self, *arguments, **options)

    # Keras reads a signature through what it wraps, and the names of the arguments without.
    note_and_initialise.__signature__ = signature(initialise)  # type: ignore[attr-defined]
    return note_and_initialise


def lines_that_run(instance: Any, frame: FrameType | None, most: int = MOST) -> tuple[Place, ...]:
    """The innermost lines of the user's that are running, outside of the object's own methods."""
    found: list[Place] = []
    while frame is not None and len(found) < most:
        code = frame.f_code
        if kind_of(code.co_filename) == OWN and not _is_method_of(instance, frame):
            found.append(Place(code.co_filename, frame.f_lineno, code.co_name))
        frame = frame.f_back
    return tuple(found)


def _is_method_of(instance: Any, frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_argcount > 0 and frame.f_locals.get(code.co_varnames[0]) is instance
