"""What a trace says of the model that it was recorded of: what is paired with the other side's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from compare.traces.step import END
from compare.traces.trace import Trace
from compare.traces.units import Tensor, Unit


class Model(NamedTuple):
    """The units and layers of a model, and what one forward pass of it was given and computed."""

    units: Sequence[Unit]
    kinds: dict[str, str]  # the kind of each layer that has outputs
    outputs: list[str]  # of one forward pass, in the order in which they were computed
    batch: list[str]

    @property
    def tensors(self) -> dict[str, Tensor]:
        """Every weight and buffer, by name."""
        return {tensor.name: tensor for unit in self.units for tensor in unit.tensors.values()}

    @classmethod
    def of(cls, trace: Trace) -> Model:
        steps = [step for step, stage, _ in trace.keys if stage == "forward" and step is not END]
        first = min(steps, default=0)
        outputs = [tensor for step, stage, tensor in trace.keys if (step, stage) == (first, "forward")]
        batch = [tensor for step, stage, tensor in trace.keys if (step, stage) == (first, "batch")]
        return cls(trace.header.units, trace.header.kinds, outputs, batch)

    def layer_of(self, unit: Unit) -> str:
        """The layer that a unit is, or is a part of."""
        inside = (name for name in self.kinds if unit.path == name or unit.path.startswith((f"{name}.", f"{name} ")))
        return max(inside, key=len, default=unit.path)

    def in_order(self, kind: str) -> list[Unit]:
        """The units of one kind, in the order in which the forward pass reached them; last those that it did not."""
        place = {name: index for index, name in reversed(list(enumerate(self.outputs)))}
        units = [unit for unit in self.units if unit.kind == kind]
        return sorted(units, key=lambda unit: place.get(self.layer_of(unit), len(place)))
