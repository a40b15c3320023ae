"""The layers of a model, how they are found. Read it beside tf_impl/weights/layers.py."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.utils import parametrize

from torch_impl.weights.kinds import kind
from torch_impl.weights.outputs import output_to_canonical, to_numpy

__all__ = ["every_layer", "is_whole", "kind", "named_kinds", "named_layers", "output_to_canonical", "to_numpy"]

# Kinds that count as one layer, whatever they hold.
WHOLE = (nn.MultiheadAttention, nn.RNNBase)


def named_layers(model) -> dict:
    """The layers that hold no other layer, by their path of attributes ("encoder.fc1"), in order of definition."""
    return {path: layer for path, layer in every_layer(model).items() if is_whole(layer) or not children(layer)}


def every_layer(model) -> dict:
    """The model itself (its path is "") and all that is inside, each once; the insides of whole layers are left out."""
    found, seen = {}, set()

    def visit(path: str, layer) -> None:
        if id(layer) in seen:
            return
        seen.add(id(layer))
        found[path] = layer
        for name, inner in [] if is_whole(layer) else children(layer):
            visit(f"{path}.{name}" if path else name, inner)

    visit("", model)
    return found


def named_kinds(model) -> dict[str, str]:
    """The kind of whatever puts something out, by its name in the forward stage."""
    # differs: a Keras layer may end with an activation; what goes into that is what PyTorch's layer puts out.
    return {path: kind(layer) for path, layer in named_layers(model).items()}


def children(layer) -> list[tuple]:
    """The layers directly inside one, by the name of the attribute."""
    return list(layer.named_children())


def is_whole(layer) -> bool:
    """Whether a layer counts as one, although it may hold others."""
    return isinstance(layer, WHOLE) or parametrize.is_parametrized(layer)


@contextmanager
def evaluating(model) -> Iterator[None]:
    """The model in evaluation mode, for a loss that takes no `training`."""
    # differs: PyTorch's model is switched to evaluation; in Keras each layer's `training` is replaced as it is called.
    trained = {layer: layer.training for layer in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for layer, training in trained.items():
            layer.training = training
