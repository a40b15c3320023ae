"""Reads and writes weights, batches and optimizer state in canonical layout.

PyTorch's layouts are the canonical ones: nothing is transposed.
"""

from collections.abc import Container, Mapping

import numpy as np
import torch

from compare.traces.parameters import fill
from torch_impl.weights.parameters import named_buffers, named_parameters, weight_groups
from torch_impl.weights.rates import Rates, further_rates
from torch_impl.weights.state import learning_rate, optimizer_state
from torch_impl.weights.tensors import Parameter, to_numpy

__all__ = [
    "Parameter",
    "Rates",
    "batch_from_canonical",
    "batch_to_canonical",
    "further_rates",
    "learning_rate",
    "load_weights",
    "named_buffers",
    "named_parameters",
    "optimizer_state",
    "to_numpy",
    "weight_groups",
]


def load_weights(model, weights: Mapping[str, np.ndarray]) -> None:
    """Set every weight of `model`, and the given buffers; ValueError where a name or a shape does not fit."""
    fill(named_parameters(model), named_buffers(model), weights)


def batch_from_canonical(batch: Mapping[str, np.ndarray], channels_first: Container[str]) -> dict:
    """A batch of NumPy arrays as tensors; `channels_first` names the arrays of images."""
    return {name: torch.from_numpy(array) for name, array in batch.items()}


def batch_to_canonical(batch: Mapping, channels_first: Container[str]) -> dict[str, np.ndarray]:
    """The inverse of `batch_from_canonical`."""
    return {name: to_numpy(tensor) for name, tensor in batch.items()}
