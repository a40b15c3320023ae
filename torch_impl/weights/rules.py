"""What a layer holds: weights and buffers, and the group of each. Attributes and roles have the same names."""

from functools import partial

import numpy as np
from torch import nn
from torch.nn.utils import parametrize

from compare.traces.parameters import Held, join
from torch_impl.weights.layers import is_whole, kind
from torch_impl.weights.tensors import Parameter

WEIGHT_AND_BIAS = ("weight", "bias")
NORM = ("weight", "bias", "running_mean", "running_var")
CELL = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

# Kind of layer: the roles of its tensors.
ROLES = {
    **dict.fromkeys(("Linear", "Embedding", "EmbeddingBag", "PReLU"), WEIGHT_AND_BIAS),
    **dict.fromkeys((f"{name}{n}d" for name in ("Conv", "ConvTranspose") for n in (1, 2, 3)), WEIGHT_AND_BIAS),
    **dict.fromkeys(("BatchNorm", "LayerNorm", "GroupNorm", "RMSNorm"), NORM),
    **dict.fromkeys(("RNNCell", "LSTMCell", "GRUCell"), CELL),
}

# A group has the kind of what it computes, so that a cell in a loop can be paired with the other side's layer.
UNIT_KINDS = {"EmbeddingBag": "Embedding", "RNNCell": "RNN", "LSTMCell": "LSTM", "GRUCell": "GRU"}


def held_by(path: str, layer) -> list[Held]:
    """All tensors that a layer itself holds, by its rule first; each that no rule names is a group of its own."""
    ruled = by_rule(path, layer)
    return ruled + without_rule(path, layer, {id(held.parameter.variable) for held in ruled})


def by_rule(path: str, layer) -> list[Held]:
    """The tensors that the rule for this kind of layer names; empty where there is no rule."""
    if isinstance(layer, nn.MultiheadAttention):
        return attention(path, layer)
    if isinstance(layer, nn.RNNBase):
        return recurrent(path, layer)
    own, roles = _own(layer), ROLES.get(kind(layer), ())
    if any(role not in own and _is_computed(layer, role) for role in roles):
        return []  # the weight is computed from others (weight_norm and the like)
    group = UNIT_KINDS.get(kind(layer), kind(layer))
    return [
        Held(group, path, role, join(path, role), Parameter(own[role]), role in layer._buffers)
        for role in roles
        if role in own
    ]


def attention(path: str, layer) -> list[Held]:
    """Four dense layers: query, key and value, which PyTorch mostly keeps in one tensor, and output."""
    own, size, found = _own(layer), layer.embed_dim, []
    for index, part in enumerate(("query", "key", "value")):
        rows = slice(index * size, (index + 1) * size)
        slices = [("weight", "in_proj_weight"), ("bias", "in_proj_bias")]
        if not layer._qkv_same_embed_dim:
            name = f"{part[0]}_proj_weight"
            found.append(Held("Linear", join(path, part), "weight", join(path, name), Parameter(own[name])))
            slices = slices[1:]
        for role, name in slices:
            if name in own:
                expression = f"{join(path, name)}[{rows.start}:{rows.stop}]"
                parameter = Parameter(own[name], partial(_rows, rows=rows))
                found.append(Held("Linear", join(path, part), role, expression, parameter))
    for role, variable in _own(layer.out_proj).items():
        name = join(path, "out_proj", role)
        found.append(Held("Linear", f"{path}.output", role, name, Parameter(variable)))
    return found


def recurrent(path: str, layer) -> list[Held]:
    """A group per stacked layer and direction; PyTorch's names have both as a suffix."""
    own, found = _own(layer), []
    for number in range(layer.num_layers):
        for direction in ("", "_reverse") if layer.bidirectional else ("",):
            suffix = f"_l{number}{direction}"
            single = layer.num_layers == 1 and not layer.bidirectional
            group = kind(layer) + direction.replace("_", " "), path if single else join(path, suffix[1:])
            for role in (*CELL, "weight_hr"):
                if (name := f"{role}{suffix}") in own:
                    found.append(Held(*group, role, join(path, name), Parameter(own[name])))
    return found


def without_rule(path: str, layer, ruled: set[int]) -> list[Held]:
    """All other tensors that the layer holds, each a group of its own."""
    whole = is_whole(layer)
    weights = [
        Held("Parameter", name, "weight", name, Parameter(variable))
        for name, variable in layer.named_parameters(path, whole)
    ]
    buffers = [
        Held("Buffer", name, "buffer", name, Parameter(variable), True)
        for name, variable in layer.named_buffers(path, whole)
    ]
    left = (held for held in weights + buffers if id(held.parameter.variable) not in ruled)
    return [held for held in left if held.parameter.variable.is_floating_point()]


def _own(layer) -> dict:
    own = {**layer._parameters, **layer._buffers}
    return {name: variable for name, variable in own.items() if variable is not None}


def _is_computed(layer, role: str) -> bool:
    """Whether a layer has a value of this name; of a parametrization without asking for it, which runs it: spectral
    norm then moves its buffers."""
    return parametrize.is_parametrized(layer, role) or getattr(layer, role, None) is not None


def _rows(array: np.ndarray, rows: slice) -> np.ndarray:
    return array[rows]
