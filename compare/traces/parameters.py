"""The weights and buffers of a model of either framework: which there are, and their values in canonical layout."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from compare.traces.weights import Tensor, WeightGroup

Layout = Callable[[np.ndarray], np.ndarray]  # only moves, reorders or selects elements


def as_it_is(array: np.ndarray) -> np.ndarray:
    """The layout is canonical already."""
    return array


@dataclass(frozen=True)
class Parameter(ABC):
    """A weight or a buffer: the framework's variable, and the function from its layout to the canonical one."""

    variable: Any
    layout: Layout = as_it_is

    @staticmethod
    @abstractmethod
    def to_numpy(tensor: Any) -> np.ndarray:
        """A copy of the values of any of the framework's tensors, in its layout."""

    @abstractmethod
    def set(self, native: np.ndarray) -> None:
        """Set the variable's values, in its own layout."""

    @property
    @abstractmethod
    def trainable(self) -> bool:
        """Whether it trains: False where it is frozen."""

    def native(self) -> np.ndarray:
        """A copy of the variable's values, in its own layout."""
        return self.to_numpy(self.variable)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in canonical layout."""
        return self.layout(np.broadcast_to(0.0, tuple(self.variable.shape))).shape

    @property
    def dtype(self) -> str:
        """The name of the variable's dtype, which `value` may widen: NumPy has no bfloat16."""
        return str(self.value().dtype)

    def value(self) -> np.ndarray:
        """The values as they are now, in canonical layout."""
        return self.layout(self.native())

    def canonical(self, tensor: Any) -> np.ndarray:
        """A tensor in the variable's layout (its gradient, an entry of the optimizer's state) in canonical layout."""
        return self.layout(self.to_numpy(tensor))

    def assign(self, array: np.ndarray) -> None:
        """Set the values from canonical layout; ValueError for any other shape, which would be broadcast."""
        if array.shape != self.shape:
            raise ValueError(f"a weight has the shape {self.shape}, and is given values of the shape {array.shape}")
        self.set(self.filled(None, array))

    def filled(self, native: np.ndarray | None, canonical: np.ndarray) -> np.ndarray:
        """The variable's values, read where `native` is None, with those that the layout selects replaced by these."""
        if self.layout is as_it_is:
            return np.asarray(canonical)  # of a single number NumPy computes scalars
        if math.prod(canonical.shape) == math.prod(self.variable.shape):  # nothing else is in it
            changed = np.empty(tuple(self.variable.shape), canonical.dtype)
        else:
            changed = np.array(self.native() if native is None else native)
        selected = self.layout(changed)
        if np.may_share_memory(selected, changed):
            selected[...] = canonical
        else:
            changed.reshape(-1)[self._numbers] = canonical.reshape(-1)
        return changed

    @cached_property
    def _numbers(self) -> np.ndarray:
        """The number of each canonical element in the variable's own layout, where that is no view of it.

        So a layout is inverted without a rule of its own: the numbers of the elements are sent through it.
        """
        shape = tuple(self.variable.shape)
        return self.layout(np.arange(math.prod(shape)).reshape(shape)).reshape(-1)

    def entry(self, tensor: Any) -> np.ndarray | None:
        """An entry of an optimizer's state in canonical layout, or a single number in float64; None for any other."""
        array = self.to_numpy(tensor)
        if array.shape == tuple(self.variable.shape):
            return self.canonical(array)
        return array.astype(np.float64) if array.ndim == 0 and array.dtype != object else None


class Held(NamedTuple):
    """A tensor that a layer holds: its group, its role in the group, and its own name."""

    kind: str
    path: str
    role: str
    name: str
    parameter: Parameter
    buffer: bool = False


def every_tensor(
    layers: Mapping[str, Any], held_by: Callable[[str, Any], list[Held]], trained: Iterable[tuple[str, Any]]
) -> list[Held]:
    """All tensors that the layers hold, each variable once; `trained` are a model's trainable variables by name.

    Raises AssertionError where one of those would be left out, in whole or in part.
    """
    found, seen = [], set()
    for path, layer in layers.items():
        fresh = [held for held in held_by(path, layer) if id(held.parameter.variable) not in seen]
        seen |= {id(held.parameter.variable) for held in fresh}
        found += fresh
    covered: Counter[int] = Counter()
    for held in found:
        covered[id(held.parameter.variable)] += int(np.prod(held.parameter.shape))
    for name, variable in trained:
        if covered[id(variable)] != (size := int(np.prod(tuple(variable.shape)))):
            raise AssertionError(f"{name}: {covered[id(variable)]} of its {size} values belong to a group")
    return found


def weight_groups_of(every: Iterable[Held]) -> list[WeightGroup]:
    """The layers, or parts of layers, that hold weights, in order of definition; a shared one is listed once."""
    found: dict[tuple[str, str], dict[str, Tensor]] = {}
    for held in every:
        tensor = Tensor(held.name, held.parameter.shape, held.buffer, held.parameter.trainable)
        found.setdefault((held.kind, held.path), {})[held.role] = tensor
    return [WeightGroup(kind, path, tensors) for (kind, path), tensors in found.items()]


def fill(
    parameters: Mapping[str, Parameter], buffers: Mapping[str, Parameter], arrays: Mapping[str, np.ndarray]
) -> None:
    """Set every weight, and the buffers that are given; ValueError where a name or a shape does not fit."""
    if parameters.keys() != arrays.keys() - buffers.keys():
        raise ValueError(f"the model has the weights {sorted(parameters)}, the inputs have {sorted(arrays)}")
    for name, array in arrays.items():
        parameter = parameters[name] if name in parameters else buffers[name]
        if parameter.shape != array.shape:
            raise ValueError(f"{name}: shape {parameter.shape} in the model, {array.shape} from the inputs")
        parameter.assign(array)


def join(*parts: str) -> str:
    """A path of attributes; empty parts are left out."""
    return ".".join(part for part in parts if part)
