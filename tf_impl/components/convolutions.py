"""Convolutions. Notice the padding: PyTorch pads both ends equally; "same" pads by what the stride leaves over."""

import keras
import tensorflow as tf
from keras import layers


def conv1d():
    """PyTorch's sequences are (N, C, L), Keras' (N, L, C); the weight (out, in, k) becomes the kernel (k, in, out)."""
    return layers.Conv1D(4, 3)


def conv2d():
    """PyTorch's weight is (out, in, height, width), Keras' kernel (height, width, in, out): transpose by (2, 3, 1, 0).
    A reshape gives the right shape and scrambled weights."""
    return layers.Conv2D(4, (3, 2))


def conv3d():
    """As in two dimensions, with depth first: weight (out, in, depth, height, width), kernel (depth, height, width, in,
    out)."""
    return layers.Conv3D(3, (3, 2, 2))


def conv2d_without_bias():
    """What usually comes before a batch norm: `bias=False` is `use_bias=False`."""
    return layers.Conv2D(4, 3, padding="same", use_bias=False)


def conv2d_pointwise():
    """A kernel of size 1 is a dense layer over the channels. A stride then only skips pixels, so padding is not needed:
    the shortcut of a residual block."""
    return layers.Conv2D(4, 1, strides=2, use_bias=False)


def conv2d_from_checkpoint(x, weight, bias):
    """A weight as PyTorch's state_dict holds it: transpose it for tf.nn.conv2d, and write out the padding of each
    axis."""
    kernel = tf.transpose(weight, (2, 3, 1, 0))
    return tf.nn.conv2d(x, kernel, 2, [[0, 0], [1, 1], [2, 2], [0, 0]]) + bias


def conv1d_stride_padding():
    """PyTorch pads 2 at both ends; Keras' "same" at stride 2 pads 1 and 2 where the length is even."""
    return keras.Sequential([layers.ZeroPadding1D(2), layers.Conv1D(4, 5, strides=2)])


def conv2d_stride_padding():
    """PyTorch pads both ends equally; Keras' "same" at stride 2 pads an even size at its end only. The shapes are equal
    and the output is one pixel off: pad first, then use "valid"."""
    return keras.Sequential([layers.ZeroPadding2D(1), layers.Conv2D(4, 3, strides=2)])


def conv2d_stride_padding_odd():
    """On odd sizes a kernel of 3 at stride 2 needs one pixel at each end, and "same" is PyTorch's padding=1. A port
    that was tested on odd sizes only is wrong on even ones."""
    return layers.Conv2D(4, 3, strides=2, padding="same")


def conv3d_stride_padding():
    """As in two dimensions: pad first, because "same" would pad even sizes at their ends only."""
    return keras.Sequential([layers.ZeroPadding3D(1), layers.Conv3D(3, 3, strides=2)])


def conv2d_stride_rectangular():
    """Kernel, stride and padding are given as (height, width) on both sides."""
    return keras.Sequential([layers.ZeroPadding2D((2, 0)), layers.Conv2D(4, (5, 3), strides=(2, 1))])


def conv2d_tensorflow_same():
    """The other direction: weights trained with TensorFlow's "same" at stride 2 need padding at the end only in
    PyTorch, (left, right, top, bottom), on even sizes. Conv2d refuses padding="same" with a stride."""
    return layers.Conv2D(4, 3, strides=2, padding="same")


def conv2d_same():
    """At stride 1 "same" is identical on both sides, and is padding=k // 2 where the kernel is odd."""
    return layers.Conv2D(4, (3, 5), padding="same")


def conv2d_same_even_kernel():
    """An even kernel needs an odd number of padded pixels: both frameworks put the extra one at the end. PyTorch's
    `padding` as a number cannot do that."""
    return layers.Conv2D(4, (4, 2), padding="same")


def conv2d_asymmetric_padding():
    """ZeroPad2d takes (left, right, top, bottom), the last axis first; ZeroPadding2D takes ((top, bottom), (left,
    right))."""
    return keras.Sequential([layers.ZeroPadding2D(((2, 1), (0, 1))), layers.Conv2D(4, 3)])


def conv2d_reflect_padding():
    """Keras' convolutions pad with zeros only: pad first. REFLECT does not repeat the edge, as in PyTorch."""
    reflect = layers.Lambda(lambda x: tf.pad(x, [[0, 0], [2, 2], [1, 1], [0, 0]], "REFLECT"))
    return keras.Sequential([reflect, layers.Conv2D(4, (5, 3))])


def conv2d_replicate_padding():
    """TensorFlow cannot repeat the edge. SYMMETRIC, a mirror that includes the edge, does the same for one pixel, not
    for more."""
    replicate = layers.Lambda(lambda x: tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC"))
    return keras.Sequential([replicate, layers.Conv2D(4, 3)])


def conv2d_circular_padding():
    """tf.pad has no such mode: concatenate the columns and rows of the opposite side."""
    wide = layers.Lambda(lambda x: tf.concat((x[:, :, -1:], x, x[:, :, :1]), 2))
    high = layers.Lambda(lambda x: tf.concat((x[:, -1:], x, x[:, :1]), 1))
    return keras.Sequential([wide, high, layers.Conv2D(4, 3)])


def conv1d_causal():
    """PyTorch has no causal padding: pad (k - 1) * dilation at the front and nothing at the end."""
    return layers.Conv1D(4, 3, dilation_rate=2, padding="causal")


def conv1d_dilated():
    """`dilation` is `dilation_rate`; padding=dilation keeps the length with a kernel of 3."""
    return layers.Conv1D(4, 3, padding="same", dilation_rate=2)


def conv2d_dilated():
    """`dilation` is `dilation_rate`, (height, width). Use Keras' layer: in float64 on a CPU the gradient of
    tf.nn.conv2d fails with a dilation."""
    return layers.Conv2D(4, 3, padding="same", dilation_rate=(2, 3))


def conv2d_dilated_stride():
    """Keras refuses a stride together with a dilation: leave the stride out and take every second pixel of the
    output."""
    every_second = layers.Lambda(lambda x: x[:, ::2, ::2])
    return keras.Sequential([layers.Conv2D(4, 3, padding="same", dilation_rate=2), every_second])


def conv2d_weight_standardized(x, weight):
    """Each filter gets mean 0 and variance 1 over (in, height, width): all axes except the first in PyTorch, all except
    the last of Keras' kernel. The variance divides by N; torch.var divides by N - 1 by default."""
    kernel = tf.transpose(weight, (2, 3, 1, 0))
    mean, variance = tf.nn.moments(kernel, (0, 1, 2), keepdims=True)
    return tf.nn.conv2d(x, (kernel - mean) / tf.sqrt(variance + 1e-3), 1, "VALID")


def patch_embedding():
    """A convolution whose stride is the size of its kernel; both count the patches row by row. PyTorch's output is (N,
    C, patches) and is transposed for a transformer; Keras' is (N, patches, C), here brought into PyTorch's order."""
    return keras.Sequential([layers.Conv2D(8, 4, strides=4), layers.Reshape((-1, 8)), layers.Permute((2, 1))])


def unfold(x):
    """im2col: PyTorch orders a window's values as (C, height, width), TensorFlow as (height, width, C); PyTorch puts
    them before the windows, TensorFlow after."""
    padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
    windows = tf.image.extract_patches(padded, [1, 3, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID")
    count, channels = windows.shape[1] * windows.shape[2], x.shape[-1]
    ordered = tf.reshape(windows, (-1, count, 3 * 2, channels))
    return tf.reshape(tf.transpose(ordered, (0, 3, 2, 1)), (-1, channels * 3 * 2, count))


def fold(columns):
    """col2im adds up what overlaps. TensorFlow has no such function: use a transposed convolution with a kernel of ones
    and zeros."""
    windows = tf.reshape(tf.transpose(columns, (0, 2, 1)), (-1, 3, 7, columns.shape[1]))
    place = tf.reshape(tf.eye(columns.shape[1], dtype=columns.dtype), (-1, 3, 2, columns.shape[1]))
    kernel = tf.transpose(place, (1, 2, 0, 3))
    return tf.nn.conv2d_transpose(windows, kernel, (tf.shape(columns)[0], 7, 8, kernel.shape[2]), (2, 1), "VALID")
