"""Padding. Notice the order: PyTorch counts from the last axis on, Keras and TensorFlow from the first."""

import tensorflow as tf
from keras import layers


def zero_pad1d():
    """Both count (front, end)."""
    return layers.ZeroPadding1D((2, 1))


def zero_pad2d():
    """PyTorch counts (left, right, top, bottom), the last axis first; Keras ((top, bottom), (left, right)). One number
    or equal pairs hide a mistake.
    """
    return layers.ZeroPadding2D(((0, 3), (1, 2)))


def zero_pad3d():
    """Again the last axis first in PyTorch: (left, right, top, bottom, front, back)."""
    return layers.ZeroPadding3D(((2, 1), (0, 3), (1, 2)))


def constant_pad2d(x):
    """tf.pad wants a pair for every axis, batch and channels included, in the order of the axes; F.pad counts from the
    last axis on.
    """
    return tf.pad(x, [[0, 0], [0, 3], [1, 2], [0, 0]], constant_values=0.1)


def crop_by_negative_padding(x):
    """PyTorch crops where a padding is negative; TensorFlow refuses it, and slices. Keras has Cropping2D(((top,
    bottom), (left, right))).
    """
    return x[:, :-1, 1:-2]


def reflection_pad1d(x):
    """REFLECT leaves out the edge itself, as PyTorch does, and can pad by length - 1 at most."""
    return tf.pad(x, [[0, 0], [3, 1], [0, 0]], "REFLECT")


def reflection_pad2d(x):
    """The same mirror, without the edge itself; the pairs stand in another order."""
    return tf.pad(x, [[0, 0], [0, 3], [1, 2], [0, 0]], "REFLECT")


def symmetric_pad1d(x):
    """TensorFlow's SYMMETRIC (numpy's too) mirrors with the edge; PyTorch has no name for it, and puts turned pieces
    beside it.
    """
    return tf.pad(x, [[0, 0], [2, 1], [0, 0]], "SYMMETRIC")


def replication_pad2d(x):
    """tf.pad cannot repeat the edge: gather it again, by positions that stop at both ends."""
    rows = tf.clip_by_value(tf.range(0, x.shape[1] + 3), 0, x.shape[1] - 1)
    columns = tf.clip_by_value(tf.range(-1, x.shape[2] + 2), 0, x.shape[2] - 1)
    return tf.gather(tf.gather(x, rows, axis=1), columns, axis=2)


def circular_pad2d(x):
    """tf.pad has no such mode: gather positions modulo the size."""
    rows = tf.range(0, x.shape[1] + 3) % x.shape[1]
    columns = tf.range(-1, x.shape[2] + 2) % x.shape[2]
    return tf.gather(tf.gather(x, rows, axis=1), columns, axis=2)
