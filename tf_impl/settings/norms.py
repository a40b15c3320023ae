"""The settings of normalisations, in PyTorch's terms. Notice the epsilons and the momentum."""

from decimal import Decimal

from keras import layers

from tf_impl.keras_internals import built_for, has_stock_moments
from tf_impl.keras_versions import axis_of, like
from tf_impl.layers import BatchNorm


def batch_norm(layer, before) -> dict:
    """A normalisation over the batch, and its running statistics."""
    known = has_stock_moments(layer) and type(layer).call is layers.BatchNormalization.call
    unbiased = type(layer).call is BatchNorm.call
    return {
        "eps": layer.epsilon,
        "momentum": layer.weight_of_new if unbiased else float(1 - Decimal(str(float(layer.momentum)))),
        "weight": layer.scale,
        "bias": layer.center,
        "track_running_stats": getattr(layer, "track_running_stats", True),
        "running variance": "over N - 1" if unbiased else "over N" if known else None,
        "num_features": built_for(layer)[axis_of(layer)] if built_for(layer) else None,
        "renorm": getattr(layer, "renorm", False),
    }


def group_norm(layer, before) -> dict:
    """A normalisation over groups of channels; a group for each channel is an instance norm."""
    return {
        "eps": layer.epsilon,
        "groups": layer.groups,
        "weight": layer.scale,
        "bias": layer.center,
        "track_running_stats": False,
    }


def layer_norm(layer, before) -> dict:
    """A normalisation over the last axes."""
    axes = [layer.axis] if isinstance(layer.axis, int) else list(layer.axis)
    shape = built_for(layer)
    settings = {"eps": layer.epsilon, "axes": [axis - len(shape) if shape and axis >= 0 else axis for axis in axes]}
    root = not like(layer, "LayerNormalization")
    return settings | {"weight": root or layer.scale, "bias": not root and layer.center}
