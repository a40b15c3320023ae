"""The weights of a model, the batches that it is given, the state of its optimizer: in and out, in canonical layout.

Read it beside torch_impl/weights/__init__.py. What a layer holds stands in rules.py, every transpose in layouts.py.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import tensorflow as tf

from tf_impl.weights.outputs import to_numpy
from tf_impl.weights.parameters import Parameter, named_buffers, named_parameters, units
from tf_impl.weights.state import learning_rate, optimizer_state

__all__ = [
    "Parameter",
    "learning_rate",
    "named_buffers",
    "named_parameters",
    "optimizer_state",
    "to_numpy",
    "units",
]


def load_weights(model, weights: Mapping[str, np.ndarray]) -> None:
    """Set every weight of `model`, and the buffers that are given; ValueError where a name or a shape does not fit."""
    parameters, buffers = named_parameters(model), named_buffers(model)
    if parameters.keys() != weights.keys() - buffers.keys():
        raise ValueError(f"the model has the weights {sorted(parameters)}, the inputs have {sorted(weights)}")
    for name, array in weights.items():
        parameter = parameters[name] if name in parameters else buffers[name]
        if parameter.shape != array.shape:
            raise ValueError(f"{name}: shape {parameter.shape} in the model, {array.shape} from the inputs")
        parameter.assign(array)


def batch_from_canonical(batch: Mapping[str, np.ndarray], channels_first: Iterable[str]) -> dict:
    """A batch of NumPy arrays as tensors; `channels_first` names the arrays of images."""
    return {
        name: tf.constant(np.ascontiguousarray(np.moveaxis(array, 1, -1)) if name in channels_first else array)
        for name, array in batch.items()
    }


def batch_to_canonical(batch: Mapping, channels_first: Iterable[str]) -> dict[str, np.ndarray]:
    """The same back again."""
    return {
        name: np.moveaxis(to_numpy(tensor), -1, 1) if name in channels_first else to_numpy(tensor)
        for name, tensor in batch.items()
    }
