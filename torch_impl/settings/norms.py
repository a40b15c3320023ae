"""What normalisations are set to, in PyTorch's terms. Notice the epsilons and the momentum."""

import torch
from torch import nn


def batch_norm(layer, before) -> dict:
    """A normalisation over the batch, and its running statistics."""
    return {
        # differs: PyTorch's epsilon is 1e-5 unless told otherwise, Keras' 1e-3; in batch, layer and group norms.
        "eps": layer.eps,
        # differs: PyTorch's momentum is the weight of the new batch (0.1), Keras' that of the old average (0.99).
        "momentum": layer.momentum,
        "weight": layer.weight is not None,
        "bias": layer.bias is not None,
        "track_running_stats": layer.track_running_stats,
        # differs: PyTorch's running variance takes each batch's sum of squares over N - 1, Keras' over N.
        "running variance": "over N - 1",
        "axis": "channels",
    }


def group_norm(layer, before) -> dict:
    """A normalisation over groups of channels; a group for each channel is an instance norm."""
    instance = isinstance(layer, nn.modules.instancenorm._InstanceNorm)
    return {
        "eps": layer.eps,
        "groups": layer.num_features if instance else layer.num_groups,
        "weight": layer.weight is not None,
        "bias": layer.bias is not None,
        "track_running_stats": instance and layer.track_running_stats,
    }


def layer_norm(layer, before) -> dict:
    """A normalisation over the last axes."""
    settings = {"eps": layer.eps, "axes": list(range(-len(layer.normalized_shape), 0))}
    # differs: PyTorch's RMSNorm has the epsilon of its dtype unless told otherwise, Keras' 1e-6.
    if layer.eps is None:
        settings["eps"] = torch.finfo(torch.get_default_dtype() if layer.weight is None else layer.weight.dtype).eps
    return settings | {"weight": layer.weight is not None, "bias": getattr(layer, "bias", None) is not None}
