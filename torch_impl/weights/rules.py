"""What a layer holds: weights and buffers, and which unit each belongs to. Read it beside tf_impl/weights/rules.py."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from torch import nn

from torch_impl.weights.layers import is_whole, kind
from torch_impl.weights.layouts import as_it_is
from torch_impl.weights.roles import CELL, roles_of, unit_kind


class Held(NamedTuple):
    """A tensor that a layer holds: the unit it belongs to, its own name, and the way to its canonical layout."""

    kind: str
    path: str
    role: str
    name: str
    variable: Any
    layout: Callable[[np.ndarray], np.ndarray]
    buffer: bool


def held_by(path: str, layer) -> list[Held]:
    """All that a layer holds itself, by its rule first; what no rule names is a unit of its own."""
    ruled = by_rule(path, layer)
    return ruled + without_rule(path, layer, {id(held.variable) for held in ruled})


def by_rule(path: str, layer) -> list[Held]:
    """The tensors that the rule for this kind of layer names; none where there is no rule."""
    if isinstance(layer, nn.MultiheadAttention):
        return attention(path, layer)
    if isinstance(layer, nn.RNNBase):
        return recurrent(path, layer)
    own, roles = _own(layer), roles_of(layer)
    if any(role not in own and getattr(layer, role, None) is not None for role in roles):
        return []  # the weight is computed from others (weight_norm and the like)
    return [
        Held(unit_kind(layer), path, role, _join(path, role), own[role], as_it_is, role in layer._buffers)
        for role in roles
        if role in own
    ]


def attention(path: str, layer) -> list[Held]:
    """Four dense layers: query, key and value, which PyTorch mostly keeps in one, and output."""
    own, size, found = _own(layer), layer.embed_dim, []
    for index, part in enumerate(("query", "key", "value")):
        rows = slice(index * size, (index + 1) * size)
        slices = [("weight", "in_proj_weight"), ("bias", "in_proj_bias")]
        if not layer._qkv_same_embed_dim:
            name = f"{part[0]}_proj_weight"
            found.append(Held("Linear", _join(path, part), "weight", _join(path, name), own[name], as_it_is, False))
            slices = slices[1:]
        for role, name in slices:
            if name in own:
                expression = f"{_join(path, name)}[{rows.start}:{rows.stop}]"
                layout = partial(_rows, rows=rows)
                found.append(Held("Linear", _join(path, part), role, expression, own[name], layout, False))
    for role, variable in _own(layer.out_proj).items():
        name = _join(path, "out_proj", role)
        found.append(Held("Linear", f"{path}.output", role, name, variable, as_it_is, False))
    return found


def recurrent(path: str, layer) -> list[Held]:
    """A unit for each of the stacked layers and each direction; PyTorch's names have both as a suffix."""
    own, found = _own(layer), []
    for number in range(layer.num_layers):
        for direction in ("", "_reverse") if layer.bidirectional else ("",):
            suffix = f"_l{number}{direction}"
            single = layer.num_layers == 1 and not layer.bidirectional
            unit = kind(layer) + direction.replace("_", " "), path if single else _join(path, suffix[1:])
            for role in (*CELL, "weight_hr"):
                if (name := f"{role}{suffix}") in own:
                    found.append(Held(*unit, role, _join(path, name), own[name], as_it_is, False))
    return found


def without_rule(path: str, layer, ruled: set[int]) -> list[Held]:
    """Whatever else the layer holds, each tensor for itself."""
    inside = is_whole(layer)
    found = [
        Held("Parameter", name, "weight", name, variable, as_it_is, False)
        for name, variable in layer.named_parameters(path, inside)
    ] + [
        Held("Buffer", name, "buffer", name, variable, as_it_is, True)
        for name, variable in layer.named_buffers(path, inside)
    ]
    return [held for held in found if id(held.variable) not in ruled and held.variable.is_floating_point()]


def _own(layer) -> dict:
    own = {**layer._parameters, **layer._buffers}
    return {name: variable for name, variable in own.items() if variable is not None}


def _rows(array: np.ndarray, rows: slice) -> np.ndarray:
    return array[rows]


def _join(*parts: str) -> str:
    return ".".join(part for part in parts if part)
