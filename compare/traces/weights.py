"""Units: the layers, or parts of layers, that hold weights. They are what is paired across the sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

from compare.traces.trace import FINAL, Trace


@dataclass(frozen=True)
class Tensor:
    """One array of a unit, in canonical layout.

    `name` is the side's own canonical name; on the torch side it may be an expression ("attn.in_proj_weight[0:64]").
    """

    name: str
    shape: tuple[int, ...]
    buffer: bool
    trainable: bool


@dataclass(frozen=True)
class Unit:
    """A layer, or a part of one: `kind` is PyTorch's name of its class, `tensors` are by role ("weight", "bias")."""

    kind: str
    path: str
    tensors: dict[str, Tensor]


def to_json(units: Iterable[Unit]) -> list[dict]:
    """Units as plain lists and dicts."""
    return [asdict(unit) for unit in units]


def from_json(plain: Iterable[Mapping]) -> list[Unit]:
    """The same back again, also after JSON has made lists of the shapes."""
    return [
        Unit(
            unit["kind"],
            unit["path"],
            {role: Tensor(**{**tensor, "shape": tuple(tensor["shape"])}) for role, tensor in unit["tensors"].items()},
        )
        for unit in plain
    ]


class Model(NamedTuple):
    """What a trace says of the model that it was recorded of."""

    units: list[Unit]
    kinds: dict[str, str]  # the kind of each layer that has outputs
    outputs: list[str]  # of one forward pass, in the order in which they were computed
    batch: list[str]

    @property
    def tensors(self) -> dict[str, Tensor]:
        """Every weight and buffer, by name."""
        return {tensor.name: tensor for unit in self.units for tensor in unit.tensors.values()}

    @classmethod
    def of(cls, trace: Trace) -> Model:
        steps = [step for step, stage, _ in trace.keys if stage == "forward" and step != FINAL]
        first = min(steps, default=0)
        outputs = [tensor for step, stage, tensor in trace.keys if (step, stage) == (first, "forward")]
        batch = [tensor for step, stage, tensor in trace.keys if (step, stage) == (first, "batch")]
        return cls(from_json(trace.meta["units"]), trace.meta["kinds"], outputs, batch)

    def layer_of(self, unit: Unit) -> str:
        """The layer that a unit is, or is a part of."""
        inside = (name for name in self.kinds if unit.path == name or unit.path.startswith((f"{name}.", f"{name} ")))
        return max(inside, key=len, default=unit.path)

    def in_order(self, kind: str) -> list[Unit]:
        """The units of one kind, in the order in which the forward pass reached them; last those that it did not."""
        place = {name: index for index, name in reversed(list(enumerate(self.outputs)))}
        units = [unit for unit in self.units if unit.kind == kind]
        return sorted(units, key=lambda unit: place.get(self.layer_of(unit), len(place)))
