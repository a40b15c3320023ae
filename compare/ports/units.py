"""Units: the layers, or parts of layers, that hold weights. They are what is paired across the sides."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass


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
