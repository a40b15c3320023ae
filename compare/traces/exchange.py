"""What layers exchange in one step: what each call is given, what it hands on, and the gradient that comes back to it.

PyTorch's run leaves it in its trace; TensorFlow's isolated run gives its layers the same. Labels name the layer, its
argument or the place of its output, and its call: "attention query", "conv1 0 (call 2)".
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

from compare.inputs.arrays import ulp
from compare.traces.calls import split_call, with_call
from compare.traces.following import relative
from compare.traces.step import Step
from compare.traces.trace import EXCHANGED, Trace

GIVEN, HANDED_ON, COMES_BACK = EXCHANGED
CLOSE = 1e-3  # two arrays that are the same but for a small difference
FAR = 10  # times closer than in the usual order of axes, with which values that differ are held against each other
AGAIN = "+"  # behind the place of an output to which a gradient comes back once more


class Calls:
    """Numbers the calls of each layer in one pass."""

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()

    def next_of(self, layer: str) -> str:
        """The layer and its call, as its output is named."""
        self._numbers[layer] += 1
        return with_call(layer, self._numbers[layer])


def label_of(call: str, part: str | int) -> str:
    """The label of one argument or output; `call` names a layer and its call, as its output is named."""
    layer, number = split_call(call)
    return f"{layer} {part}{number}"


def layer_and_part(label: str) -> tuple[str, str]:
    """The call of a layer, as its output is named, and the argument or the place of the output."""
    name, number = split_call(label)
    layer, _, part = name.rpartition(" ")
    return f"{layer}{number}", part


class Exchanged:
    """What the layers of a recorded run exchanged, read from its trace."""

    def __init__(self, trace: Trace):
        self._trace = trace
        self._labels: dict[tuple[Step, str, str], dict[str, str]] = {}
        for step, stage, label in trace.keys:
            if stage in EXCHANGED:
                call, part = layer_and_part(label)
                self._labels.setdefault((step, stage, call), {})[part] = label

    def of(self, step: Step, stage: str, call: str) -> dict[str, np.ndarray]:
        """The tensors of one call, by argument or place."""
        labels = self._labels.get((step, stage, call), {})
        return {part: self._trace[step, stage, label] for part, label in labels.items()}


def tensors_by_argument(
    function: Callable, arguments: tuple, options: Mapping[str, Any], is_tensor: Callable[[Any], bool]
) -> dict[str, Any]:
    """The tensors that a function is given, by the name of its parameter; those in lists by their place, "inputs.1"."""
    try:
        bound = inspect.signature(function).bind(*arguments, **options).arguments
    except (TypeError, ValueError):
        bound = {**{str(place): each for place, each in enumerate(arguments)}, **options}
    return dict(found for name, value in bound.items() for found in _tensors(name, value, is_tensor))


def _tensors(name: str, value: Any, is_tensor: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    if is_tensor(value):
        yield name.replace(" ", "_"), value
    elif isinstance(value, (list, tuple, Mapping)):
        for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _tensors(f"{name}.{key}", inner, is_tensor)


def partners(own: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, str]:
    """Which argument of another layer each of a layer's own is: by name where all are the other's, else in order.

    Empty where there are more than the other has.
    """
    if set(own) <= set(other) and len(other) > 1:
        return {name: name for name in own}
    return dict(zip(own, other, strict=False)) if len(own) <= len(other) else {}


class Axes(NamedTuple):
    """How another side's array becomes one of this side: its axes in this order, and then this shape."""

    order: tuple[int, ...]
    shape: tuple[int, ...]

    def to_own(self, other: np.ndarray) -> np.ndarray:
        return other.transpose(self.order).reshape(self.shape)

    def to_other(self, own: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Back; `shape` is the other side's."""
        moved = own.reshape([shape[axis] for axis in self.order])
        return moved.transpose(np.argsort(self.order))


def axes_between(other: np.ndarray, own: np.ndarray, usual: tuple[int, ...] | None) -> Axes | None:
    """How an array of the other side becomes one of this side: as their values agree best, else as is `usual`.

    None where the shapes do not allow it. Where nothing agrees the usual order decides, else that as it is, unless they
    are by FAR closer in another one.
    """
    found = list(_possible(other.shape, own.shape, usual))
    if len(found) < 2:
        return found[0] if found else None
    gaps = [relative(axes.to_own(other), own) for axes in found]
    if near := [axes for axes, gap in zip(found, gaps, strict=True) if gap <= CLOSE]:
        return near[0]
    return found[int(np.argmin(gaps))] if FAR * min(gaps) < gaps[0] else found[0]


def agree(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays of one shape are the same in half of the digits that they have."""
    coarser = max((ulp(array.dtype.name) for array in (one, other) if array.dtype.kind == "f"), default=0.0)
    return relative(one, other) <= coarser**0.5


def _possible(other: tuple[int, ...], own: tuple[int, ...], usual: tuple[int, ...] | None) -> Iterator[Axes]:
    """Every order of axes that fits, the likeliest first; one of other axes that has as many elements comes last."""
    same = tuple(range(len(other)))
    if len(other) == len(own):
        likely = [usual] if usual is not None and len(usual) == len(other) else []
        for order in dict.fromkeys((*likely, same, *permutations(same))):
            if tuple(other[axis] for axis in order) == own:
                yield Axes(order, own)
    elif np.prod(other) == np.prod(own):
        yield Axes(same, own)
