"""The output of a layer as one array, in PyTorch's layout."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tf_impl.keras_versions import axis_of, like
from tf_impl.layers.recurrent import RNNBase
from tf_impl.weights.kinds import kind
from tf_impl.weights.tensors import to_numpy

# Layers whose outputs have the features last in PyTorch too, with any number of axes.
FEATURES_LAST = ("Linear", "Embedding", "MultiheadAttention")
# Layers whose outputs are images of one, two or three dimensions, and how their kinds begin.
IMAGES = ("Conv", "SeparableConv", "MaxPool", "AvgPool", "Adaptive", "Dropout1d", "Upsample", "ZeroPad", "GroupNorm")
GLOBAL_POOLINGS = tuple(f"Global{which}Pooling{n}D" for which in ("Max", "Average") for n in (1, 2, 3))


def output_to_canonical(layer, output, mask=None) -> np.ndarray | None:
    """The first tensor of a layer's output, images as (N, C, ...); None where there is no tensor.

    Of a recurrent layer it is the last hidden state: the layer may return no more than that. `mask` (N, T), which it
    was called with, says where each sequence begins and ends.
    """
    tensor = _first_tensor(output)
    if tensor is None:
        return None
    if like(layer, "RNN", "Bidirectional") or isinstance(layer, RNNBase):
        return _last_state(layer, output, mask)
    if like(layer, "EinsumDense"):
        return _features_together(layer, to_numpy(tensor))
    return _channels_first(layer, to_numpy(tensor))


def _features_together(layer, array: np.ndarray) -> np.ndarray:
    """The output of a dense layer, whose several axes of features (heads, size) are one in PyTorch."""
    rest = layer.equation.replace(" ", "").split(",")[1]
    kernel, outputs = rest.split("->")
    features = len(outputs) - len(outputs.rstrip(kernel))
    return array.reshape(*array.shape[: array.ndim - features], -1) if features > 1 else array


def _last_state(layer, output, mask) -> np.ndarray | None:
    if isinstance(layer, RNNBase) and layer.return_state:
        states = output[1][0] if isinstance(output[1], tuple) else output[1]
        return to_numpy(tf.concat((states[-2], states[-1]), -1) if layer.bidirectional else states[-1])
    array = to_numpy(_first_tensor(output))
    if like(layer, "Bidirectional") and layer.merge_mode != "concat":
        return None  # PyTorch keeps the two directions apart
    sequences = isinstance(layer, RNNBase) or layer.return_sequences
    if sequences and (like(layer, "Bidirectional") or getattr(layer, "bidirectional", False)):
        half, (first, last) = array.shape[-1] // 2, _ends(array, mask)
        return np.concatenate((last[..., :half], first[..., half:]), -1)
    array = _ends(array, mask)[1] if sequences else array
    return np.moveaxis(array, -1, 1) if array.ndim > 3 else array


def _ends(array: np.ndarray, mask) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last element (N, ...) of each sequence of (N, T, ...) that `mask` does not leave out.

    What Keras puts out behind the end differs: LSTM repeats the last state, a Bidirectional has zeros.
    """
    if mask is None:
        return array[:, 0], array[:, -1]
    real, rows = np.asarray(mask, bool), np.arange(len(array))
    return array[rows, real.argmax(1)], array[rows, real.shape[1] - 1 - real[:, ::-1].argmax(1)]


def _first_tensor(output):
    if isinstance(output, tf.Tensor):
        return output if hasattr(output, "numpy") else None  # a tensor in a graph has no values
    inner = output.values() if isinstance(output, Mapping) else output if isinstance(output, (list, tuple)) else ()
    return next((tensor for tensor in map(_first_tensor, inner) if tensor is not None), None)


def _channels_first(layer, array: np.ndarray) -> np.ndarray:
    name = kind(layer)
    if getattr(layer, "data_format", None) == "channels_first":
        return array
    if like(layer, *GLOBAL_POOLINGS) and array.ndim == 2:
        return array.reshape(array.shape + (1,) * int(name[-2]))
    if name == "BatchNorm" and isinstance(axis_of(layer), int):
        return np.moveaxis(array, axis_of(layer), 1)
    if name in FEATURES_LAST or (name in ("LayerNorm", "RMSNorm") and np.size(layer.axis) < 3):
        return array
    least = 3 if name.startswith(IMAGES) else 4
    return np.moveaxis(array, -1, 1) if array.ndim in range(least, 6) else array


def order_of_axes(layer, dimensions: int) -> tuple[int, ...]:
    """In which order PyTorch's axes stand in a tensor that this layer is given or puts out."""
    moved = _channels_first(layer, np.empty(range(2, 2 + dimensions)))
    return tuple(int(axis) for axis in np.argsort([size - 2 for size in moved.shape]))
