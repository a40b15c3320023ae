"""The settings of activations, in PyTorch's terms, as layers or as an argument of a layer."""

from torch import nn

from compare.traces.settings.values import in_words
from torch_impl.weights.layers import kind


def activation(layer, before=None) -> dict:
    """An elementwise layer, or a softmax."""
    names = ("negative_slope", "alpha", "beta", "lambd", "dim", "min_val", "max_val", "approximate")
    return {name: getattr(layer, name) for name in names if getattr(layer, name, None) is not None}


def activation_after(layer, after) -> str | None:
    """The activation right after a layer, in words; None where it is not known."""
    if is_activation(layer):
        return None
    return activation_name(after) if is_activation(after) else None


# An activation has the same effect before them and behind them; what they are followed by is looked at in their place.
TRANSPARENT = ("Dropout", "MaxPool", "AdaptiveMaxPool", "Flatten", "Identity", "Upsample")
WITH_WEIGHTS = ("Linear", "Conv", "BatchNorm", "LayerNorm", "GroupNorm", "RMSNorm", "RNN", "LSTM", "GRU")


def ends_without_activation(model) -> set[int]:
    """The ids of the layers with weights on whose outputs it is certain that no activation acts inside the model.

    Only a chain says it; behind the last layer of a chain that is not the model itself, its owner may call a function.
    """
    found = set()
    for chain in (module for module in model.modules() if isinstance(module, nn.Sequential)):
        bare = chain is model  # whether nothing acts on what comes out of the rest of the chain
        for layer in reversed(chain):
            if kind(layer).startswith(WITH_WEIGHTS):
                found |= {id(layer)} if bare else set()
                bare = True
            elif not kind(layer).startswith(TRANSPARENT):
                bare = False
    return found


def is_activation(layer) -> bool:
    """Whether a layer is an activation."""
    return type(layer).__module__ == nn.modules.activation.__name__ and not isinstance(layer, nn.MultiheadAttention)


def activation_name(layer) -> str | None:
    """An activation with its settings: "LeakyReLU(negative_slope=0.01)"."""
    settings = {name: value for name, value in activation(layer).items() if name != "dim"}
    return in_words(kind(layer), settings) if settings else kind(layer)
