"""The model behind a trace: what is paired with the other side's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from compare.traces.step import END
from compare.traces.trace import Trace
from compare.traces.weights import Tensor, WeightGroup


class RecordedModel(NamedTuple):
    """The weight groups and layers of a model, and the inputs and outputs of one forward pass."""

    weight_groups: Sequence[WeightGroup]
    kinds: dict[str, str]  # the kind of each layer that has outputs
    outputs: list[str]  # of one forward pass, in the order in which they were computed
    batch: list[str]
    tied: Mapping[str, str] = MappingProxyType({})  # further names of weights, and their own

    @property
    def tensors(self) -> dict[str, Tensor]:
        """Every weight and buffer, by name."""
        return {tensor.name: tensor for group in self.weight_groups for tensor in group.tensors.values()}

    @classmethod
    def of(cls, trace: Trace) -> RecordedModel:
        steps = [step for step, stage, _ in trace.keys if stage == "forward" and step is not END]
        first = min(steps, default=0)
        outputs = [tensor for step, stage, tensor in trace.keys if (step, stage) == (first, "forward")]
        batch = [tensor for step, stage, tensor in trace.keys if (step, stage) == (first, "batch")]
        return cls(trace.header.weight_groups, trace.header.kinds, outputs, batch, trace.header.tied)

    def layer_of(self, group: WeightGroup) -> str:
        """The layer that a group is, or belongs to."""
        path = group.path
        ends = (place for place in range(len(path), 0, -1) if path[place : place + 1] in ("", ".", " "))
        return next((path[:end] for end in ends if path[:end] in self.kinds), path)

    def in_order(self) -> list[WeightGroup]:
        """The groups in the order of the forward pass; those that it did not reach come last."""
        place = {name: index for index, name in reversed(list(enumerate(self.outputs)))}
        return sorted(self.weight_groups, key=lambda group: place.get(self.layer_of(group), len(place)))
