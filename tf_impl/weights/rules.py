"""What a layer holds: weights and buffers, and which unit each belongs to. Read it beside torch_impl/weights/rules.py.

Nothing is guessed from shapes: what no rule names stays as it lies.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from tf_impl.layers.recurrent import RNNBase
from tf_impl.weights.kinds import kind
from tf_impl.weights.layers import attributes, children, is_whole
from tf_impl.weights.layouts import as_it_is, convolution, depthwise, heads_bias, heads_in, heads_out
from tf_impl.weights.roles import BIAS, roles_of, unit_kind


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
    if isinstance(layer, (layers.MultiHeadAttention, layers.GroupQueryAttention)):
        return attention(path, layer)
    if isinstance(layer, RNNBase):
        return _suffixed(path, layer)
    if isinstance(layer, (layers.RNN, layers.Bidirectional)):
        return recurrent(path, layer)
    if isinstance(layer, layers.TimeDistributed) and is_whole(layer):
        return by_rule(path, layer.layer)
    if isinstance(layer, (layers.SeparableConv1D, layers.SeparableConv2D)):
        return separable(path, layer)
    return _unit(unit_kind(layer), path, layer, roles_of(layer))


def attention(path: str, layer) -> list[Held]:
    """Four dense layers: query, key and value, which PyTorch mostly keeps in one, and output."""
    inwards = (("kernel", "weight", heads_in), ("bias", "bias", heads_bias))
    outwards = (("kernel", "weight", heads_out), BIAS)
    found = []
    for part in ("query", "key", "value", "output"):
        dense = getattr(layer, f"_{part}_dense", None)
        found += _unit("Linear", _join(path, part), dense, outwards if part == "output" else inwards)
    return found


def recurrent(path: str, layer) -> list[Held]:
    """A unit for each of the stacked cells and each direction; what runs backwards is a kind of its own."""
    if isinstance(layer, layers.Bidirectional):
        inner = (("forward_layer", layer.forward_layer), ("backward_layer", layer.backward_layer))
        return [held for name, directed in inner for held in recurrent(_join(path, name), directed)]
    found, stacked = [], isinstance(layer.cell, layers.StackedRNNCells)
    for number, cell in enumerate(layer.cell.cells if stacked else [layer.cell]):
        for held in by_rule(_join(path, f"cells.{number}") if stacked else path, cell):
            found.append(held._replace(kind=held.kind + " reverse") if layer.go_backwards else held)
    return found


def _suffixed(path: str, layer: RNNBase) -> list[Held]:
    """A recurrent layer of our own, whose variables bear PyTorch's names, with layer and direction as a suffix."""
    found, single = [], layer.num_layers == 1 and not layer.bidirectional
    for suffix in (suffix for suffixes in layer.suffixes for suffix in suffixes):
        unit = (
            kind(layer) + (" reverse" if suffix.endswith("_reverse") else ""),
            path if single else _join(path, suffix[1:]),
        )
        for role in layer.ROLES:
            name = role + suffix
            found.append(Held(*unit, role, _join(path, name), getattr(layer, name), as_it_is, False))
    return found


def separable(path: str, layer) -> list[Held]:
    """Two convolutions, a depthwise and a pointwise one; the bias is the second one's."""
    unit = kind(layer).removeprefix("Separable")
    first, second = (("depthwise_kernel", "weight", depthwise),), (("pointwise_kernel", "weight", convolution),)
    return _unit(unit, _join(path, "depthwise"), layer, first) + _unit(
        unit, _join(path, "pointwise"), layer, (*second, BIAS)
    )


def without_rule(path: str, layer, ruled: set[int]) -> list[Held]:
    """Whatever else the layer holds, each tensor for itself."""
    found = {}
    for owner, inside in _owners(layer) if is_whole(layer) else [(layer, "")]:
        trainable = {id(variable) for variable in getattr(owner, "_trainable_variables", ())}
        named = list(attributes(owner, (keras.Variable, tf.Variable)))
        named += [(variable.name, variable) for variable in _tracked(owner)]
        for name, variable in named:
            if id(variable) in ruled or id(variable) in found or not tf.as_dtype(variable.dtype).is_floating:
                continue
            full, buffer = _join(path, inside, name), not (variable.trainable or id(variable) in trainable)
            unit = ("Buffer", "buffer") if buffer else ("Parameter", "weight")
            found[id(variable)] = Held(unit[0], full, unit[1], full, variable, as_it_is, buffer)
    return list(found.values())


def _unit(unit: str, path: str, layer, roles) -> list[Held]:
    found = []
    for attribute, role, layout in roles:
        variable = getattr(layer, attribute, None)
        if isinstance(variable, (keras.Variable, tf.Variable)):
            name = _join(path, "bias" if " + " in role else role)
            found.append(Held(unit, path, role, name, variable, layout, role.startswith("running_")))
    return found


def _owners(layer) -> list[tuple]:
    """Who may hold variables that no rule names: the layer, and what is inside it if it counts as whole."""
    inner = [(owner, _join(name, path)) for name, child in children(layer) for owner, path in _owners(child)]
    return [(layer, ""), *inner]


def _tracked(layer) -> list:
    tracked = (getattr(layer, f"_{which}trainable_variables", ()) for which in ("", "non_"))
    return [variable for variables in tracked for variable in variables]


def _join(*parts: str) -> str:
    return ".".join(part for part in parts if part)
