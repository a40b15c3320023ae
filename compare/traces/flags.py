"""Where in the user's files it was set whether weights train: noted while a side is built.

Where one side trains what the other has frozen, these are the lines of code that differ, not those that made the layer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from inspect import getattr_static
from typing import Any
from unittest.mock import patch
from weakref import ref

from compare.traces.made_at import lines_that_run
from compare.traces.place import Place

_NOTED: dict[int, tuple[ref, Place]] = {}  # by the id of what has the flag


@contextmanager
def flags_noted(flags: dict[type, tuple[str, ...]]) -> Iterator[None]:
    """Inside, the line that sets one of these attributes, or calls one of these methods, is kept: the last."""
    with ExitStack() as inside:
        for owner, names in flags.items():
            for name in names:
                inside.enter_context(patch.object(owner, name, _noting(getattr_static(owner, name))))
        yield


def flag_set_at(instance: Any) -> Place | None:
    """The user's line that last set whether it trains; None where none was seen."""
    reference, place = _NOTED.get(id(instance), (None, None))
    return place if reference is not None and reference() is instance else None


def _noting(own: Any) -> Any:
    """A method or attribute that does what it did, and notes who called or set it."""
    if hasattr(own, "__set__"):

        def note_and_set(self: Any, value: Any) -> None:
            _note(self)
            own.__set__(self, value)

        return property(lambda self: own.__get__(self, type(self)), note_and_set)

    @wraps(own)
    def note_and_call(self: Any, *arguments: Any, **options: Any) -> Any:
        _note(self)
        return own(self, *arguments, **options)

    return note_and_call


def _note(instance: Any) -> None:
    if places := lines_that_run(instance, sys._getframe(2), most=1):
        number = id(instance)
        _NOTED[number] = ref(instance, lambda _: _NOTED.pop(number, None)), places[0]
