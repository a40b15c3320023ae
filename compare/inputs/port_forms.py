"""The forms that a port's batches may have: dicts, tuples or single arrays; inside, a batch is a dict of arrays."""

from __future__ import annotations

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


def form_of(batch: Any) -> str:
    """One of FORMS."""
    return "dicts" if isinstance(batch, Mapping) else "tuples" if isinstance(batch, (tuple, list)) else "arrays"


def arrays_of(batch: Any) -> list[Any]:
    """What a batch holds, as it is."""
    return list(batch.values() if isinstance(batch, Mapping) else batch if form_of(batch) == "tuples" else [batch])


def named(batch: Any, said: str) -> Arrays:
    """A batch of any form as a dict of arrays; PortError, beginning with `said`, where it cannot be trained on."""
    names = list(batch) if isinstance(batch, Mapping) else [str(number) for number in range(len(arrays_of(batch)))]
    arrays = {str(name): np.asarray(array) for name, array in zip(names, arrays_of(batch), strict=True)}
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
        for batch in batches(map(FORMS[form], shared)):
            if form_of(batch) != form:
                raise PortError(f"{said} {form_of(batch)}, but got {form}: give batches the form that they had")
            yield named(batch, said)

    return stream
