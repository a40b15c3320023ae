"""Maxima over windows. Notice what is beyond the edge (nothing, minus infinity, zeros), and which pixel gets the
gradient."""

import keras
import tensorflow as tf
from keras import layers


def max_pool1d():
    """The default stride is the size of the window on both sides; a remainder that does not fill a window is
    dropped."""
    return layers.MaxPooling1D(3)


def max_pool2d():
    """The default stride is the size of the window on both sides; a last row that does not fill a window is dropped
    ("valid")."""
    return layers.MaxPooling2D((2, 3))


def max_pool2d_overlapping():
    """Kernel and stride are `pool_size` and `strides`. Where windows overlap, a pixel's gradient is the sum over the
    windows whose maximum it is."""
    return layers.MaxPooling2D(3, strides=2)


def max_pool2d_stride1():
    """At stride 1 with an odd window "same" pads both ends equally, like padding=k // 2; the padding never wins on
    either side."""
    return layers.MaxPooling2D(3, strides=1, padding="same")


def max_pool1d_padding(x):
    """PyTorch pads with minus infinity; zeros would win over negative values. "same" at stride 2 pads an even length at
    its end only."""
    padded = tf.pad(x, [[0, 0], [1, 1], [0, 0]], constant_values=x.dtype.min)
    return tf.nn.max_pool1d(padded, 3, 2, "VALID")


def max_pool2d_padding(x):
    """PyTorch pads both ends equally, "same" an even size at its end only: one pixel off, with the right shape. The
    explicit padding of tf.nn.max_pool2d never wins a window, as in PyTorch; a ZeroPadding2D would win over negative
    values."""
    return tf.nn.max_pool2d(x, 3, 2, [[0, 0], [1, 1], [1, 1], [0, 0]])


def max_pool2d_padding_of_positives():
    """After a ReLU no value is below zero, so padding with zeros gives the same maximum, with stock layers. Where a
    whole window is zero the gradient may go to the padding; the ReLU would have stopped it anyway."""
    return keras.Sequential([layers.ReLU(), layers.ZeroPadding2D(1), layers.MaxPooling2D(3, strides=2)])


def max_pool2d_tensorflow_same(x):
    """The other direction: TensorFlow's "same" at stride 2 pads an even size at its end; in PyTorch pad with minus
    infinity at the right and the bottom."""
    return tf.nn.max_pool2d(x, 3, 2, "SAME")


def max_pool2d_ceil_mode(x):
    """ceil_mode keeps the last window although it is not full: pad the end by what is missing. "same" gives as many
    windows here, but puts half of two missing pixels at the front."""
    return tf.nn.max_pool2d(x, 3, 3, [[0, 0], [0, 2], [0, 1], [0, 0]])


def max_pool2d_dilation(x):
    """Keras' layer has no dilation; tf.nn.pool has one, at stride 1."""
    return tf.nn.pool(x, [2, 2], "MAX", padding="VALID", dilations=[2, 3])


def max_pool2d_ties():
    """If a window holds its maximum twice, such as zeros after a ReLU, the first in reading order gets the whole
    gradient, on both sides (on a CPU)."""
    return layers.MaxPooling2D(2)


def max_pool3d(x):
    """TensorFlow's MaxPool3D does not support float64. A maximum can be taken one axis after the other: over height and
    width of each plane, then over depth."""
    _, depth, height, width, channels = x.shape
    planes = tf.nn.max_pool2d(tf.reshape(x, (-1, height, width, channels)), 3, 2, "VALID")
    height, width = planes.shape[1:3]
    columns = tf.nn.max_pool2d(tf.reshape(planes, (-1, depth, height * width, channels)), (3, 1), (2, 1), "VALID")
    return tf.reshape(columns, (-1, columns.shape[1], height, width, channels))


def max_pool3d_stock():
    """The stock layers agree; TensorFlow's supports float32 only."""
    return layers.MaxPooling3D((1, 2, 3), strides=2)


def max_pool2d_with_indices(x):
    """PyTorch's index counts within one channel (row * width + column); TensorFlow's also counts the channels, which
    are the innermost axis."""
    pooled, places = tf.nn.max_pool_with_argmax(x, 2, 2, "VALID")
    return pooled, places // x.shape[-1]


def max_unpool2d(x, pooled):
    """Every value goes back to where the maximum was: a scatter, as in nn.MaxUnpool2d, which refuses to run under
    use_deterministic_algorithms, even on a CPU."""
    _, places = tf.nn.max_pool_with_argmax(x, 2, 2, "VALID", include_batch_in_index=True)
    flat = tf.scatter_nd(tf.reshape(places, (-1, 1)), tf.reshape(pooled, (-1,)), (tf.size(x, tf.int64),))
    return tf.reshape(flat, tf.shape(x))


def min_pool2d(x):
    """Neither framework has it: negate, take the maximum, and negate again."""
    return -tf.nn.max_pool2d(-x, 3, 1, "SAME")


def adaptive_max_pool1d():
    """The same windows as in adaptive average pooling, and the maximum of each."""
    return layers.AdaptiveMaxPooling1D(3)


def adaptive_max_pool2d():
    """The same windows as in adaptive average pooling, which overlap where the size is not a multiple; the maximum of
    each."""
    return layers.AdaptiveMaxPooling2D((3, 3))


def adaptive_max_pool2d_to_one():
    """The global maximum; its two axes of size 1 are kept."""
    return layers.GlobalMaxPooling2D(keepdims=True)


def masked_max_pool(x, mask):
    """Set padded tokens to minus infinity; as zeros they would win over negative values. In a graph tf.where takes a
    Python number in the tensor's dtype only if the tensor comes first."""
    return tf.reduce_max(tf.where(mask[:, :, None], x, float("-inf")), 1)
