"""What a layer puts out, one array of it, in PyTorch's layout."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf
from keras import layers

from tf_impl.layers.recurrent import RNNBase
from tf_impl.weights.kinds import kind
from tf_impl.weights.tensors import to_numpy

# Layers whose outputs PyTorch has with the features last, too, however many axes there are.
FEATURES_LAST = ("Linear", "Embedding", "MultiheadAttention", "EinsumDense")
# Layers whose outputs are images of one, two or three dimensions, and how their kinds begin.
IMAGES = ("Conv", "SeparableConv", "MaxPool", "AvgPool", "Adaptive", "Dropout1d", "Upsample", "ZeroPad", "GroupNorm")
GLOBAL_POOLINGS = tuple(getattr(layers, f"Global{which}Pooling{n}D") for which in ("Max", "Average") for n in (1, 2, 3))


def output_to_canonical(layer, output) -> np.ndarray | None:
    """What a layer puts out: the first tensor, (N, C, ...) of images; None where there is no tensor.

    A recurrent layer's is the hidden state that it ends with, for it may return no more.
    """
    tensor = _first_tensor(output)
    if tensor is None:
        return None
    if isinstance(layer, (layers.RNN, layers.Bidirectional, RNNBase)):
        return _last_state(layer, output)
    return _channels_first(layer, to_numpy(tensor))


def _last_state(layer, output) -> np.ndarray | None:
    if isinstance(layer, RNNBase) and layer.return_state:
        states = output[1][0] if isinstance(output[1], tuple) else output[1]
        return to_numpy(tf.concat((states[-2], states[-1]), -1) if layer.bidirectional else states[-1])
    array = to_numpy(_first_tensor(output))
    if isinstance(layer, layers.Bidirectional) and layer.merge_mode != "concat":
        return None  # PyTorch leaves the two directions beside each other
    sequences = isinstance(layer, RNNBase) or layer.return_sequences
    if sequences and (isinstance(layer, layers.Bidirectional) or getattr(layer, "bidirectional", False)):
        half = array.shape[-1] // 2
        return np.concatenate((array[:, -1, ..., :half], array[:, 0, ..., half:]), -1)
    array = array[:, -1] if sequences else array
    return np.moveaxis(array, -1, 1) if array.ndim > 3 else array


def _first_tensor(output):
    if isinstance(output, tf.Tensor):
        return output if hasattr(output, "numpy") else None  # in a graph it has no values
    inner = output.values() if isinstance(output, Mapping) else output if isinstance(output, (list, tuple)) else ()
    return next((tensor for tensor in map(_first_tensor, inner) if tensor is not None), None)


def _channels_first(layer, array: np.ndarray) -> np.ndarray:
    name = kind(layer)
    if getattr(layer, "data_format", None) == "channels_first":
        return array
    if isinstance(layer, GLOBAL_POOLINGS) and array.ndim == 2:
        return array.reshape(array.shape + (1,) * int(name[-2]))
    if name == "BatchNorm" and isinstance(layer.axis, int):
        return np.moveaxis(array, layer.axis, 1)
    if name in FEATURES_LAST or (name in ("LayerNorm", "RMSNorm") and np.size(layer.axis) < 3):
        return array
    least = 3 if name.startswith(IMAGES) else 4
    return np.moveaxis(array, -1, 1) if array.ndim in range(least, 6) else array
