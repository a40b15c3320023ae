"""The weights and buffers of a model by their canonical names, which are PyTorch's, and their groups."""

from compare.traces.parameters import every_tensor, weight_groups_of
from compare.traces.weights import WeightGroup
from torch_impl.weights.layers import every_layer
from torch_impl.weights.rules import held_by
from torch_impl.weights.tensors import Parameter


def weight_groups(model) -> list[WeightGroup]:
    """The layers, or parts of layers, that hold weights; AssertionError names a weight that would be left out."""
    trained = [(name, one.variable) for name, one in named_parameters(model).items()]
    return weight_groups_of(every_tensor(every_layer(model), held_by, trained))


def named_parameters(model) -> dict[str, Parameter]:
    """Every weight, frozen ones included, by canonical name."""
    every = model.named_parameters()
    # Weights of integers (quantized ones) do not train.
    return {name: Parameter(one) for name, one in every if one.is_floating_point() or one.is_complex()}


def named_buffers(model) -> dict[str, Parameter]:
    """Every other floating tensor that training may change (running statistics), by canonical name."""
    return {name: Parameter(variable) for name, variable in model.named_buffers() if variable.is_floating_point()}
