"""Switches dropout off: two frameworks cannot generate the same masks."""

from torch import nn

from torch_impl.weights.layers import every_layer

RATES = ("p", "dropout")
RANDOM = (nn.modules.dropout._DropoutNd, nn.MultiheadAttention, nn.RNNBase)


def mute(model) -> dict[str, float]:
    """Set the rate of every dropout layer to zero; returns the former rates by the layer's path."""
    had = {}
    for path, layer in every_layer(model).items():
        for attribute in RATES if isinstance(layer, RANDOM) else ():
            rate = getattr(layer, attribute, None)
            if isinstance(rate, (int, float)) and rate > 0:
                had[path] = float(rate)
                setattr(layer, attribute, 0.0)
    return had
