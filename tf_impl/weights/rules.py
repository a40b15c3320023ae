"""What a layer holds: weights and buffers, and the group of each.

Nothing is guessed from shapes: what no rule names keeps its layout.
"""

import tensorflow as tf

from compare.traces.parameters import Held, join
from tf_impl.keras_internals import own_variables, projection
from tf_impl.keras_versions import like
from tf_impl.layers.recurrent import RNNBase
from tf_impl.one_model import VARIABLES, Models
from tf_impl.weights.kinds import kind
from tf_impl.weights.layers import attributes, children, is_whole
from tf_impl.weights.layouts import convolution, depthwise, flat, heads_in, heads_out
from tf_impl.weights.roles import BIAS, roles_of, unit_kind
from tf_impl.weights.tensors import Parameter


def held_by(path: str, layer) -> list[Held]:
    """All tensors that a layer itself holds, by its rule first; each that no rule names is a group of its own."""
    ruled = by_rule(path, layer)
    return ruled + without_rule(path, layer, {id(held.parameter.variable) for held in ruled})


def by_rule(path: str, layer) -> list[Held]:
    """The tensors that the rule for this kind of layer names; empty where there is no rule."""
    if like(layer, "MultiHeadAttention", "GroupQueryAttention"):
        return attention(path, layer)
    if isinstance(layer, RNNBase):
        return _suffixed(path, layer)
    if like(layer, "RNN", "Bidirectional"):
        return recurrent(path, layer)
    if like(layer, "TimeDistributed") and is_whole(layer):
        return by_rule(path, layer.layer)
    if like(layer, "SeparableConv1D", "SeparableConv2D"):
        return separable(path, layer)
    return _unit(unit_kind(layer), path, layer, roles_of(layer))


def attention(path: str, layer) -> list[Held]:
    """Four dense layers: query, key and value, which PyTorch mostly keeps in one tensor, and output."""
    inwards = (("kernel", "weight", heads_in), ("bias", "bias", flat))
    outwards = (("kernel", "weight", heads_out), BIAS)
    found = []
    for part in ("query", "key", "value", "output"):
        roles = outwards if part == "output" else inwards
        found += _unit("Linear", join(path, part), projection(layer, part), roles)
    return found


def recurrent(path: str, layer) -> list[Held]:
    """A group per stacked cell and direction; a layer that runs backwards has a kind of its own."""
    if like(layer, "Bidirectional"):
        inner = (("forward_layer", layer.forward_layer), ("backward_layer", layer.backward_layer))
        return [held for name, directed in inner for held in recurrent(join(path, name), directed)]
    found, stacked = [], like(layer.cell, "StackedRNNCells")
    for number, cell in enumerate(layer.cell.cells if stacked else [layer.cell]):
        for held in by_rule(join(path, f"cells.{number}") if stacked else path, cell):
            found.append(held._replace(kind=held.kind + " reverse") if layer.go_backwards else held)
    return found


def _suffixed(path: str, layer: RNNBase) -> list[Held]:
    """A recurrent layer of tf_impl, whose variables have PyTorch's names, with layer and direction as a suffix."""
    found, single = [], layer.num_layers == 1 and not layer.bidirectional
    for suffix in (suffix for suffixes in layer.suffixes for suffix in suffixes):
        group = (
            kind(layer) + (" reverse" if suffix.endswith("_reverse") else ""),
            path if single else join(path, suffix[1:]),
        )
        for role in layer.ROLES:
            name = role + suffix
            found.append(Held(*group, role, join(path, name), Parameter(getattr(layer, name))))
    return found


def separable(path: str, layer) -> list[Held]:
    """Two convolutions, a depthwise and a pointwise one; the bias is the second one's."""
    group = kind(layer).removeprefix("Separable")
    first, second = (("depthwise_kernel", "weight", depthwise),), (("pointwise_kernel", "weight", convolution),)
    return _unit(group, join(path, "depthwise"), layer, first) + _unit(
        group, join(path, "pointwise"), layer, (*second, BIAS)
    )


def without_rule(path: str, layer, ruled: set[int]) -> list[Held]:
    """All other tensors that the layer holds, each a group of its own."""
    found = {}
    for owner, inside in _owners(layer) if is_whole(layer) else [(layer, "")]:
        trainable = {id(variable) for variable in own_variables(owner, trainable=True)}
        named = list(attributes(owner, VARIABLES))
        named += [(variable.name, variable) for variable in _tracked(owner)]
        for name, variable in named:
            if id(variable) in ruled or id(variable) in found or not tf.as_dtype(variable.dtype).is_floating:
                continue
            weight = variable.trainable or id(variable) in trainable or isinstance(owner, Models)
            full, buffer = join(path, inside, name), not weight
            group = ("Buffer", "buffer") if buffer else ("Parameter", "weight")
            found[id(variable)] = Held(group[0], full, group[1], full, Parameter(variable), buffer)
    return list(found.values())


def _unit(group: str, path: str, layer, roles) -> list[Held]:
    found = []
    for attribute, role, layout in roles:
        variable = getattr(layer, attribute, None)
        if isinstance(variable, VARIABLES):
            name = join(path, "bias" if " + " in role else role)
            found.append(Held(group, path, role, name, Parameter(variable, layout), role.startswith("running_")))
    return found


def _owners(layer) -> list[tuple]:
    """The layers that may hold variables without a rule: the layer, and those inside it if it counts as one."""
    inner = [(owner, join(name, path)) for name, child in children(layer) for owner, path in _owners(child)]
    return [(layer, ""), *inner]


def _tracked(layer) -> list:
    return own_variables(layer, trainable=True) + own_variables(layer, trainable=False)
