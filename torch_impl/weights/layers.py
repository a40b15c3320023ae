"""The layers of a model, what kind each is, and how they are held by each other."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.utils import parametrize

from compare.traces import layers
from torch_impl.weights.outputs import output_to_canonical, to_numpy

__all__ = ["every_layer", "is_whole", "kind", "named_kinds", "named_layers", "output_to_canonical", "to_numpy"]

# Kinds that count as one layer, whatever they hold.
WHOLE = (nn.MultiheadAttention, nn.RNNBase)

# Classes of PyTorch's that go by another name here: Keras has one class for each number of dimensions.
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
    "Sequential": "Identity",  # where it counts as a layer, it is an empty one
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
    """The model itself (its path is "") and all that is inside, each once; the insides of whole layers are left out."""
    return layers.every_layer(model, inside)


def named_kinds(model) -> dict[str, str]:
    """The kind of whatever puts something out, by its name in the forward stage."""
    return {path: kind(layer) for path, layer in named_layers(model).items()}


def inside(layer) -> list[tuple]:
    """The layers directly inside one, by the name of the attribute; none inside a whole one."""
    return [] if is_whole(layer) else list(layer.named_children())


def is_whole(layer) -> bool:
    """Whether a layer counts as one, although it may hold others."""
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
