"""The layers of a model, the kind of each, and how they are nested."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.utils import parametrize

from compare.traces import layers
from torch_impl.weights.outputs import output_to_canonical, to_numpy

__all__ = ["every_layer", "is_whole", "kind", "named_kinds", "named_layers", "output_to_canonical", "to_numpy"]

# Kinds that count as one layer, although they hold others.
WHOLE = (nn.MultiheadAttention, nn.RNNBase)

# PyTorch's classes that have another name here: Keras has one class per number of dimensions.
KINDS = {
    "BatchNorm1d": "BatchNorm",
    "BatchNorm2d": "BatchNorm",
    "BatchNorm3d": "BatchNorm",
    "SyncBatchNorm": "BatchNorm",
    "InstanceNorm1d": "GroupNorm",
    "InstanceNorm2d": "GroupNorm",
    "InstanceNorm3d": "GroupNorm",
    "NonDynamicallyQuantizableLinear": "Linear",
    "UpsamplingNearest2d": "Upsample",
    "UpsamplingBilinear2d": "Upsample",
    "Sequential": "Identity",  # counts as a layer only if it is empty
}


def kind(layer) -> str:
    """PyTorch's name for a layer's class, or the class' own name where PyTorch has none."""
    for base in type(layer).__mro__:
        if base.__module__.startswith("torch.nn.modules") and base is not nn.Module:
            return KINDS.get(base.__name__, base.__name__)
    return type(layer).__name__


def named_layers(model) -> dict:
    """The layers that hold no other layer, by their path of attributes ("encoder.fc1"), in order of definition."""
    return layers.named_layers(model, inside)


def every_layer(model) -> dict:
    """The model itself (its path is "") and all layers inside, each once; none inside a layer that counts as one."""
    return layers.every_layer(model, inside)


def named_kinds(model) -> dict[str, str]:
    """The kind of every layer with outputs, by its name in the forward stage."""
    return {path: kind(layer) for path, layer in named_layers(model).items()}


def inside(layer) -> list[tuple]:
    """The layers directly inside one, by the name of the attribute; none inside a whole one."""
    return [] if is_whole(layer) else list(layer.named_children())


def is_whole(layer) -> bool:
    """Whether a layer counts as one, although it holds others."""
    return isinstance(layer, WHOLE) or parametrize.is_parametrized(layer)


@contextmanager
def evaluating(model) -> Iterator[None]:
    """The model in evaluation mode, for a loss that takes no `training`."""
    trained = {layer: layer.training for layer in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for layer, training in trained.items():
            layer.training = training


@contextmanager
def keeping_buffers(model) -> Iterator[None]:
    """What a call moves without training it (running statistics) is put back, for an evaluation in training mode."""
    before = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    try:
        yield
    finally:
        for buffer, value in before:
            buffer.detach().copy_(value)
