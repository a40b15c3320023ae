"""Switches dropout off: two frameworks cannot generate the same masks."""

from torch import nn

from torch_impl.weights.layers import every_layer

# The layers that are random, their attribute that is a rate, and the name of that setting.
RANDOM = (
    (nn.modules.dropout._DropoutNd, "p", "p"),
    (nn.MultiheadAttention, "dropout", "dropout"),
    (nn.RNNBase, "dropout", "dropout between layers"),
)


def mute(model) -> dict[str, dict[str, float]]:
    """Set the rate of every dropout layer to zero; returns the former rates by the layer's path and by setting."""
    had = {}
    for path, layer in every_layer(model).items():
        for attribute, setting in (
            (attribute, setting) for kind, attribute, setting in RANDOM if isinstance(layer, kind)
        ):
            rate = getattr(layer, attribute, None)
            if isinstance(rate, (int, float)) and rate > 0 and getattr(layer, "num_layers", 2) > 1:
                had[path] = {setting: float(rate)}
                setattr(layer, attribute, 0.0)
    return had
