"""The weights of a model, the batches that it is given, the state of its optimizer: in and out, in canonical layout.

Read it beside tf_impl/weights/__init__.py. What a layer holds stands in rules.py, here nothing moves.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import torch

from torch_impl.weights.outputs import to_numpy
from torch_impl.weights.parameters import Parameter, named_buffers, named_parameters, units
from torch_impl.weights.state import learning_rate, optimizer_state

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
    return {name: torch.from_numpy(array) for name, array in batch.items()}


def batch_to_canonical(batch: Mapping, channels_first: Iterable[str]) -> dict[str, np.ndarray]:
    """The same back again."""
    return {name: to_numpy(tensor) for name, tensor in batch.items()}
