"""Reads and writes weights, batches and optimizer state in canonical layout.

rules.py says what each layer holds, layouts.py has every transpose.
"""

from collections.abc import Container, Mapping

import numpy as np
import tensorflow as tf

from compare.traces.parameters import fill
from tf_impl.weights.parameters import named_buffers, named_parameters, weight_groups
from tf_impl.weights.rates import Rates, further_rates
from tf_impl.weights.state import learning_rate, load_optimizer_state, optimizer_state
from tf_impl.weights.tensors import Parameter, to_numpy

__all__ = [
    "Parameter",
    "Rates",
    "batch_from_canonical",
    "batch_to_canonical",
    "further_rates",
    "learning_rate",
    "load_optimizer_state",
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
    return {
        name: tf.constant(np.ascontiguousarray(np.moveaxis(array, 1, -1)) if name in channels_first else array)
        for name, array in batch.items()
    }


def batch_to_canonical(batch: Mapping, channels_first: Container[str]) -> dict[str, np.ndarray]:
    """The inverse of `batch_from_canonical`."""
    return {
        name: np.moveaxis(to_numpy(tensor), -1, 1) if name in channels_first else to_numpy(tensor)
        for name, tensor in batch.items()
    }
