"""The weights and buffers of a model by their canonical names, and the units that they make up.

Read it beside torch_impl/weights/parameters.py.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.traces.units import Tensor, Unit
from tf_impl.weights.layers import every_layer
from tf_impl.weights.layouts import as_it_is, scatter
from tf_impl.weights.outputs import to_numpy
from tf_impl.weights.rules import Held, held_by


@dataclass(frozen=True)
class Parameter:
    """A weight or a buffer: the framework's variable, and the way from its layout to the canonical one."""

    variable: Any
    layout: Callable[[np.ndarray], np.ndarray] = as_it_is

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in canonical layout."""
        return self.layout(np.broadcast_to(0.0, tuple(self.variable.shape))).shape

    def value(self) -> np.ndarray:
        """The values as they are now, in canonical layout."""
        return self.canonical(self.variable)

    def canonical(self, array) -> np.ndarray:
        """Anything that lies as the variable does (its gradient, an optimizer's entry) in canonical layout."""
        return self.layout(to_numpy(array))

    def assign(self, array: np.ndarray) -> None:
        """Set the values from canonical layout."""
        changed = scatter(self.layout, to_numpy(self.variable), array)
        self.variable.assign(changed)


def units(model) -> list[Unit]:
    """The layers, or parts of layers, that hold weights, in order of definition; what is shared comes once."""
    found: dict[tuple[str, str], dict[str, Tensor]] = {}
    for held in every_tensor(model):
        shape = Parameter(held.variable, held.layout).shape
        tensor = Tensor(held.name, shape, held.buffer, bool(held.variable.trainable))
        found.setdefault((held.kind, held.path), {})[held.role] = tensor
    return [Unit(kind, path, tensors) for (kind, path), tensors in found.items()]


def named_parameters(model) -> dict[str, Parameter]:
    """Every weight that can train, by canonical name; frozen ones too."""
    return {held.name: Parameter(held.variable, held.layout) for held in every_tensor(model) if not held.buffer}


def named_buffers(model) -> dict[str, Parameter]:
    """Everything else of floating type that training may change (running statistics), by canonical name."""
    return {held.name: Parameter(held.variable, held.layout) for held in every_tensor(model) if held.buffer}


def every_tensor(model) -> list[Held]:
    """All that the model holds, each variable once; an error names a weight that would be forgotten."""
    found, seen = [], set()
    for path, layer in every_layer(model).items():
        fresh = [held for held in held_by(path, layer) if id(held.variable) not in seen]
        seen |= {id(held.variable) for held in fresh}
        found += fresh
    covered = Counter()
    for held in found:
        covered[id(held.variable)] += int(np.prod(Parameter(held.variable, held.layout).shape))
    for name, variable in ((variable.name, variable) for variable in model.trainable_variables):
        if covered[id(variable)] != (size := int(np.prod(tuple(variable.shape)))):
            raise AssertionError(f"{name}: {covered[id(variable)]} of its {size} values belong to a unit")
    return found
