"""The weights and buffers of a model by their canonical names, and the groups that they make up."""

from compare.traces.parameters import Held, every_tensor, weight_groups_of
from compare.traces.weights import WeightGroup
from tf_impl.weights.layers import every_layer
from tf_impl.weights.rules import held_by
from tf_impl.weights.tensors import Parameter


def weight_groups(model) -> list[WeightGroup]:
    """The layers, or parts of layers, that hold weights; AssertionError names a weight that would be forgotten."""
    return weight_groups_of(_every_tensor(model))


def named_parameters(model) -> dict[str, Parameter]:
    """Every weight that can train, by canonical name; frozen ones too."""
    return {held.name: held.parameter for held in _every_tensor(model) if not held.buffer}


def named_buffers(model) -> dict[str, Parameter]:
    """Everything else of floating type that training may change (running statistics), by canonical name."""
    return {held.name: held.parameter for held in _every_tensor(model) if held.buffer}


def _every_tensor(model) -> list[Held]:
    trained = ((variable.name, variable) for variable in model.trainable_variables)
    return every_tensor(every_layer(model), held_by, trained)
