"""What one step computed, operation by operation: which values went in and came out, and which line of the user's ran.

It is bounded: of large values only the fingerprint is kept, and a step of very many operations is recorded in part.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np

from compare.traces.fingerprints import Fingerprint, fingerprint
from compare.traces.places import Called, Place, stack

MOST_OPERATIONS = 20_000
MOST_SECONDS = 8.0  # that the recording itself may take
WHOLE = 2**12  # elements of a value that is kept whole
MOST_WHOLE = 2**22  # elements of all of them
FOLDER = "operations"
WRITTEN = ", with a gradient of its own"  # how the name ends of what somebody wrote the gradient of
UNREDUCED = ", unreduced"  # how the name ends of what a loss computes before it takes the mean or the sum


@dataclass(frozen=True)
class Operation:
    """`inputs` and `outputs` are numbers of values; `stack` are the user's lines, innermost first, and `library` is the
    line of a library that they led to, if it says more.

    `calls` are the numbers of the calls of the functions in which these lines stand, if they are known.
    `of` is the number of the forward operation whose gradient this computes. `stops` is True where a gradient is cut
    off: what comes out has none, though what goes in would.
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    stack: tuple[Place, ...]
    of: int | None = None
    stops: bool = False
    library: Place | None = None
    calls: tuple[int, ...] = ()


@dataclass(frozen=True)
class Value:
    """`whole` is None where it was too large to keep; `print` is None where the content is not known."""

    shape: tuple[int, ...]
    dtype: str
    print: Fingerprint | None
    whole: np.ndarray | None = None


class Edge(NamedTuple):
    """What comes back through an operation to a value that it was given: a term of that value's gradient."""

    operation: int
    value: int
    gradient: int  # the value that holds the term
    asked: int = 0  # the number of the backward pass


@dataclass(frozen=True)
class Operations:
    """A step, with the way that the gradients of its weights take, and the value of each weight by its name.

    `asked` are the weights, by their values, whose gradients each backward pass was to compute. `capped` says why the
    record ends before the step did; empty where it does not.
    """

    operations: tuple[Operation, ...]
    values: tuple[Value, ...]
    edges: tuple[Edge, ...] = ()
    weights: Mapping[str, int] = field(default_factory=dict)
    asked: tuple[tuple[int, ...], ...] = ()
    capped: str = ""

    @cached_property
    def producer(self) -> dict[int, int]:
        """The operation that each value came from; what entered the step has none."""
        return {value: number for number, each in enumerate(self.operations) for value in each.outputs}

    @cached_property
    def on_line(self) -> dict[Place, list[Operation]]:
        """The operations of each line, in the order in which they ran."""
        found: dict[Place, list[Operation]] = {}
        for each in self.operations:
            if each.stack:
                found.setdefault(each.stack[0], []).append(each)
        return found

    @cached_property
    def consumers(self) -> dict[int, list[int]]:
        """The operations that each value went into."""
        found: dict[int, list[int]] = {}
        for number, each in enumerate(self.operations):
            for value in dict.fromkeys(each.inputs):
                found.setdefault(value, []).append(number)
        return found


@dataclass
class OperationLog:
    """Takes a step down; each side tells it of every operation."""

    operations: list[Operation] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[int, ...]] = field(default_factory=list)
    capped: str = ""
    _whole: int = 0
    _seconds: float = 0.0

    def value(self, read: Callable[[], np.ndarray] | None, shape: Sequence[int] = (), dtype: str = "") -> int:
        """The number of a new value; `read` gives its content, if that can be known."""
        begun = time.perf_counter()
        self.values.append(Value(tuple(shape), dtype, None) if read is None else self._read(read, shape, dtype))
        self._seconds += time.perf_counter() - begun
        return len(self.values) - 1

    def _read(self, read: Callable[[], np.ndarray], shape: Sequence[int], dtype: str) -> Value:
        try:
            array = np.asarray(read())
        except Exception:  # a user's loop goes on, whatever its tensors are
            return Value(tuple(shape), dtype, None)
        dtype = array.dtype.name
        if array.dtype.kind not in "fiubc":
            return Value(array.shape, dtype, None)
        keep = array.size <= WHOLE and self._whole + array.size <= MOST_WHOLE
        self._whole += array.size if keep else 0
        return Value(array.shape, dtype, fingerprint(array), np.array(array, _kept_as(array)) if keep else None)

    def place(self) -> Called | None:
        """Where the running operation was called; None where it is no part of the step."""
        return stack()

    def operation(
        self,
        name: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        place: Called,
        of: int | None = None,
        stops: bool = False,
    ) -> int:
        """Note an operation; returns its number."""
        kept = tuple(inputs), tuple(outputs), place.own
        self.operations.append(Operation(name, *kept, of, stops, place.library, place.calls))
        return len(self.operations) - 1

    def edge(self, operation: int, value: int, gradient: int) -> None:
        """Note what comes back through an operation to a value, in the backward pass that was asked for last."""
        self.edges.append(Edge(operation, value, gradient, len(self.asked) - 1))

    @property
    def full(self) -> bool:
        """Whether no more is recorded."""
        if not self.capped and len(self.operations) >= MOST_OPERATIONS:
            self.capped = f"the step has more than {MOST_OPERATIONS} operations"
        elif not self.capped and self._seconds > MOST_SECONDS:
            self.capped = f"to record the step takes longer than {MOST_SECONDS:.0f} s"
        return bool(self.capped)

    def end(self) -> Operations:
        """What was recorded."""
        kept = tuple(self.operations), tuple(self.values), tuple(self.edges)
        return Operations(*kept, dict(self.weights), tuple(self.asked), self.capped)


class OperationRecording(Protocol):
    """What each side brings to record operations: between `start` and `stop`, all are told to its log."""

    log: OperationLog

    def start(self, weights: Mapping[str, Any]) -> None: ...
    def stop(self) -> None: ...


def _kept_as(array: np.ndarray) -> type:
    return np.complex128 if array.dtype.kind == "c" else np.float64


def to_arrays(record: Operations) -> dict[str, np.ndarray]:
    """A record as the arrays of a file."""
    places: dict[Place, int] = {}
    operations = [
        [each.name, each.inputs, each.outputs, [places.setdefault(one, len(places)) for one in each.stack], each.of,
         each.stops, each.library and places.setdefault(each.library, len(places)), each.calls]
        for each in record.operations
    ]  # fmt: skip
    prints = [each.print or (np.nan,) * len(Fingerprint._fields) for each in record.values]
    whole = [each.whole for each in record.values if each.whole is not None and each.whole.dtype == np.float64]
    plain = {
        "operations": operations,
        "places": list(places),
        "values": [
            [each.shape, each.dtype, each.whole is not None and each.whole.dtype == np.float64]
            for each in record.values
        ],
        "edges": record.edges,
        "weights": record.weights,
        "asked": record.asked,
        "capped": record.capped,
    }
    return {
        "record": np.frombuffer(json.dumps(plain).encode(), np.uint8),
        "prints": np.array(prints, np.float64).reshape(-1, len(Fingerprint._fields)),
        "whole": np.concatenate([each.ravel() for each in whole]) if whole else np.empty(0),
    }


def from_arrays(arrays: Mapping[str, np.ndarray]) -> Operations:
    """The record that `to_arrays` wrote."""
    plain: dict[str, Any] = json.loads(arrays["record"].tobytes())
    places = [Place(*each) for each in plain["places"]]
    values, begun = [], 0
    for (shape, dtype, kept), row in zip(plain["values"], arrays["prints"], strict=True):
        size = int(np.prod(shape))
        whole = arrays["whole"][begun : begun + size].reshape(shape) if kept else None
        begun += size if kept else 0
        values.append(Value(tuple(shape), dtype, None if np.isnan(row).all() else Fingerprint(*map(float, row)), whole))
    operations = tuple(
        Operation(
            *(name, tuple(inputs), tuple(outputs), tuple(places[one] for one in stack), of, stops),
            library=None if library is None else places[library],
            calls=tuple(calls),
        )
        for name, inputs, outputs, stack, of, stops, library, calls in plain["operations"]
    )
    edges = tuple(Edge(*each) for each in plain["edges"])
    asked = tuple(map(tuple, plain["asked"]))
    return Operations(operations, tuple(values), edges, plain["weights"], asked, plain["capped"])
