"""Names and layouts: from PyTorch's, the canonical ones, to Keras', and back.

Every transpose of the project stands here, in explicit tables by kind of layer; nothing is guessed from shapes.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from tf_impl import optimizers

# Kind of layer: Keras' variable, PyTorch's name for it, and where PyTorch's axes lie in Keras' layout.
# differs: PyTorch's dense weight is (out, in), Keras' kernel (in, out).
# differs: PyTorch's convolution weight is (out, in, height, width), Keras' kernel (height, width, in, out).
PARAMETERS = {
    layers.Dense: (("kernel", "weight", (1, 0)), ("bias", "bias", (0,))),
    layers.Conv2D: (("kernel", "weight", (3, 2, 0, 1)), ("bias", "bias", (0,))),
}

# Kinds of layer whose outputs are images, channels last.
IMAGES = (layers.Conv2D, layers.MaxPooling2D, layers.AveragePooling2D)

# Kind of optimizer: its list of slots, and PyTorch's name for the entry.
SLOTS = {
    optimizers.SGD: (),
    optimizers.Adam: (("steps", "step"), ("exp_avgs", "exp_avg"), ("exp_avg_sqs", "exp_avg_sq")),
    keras.optimizers.SGD: (("momentums", "momentum_buffer"),),
    keras.optimizers.Adam: (("iterations", "step"), ("_momentums", "exp_avg"), ("_velocities", "exp_avg_sq")),
}


class Parameter(NamedTuple):
    """A trainable weight, and where the canonical axes lie in this framework's layout."""

    variable: Any
    axes: tuple[int, ...]


def named_layers(model) -> dict:
    """The layers that hold no other layer, by their path of attributes ("encoder.fc1"), in order of definition."""
    found = {}
    for name, layer in _children(model).items():
        inner = named_layers(layer)
        found |= {f"{name}.{path}": leaf for path, leaf in inner.items()} if inner else {name: layer}
    return found


def named_parameters(model) -> dict[str, Parameter]:
    """Every weight that can train, by canonical name."""
    found = {}
    for path, layer in named_layers(model).items():
        if layer.weights and type(layer) not in PARAMETERS:
            raise ValueError(f"{path} is a {type(layer).__name__}: tf_impl/weights.py has no rule for its weights")
        for attribute, name, axes in PARAMETERS.get(type(layer), ()):
            if (variable := getattr(layer, attribute)) is not None:
                found[f"{path}.{name}"] = Parameter(variable, axes)
    return found


def named_buffers(model) -> dict:
    """Everything else that training changes (running statistics), by canonical name."""
    # No kind of layer in PARAMETERS has any.
    return {}


def output_to_canonical(layer, output) -> np.ndarray:
    """A layer's output, images with the channels first."""
    array = to_numpy(output)
    return np.moveaxis(array, -1, 1) if isinstance(layer, IMAGES) else array


def load_weights(model, weights: Mapping[str, np.ndarray]) -> None:
    """Set every weight of `model` from canonical arrays; ValueError where a name or a shape does not fit."""
    parameters = named_parameters(model)
    if parameters.keys() != weights.keys():
        raise ValueError(f"the model has the weights {sorted(parameters)}, the inputs have {sorted(weights)}")
    for name, (variable, axes) in parameters.items():
        array = weights[name].transpose(np.argsort(axes))
        if array.shape != tuple(variable.shape):
            raise ValueError(f"{name}: shape {tuple(variable.shape)} in the model, {array.shape} from the inputs")
        variable.assign(array)


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


def optimizer_state(optimizer, model) -> dict[str, np.ndarray]:
    """The optimizer's state in canonical layout, by weight and PyTorch's name of the entry ("fc1.weight exp_avg")."""
    state = {}
    index = {id(variable): position for position, variable in enumerate(optimizer._trainable_variables)}
    for name, (variable, axes) in named_parameters(model).items():
        for attribute, entry in SLOTS[type(optimizer)] if id(variable) in index else ():
            slots = getattr(optimizer, attribute)
            if slots == []:  # an entry that these settings do without
                continue
            # differs: PyTorch keeps all state by parameter; stock Keras counts steps once for all.
            array = to_numpy(slots[index[id(variable)]] if isinstance(slots, list) else slots)
            state[f"{name} {entry}"] = array.transpose(axes) if array.ndim == len(axes) else array.astype(np.float64)
    return state


def learning_rate(optimizer) -> np.ndarray:
    """The learning rate of the present step, one for each parameter group."""
    return to_numpy(optimizer.learning_rate).astype(np.float64)


def to_numpy(tensor) -> np.ndarray:
    """A copy of a tensor's values."""
    return tensor.numpy().copy() if isinstance(tensor, (tf.Tensor, keras.Variable)) else np.array(tensor)


def _children(layer) -> dict:
    """The layers directly inside one, by the name of the attribute (or, in a functional model, of the layer)."""
    if isinstance(layer, (keras.Sequential, keras.src.models.Functional)):
        return {inner.name: inner for inner in layer.layers}
    return {name: value for name, value in vars(layer).items() if isinstance(value, keras.Layer) and name[0] != "_"}
