"""What normalisations are set to, in PyTorch's terms. Notice the epsilons and the momentum."""

from decimal import Decimal

import keras
from keras import layers

from tf_impl.layers import BatchNorm


def batch_norm(layer, before) -> dict:
    """A normalisation over the batch, and its running statistics."""
    last = -1 if keras.config.image_data_format() == "channels_last" else 1
    rank = layer.input_spec.ndim if layer.input_spec else None
    known = type(layer)._moments is layers.BatchNormalization._moments
    known &= type(layer).call is layers.BatchNormalization.call
    unbiased = type(layer).call is BatchNorm.call
    return {
        # differs: PyTorch's epsilon is 1e-5 unless told otherwise, Keras' 1e-3; in batch, layer and group norms.
        "eps": layer.epsilon,
        # differs: PyTorch's momentum is the weight of the new batch (0.1), Keras' that of the old average (0.99).
        "momentum": layer.weight_of_new if unbiased else float(1 - Decimal(str(float(layer.momentum)))),
        "weight": layer.scale,
        "bias": layer.center,
        "track_running_stats": getattr(layer, "track_running_stats", True),
        # differs: PyTorch's running variance takes each batch's sum of squares over N - 1, Keras' over N.
        "running variance": "over N - 1" if unbiased else "over N" if known else None,
        "axis": "channels" if layer.axis == last or (rank and layer.axis == last % rank) else f"axis {layer.axis}",
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
    shape = (layer._build_shapes_dict or {}).get("input_shape")
    settings = {"eps": layer.epsilon, "axes": [axis - len(shape) if shape and axis >= 0 else axis for axis in axes]}
    # differs: PyTorch's RMSNorm has the epsilon of its dtype unless told otherwise, Keras' 1e-6.
    root = not isinstance(layer, layers.LayerNormalization)
    return settings | {"weight": root or layer.scale, "bias": not root and layer.center}
