"""Names and layouts. PyTorch's are the canonical ones, so here nothing is renamed and no axis moves.

Read it beside tf_impl/weights.py, where every transpose of the project stands.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch


class Parameter(NamedTuple):
    """A trainable weight, and where the canonical axes lie in this framework's layout."""

    variable: Any
    axes: tuple[int, ...]


def named_layers(model) -> dict:
    """The layers that hold no other layer, by their path of attributes ("encoder.fc1"), in order of definition."""
    return {name: layer for name, layer in model.named_modules() if not list(layer.children())}


def named_parameters(model) -> dict[str, Parameter]:
    """Every weight that can train, by canonical name."""
    # differs: PyTorch's dense weight is (out, in), Keras' kernel (in, out).
    # differs: PyTorch's convolution weight is (out, in, height, width), Keras' kernel (height, width, in, out).
    return {name: Parameter(variable, tuple(range(variable.ndim))) for name, variable in model.named_parameters()}


def named_buffers(model) -> dict:
    """Everything else that training changes (running statistics), by canonical name."""
    return dict(model.named_buffers())


def output_to_canonical(layer, output) -> np.ndarray:
    """A layer's output, images with the channels first."""
    return to_numpy(output)


def load_weights(model, weights: Mapping[str, np.ndarray]) -> None:
    """Set every weight of `model` from canonical arrays; ValueError where a name or a shape does not fit."""
    parameters = named_parameters(model)
    if parameters.keys() != weights.keys():
        raise ValueError(f"the model has the weights {sorted(parameters)}, the inputs have {sorted(weights)}")
    for name, (variable, axes) in parameters.items():
        array = weights[name].transpose(np.argsort(axes))
        if array.shape != tuple(variable.shape):
            raise ValueError(f"{name}: shape {tuple(variable.shape)} in the model, {array.shape} from the inputs")
        with torch.no_grad():
            variable.copy_(torch.from_numpy(array))


def batch_from_canonical(batch: Mapping[str, np.ndarray], channels_first: Iterable[str]) -> dict:
    """A batch of NumPy arrays as tensors; `channels_first` names the arrays of images."""
    return {name: torch.from_numpy(array) for name, array in batch.items()}


def batch_to_canonical(batch: Mapping, channels_first: Iterable[str]) -> dict[str, np.ndarray]:
    """The same back again."""
    return {name: to_numpy(tensor) for name, tensor in batch.items()}


def optimizer_state(optimizer, model) -> dict[str, np.ndarray]:
    """The optimizer's state in canonical layout, by weight and PyTorch's name of the entry ("fc1.weight exp_avg")."""
    state = {}
    for name, (variable, axes) in named_parameters(model).items():
        # differs: PyTorch keeps all state by parameter; stock Keras counts steps once for all.
        for entry, value in optimizer.state.get(variable, {}).items():
            if value is not None:
                array = to_numpy(value)
                state[f"{name} {entry}"] = (
                    array.transpose(axes) if array.ndim == len(axes) else array.astype(np.float64)
                )
    return state


def learning_rate(optimizer) -> np.ndarray:
    """The learning rate of the present step, one for each parameter group."""
    rates = np.array([group["lr"] for group in optimizer.param_groups], dtype=np.float64)
    return rates[0] if len(rates) == 1 else rates


def to_numpy(tensor) -> np.ndarray:
    """A copy of a tensor's values."""
    return tensor.detach().cpu().numpy().copy() if isinstance(tensor, torch.Tensor) else np.array(tensor)
