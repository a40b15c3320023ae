"""The settings of normalisations, in PyTorch's terms. Notice the epsilons and the momentum."""

import torch
from torch import nn


def batch_norm(layer, before) -> dict:
    """A normalisation over the batch, and its running statistics."""
    return {
        "eps": layer.eps,
        "momentum": layer.momentum,
        "weight": layer.weight is not None,
        "bias": layer.bias is not None,
        "track_running_stats": layer.track_running_stats,
        "running variance": "over N - 1",
        "axis": "channels",
        "num_features": layer.num_features,
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
        "axis": "channels",
    }


def layer_norm(layer, before) -> dict:
    """A normalisation over the last axes."""
    settings = {"eps": layer.eps, "axes": list(range(-len(layer.normalized_shape), 0))}
    if layer.eps is None:
        settings["eps"] = torch.finfo(torch.get_default_dtype() if layer.weight is None else layer.weight.dtype).eps
    return settings | {"weight": layer.weight is not None, "bias": getattr(layer, "bias", None) is not None}
