"""The forms that a port's batches may have: dicts, tuples, either in the other, or single arrays; inside, a batch is a
dict of arrays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from compare.inputs.arrays import Arrays
from compare.inputs.port_errors import PortError

# How a port's own functions get a batch back that was a dict of named tensors inside.
FORMS: dict[str, Callable[[Mapping], Any]] = {
    "dicts": dict,
    "tuples": lambda batch: tuple(batch.values()),
    "arrays": lambda batch: next(iter(batch.values())),
}
LEAF = 0  # in the skeleton of a batch, where an array is


def form_of(batch: Any) -> str:
    """One of FORMS; of a batch of nested dicts and tuples, its skeleton."""
    if any(_is_nested(each) for each in _parts(batch).values()):
        return json.dumps(_skeleton(batch))
    return "dicts" if isinstance(batch, Mapping) else "tuples" if isinstance(batch, (tuple, list)) else "arrays"


def in_form(form: str) -> Callable[[Mapping], Any]:
    """What gives a port's own functions a batch of such a form."""
    if form in FORMS:
        return FORMS[form]
    skeleton = json.loads(form)
    return lambda batch: _filled(skeleton, iter(batch.values()))


def _is_nested(part: Any) -> bool:
    """Whether a part of a batch is itself of several arrays; lists of numbers are one."""
    if isinstance(part, (tuple, list)):
        return any(_is_nested(each) or (isinstance(each, np.ndarray) and each.ndim > 0) for each in part)
    return isinstance(part, Mapping)


def _parts(batch: Any) -> dict[str, Any]:
    """What a batch holds, by name or number."""
    if isinstance(batch, Mapping):
        return {str(name): part for name, part in batch.items()}
    return {str(number): part for number, part in enumerate(batch if isinstance(batch, (tuple, list)) else [batch])}


def _skeleton(batch: Any) -> Any:
    parts = {name: _skeleton(part) if _is_nested(part) else LEAF for name, part in _parts(batch).items()}
    return parts if isinstance(batch, Mapping) else list(parts.values())


def _filled(skeleton: Any, arrays: Iterator[Any]) -> Any:
    if skeleton == LEAF:
        return next(arrays)
    if isinstance(skeleton, dict):
        return {name: _filled(part, arrays) for name, part in skeleton.items()}
    return tuple(_filled(part, arrays) for part in skeleton)


def _leaves(batch: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every array of a batch, with its name: "support.0" in a dict of tuples."""
    for name, part in _parts(batch).items():
        if _is_nested(part):
            yield from _leaves(part, f"{path}{name}.")
        else:
            yield f"{path}{name}", part


def arrays_of(batch: Any) -> list[Any]:
    """What a batch holds, as it is."""
    return [array for _, array in _leaves(batch)]


def named(batch: Any, said: str) -> Arrays:
    """A batch of any form as a dict of arrays; PortError, beginning with `said`, where it cannot be trained on."""
    arrays = {name: np.asarray(array) for name, array in _leaves(batch)}
    if not arrays:
        raise PortError(f"{said} a batch without arrays")
    for name, array in arrays.items():
        if array.dtype.kind not in "fiub":
            raise PortError(f"{said} {name} as {array.dtype}, expected NumPy arrays of numbers")
        if not array.ndim:
            raise PortError(f"{said} {name} as a scalar, expected an array with an axis of examples")
    return arrays


def stream_of(batches: Callable[[Iterable], Iterable], form: str, said: str) -> Callable[[Iterable], Iterator[Arrays]]:
    """The `batches` of a port's Side, which gets and gives batches of the port's form, for batches that are dicts."""

    def stream(shared: Iterable[Mapping]) -> Iterator[Arrays]:
        for batch in batches(map(in_form(form), shared)):
            if form_of(batch) != form:
                raise PortError(f"{said} {form_of(batch)}, but got {form}: give batches the form that they had")
            yield named(batch, said)

    return stream
