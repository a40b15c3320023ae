"""Weight groups: the layers, or parts of layers, that are paired across the sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Tensor:
    """One array of a group, in canonical layout.

    `name` is the side's own name; on the torch side it may be an expression ("attn.in_proj_weight[0:64]").
    """

    name: str
    shape: tuple[int, ...]
    buffer: bool
    trainable: bool


@dataclass(frozen=True)
class WeightGroup:
    """A layer, or a part of one: `kind` is PyTorch's name for its class, `tensors` are by role ("weight", "bias")."""

    kind: str
    path: str
    tensors: dict[str, Tensor]

    @classmethod
    def from_json(cls, plain: Mapping) -> WeightGroup:
        """The group from the dict that `dataclasses.asdict` made; shapes may be lists, as JSON has them."""
        tensors = {role: Tensor(**{**each, "shape": tuple(each["shape"])}) for role, each in plain["tensors"].items()}
        return cls(plain["kind"], plain["path"], tensors)
