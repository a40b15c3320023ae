"""Reads and writes the values of TensorFlow's tensors and Keras' variables."""

import keras
import numpy as np
import tensorflow as tf

from compare.traces import parameters


def to_numpy(tensor) -> np.ndarray:
    """A copy of a tensor's values; NumPy has no bfloat16, so half precision becomes float32."""
    if isinstance(tensor, tf.IndexedSlices):
        tensor = tf.convert_to_tensor(tensor)
    array = np.array(tensor.numpy() if hasattr(tensor, "numpy") else tensor)
    return array.astype(np.float32) if array.dtype in (tf.bfloat16.as_numpy_dtype, np.float16) else array


class Parameter(parameters.Parameter):
    """A weight or a buffer of a layer."""

    to_numpy = staticmethod(to_numpy)

    def set(self, native: np.ndarray) -> None:
        """Set the variable's values."""
        self.variable.assign(native)

    @property
    def dtype(self) -> str:
        """As NumPy writes it, or "bfloat16"."""
        return keras.backend.standardize_dtype(self.variable.dtype)

    @property
    def trainable(self) -> bool:
        """By the variable's flag, which a layer's `trainable` sets."""
        return bool(self.variable.trainable)
