"""The weights and buffers of a model by their canonical names, and their groups."""

import tensorflow as tf

from compare.traces.parameters import Held, every_tensor, weight_groups_of
from compare.traces.weights import WeightGroup
from tf_impl.weights.layers import every_layer
from tf_impl.weights.rules import held_by
from tf_impl.weights.tensors import Parameter


def weight_groups(model) -> list[WeightGroup]:
    """The layers, or parts of layers, that hold weights; AssertionError names a weight that would be left out."""
    return weight_groups_of(_every_tensor(model))


def named_parameters(model) -> dict[str, Parameter]:
    """Every weight, frozen ones included, by canonical name."""
    return {held.name: held.parameter for held in _every_tensor(model) if not held.buffer}


def named_buffers(model) -> dict[str, Parameter]:
    """Every other floating tensor that training may change (running statistics), by canonical name."""
    return {held.name: held.parameter for held in _every_tensor(model) if held.buffer}


def _every_tensor(model) -> list[Held]:
    listed = ((variable.name, variable) for variable in getattr(model, "trainable_variables", ()))
    # A count is an integer, and "trainable" like every tf.Variable that was not said to be otherwise.
    trained = [(name, variable) for name, variable in listed if not tf.as_dtype(variable.dtype).is_integer]
    return every_tensor(every_layer(model), held_by, trained)
