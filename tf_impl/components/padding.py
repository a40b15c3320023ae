"""Padding. Notice the order: PyTorch starts from the last axis, Keras and TensorFlow from the first."""

import tensorflow as tf
from keras import layers


def zero_pad1d():
    """Both take (front, end)."""
    return layers.ZeroPadding1D((2, 1))


def zero_pad2d():
    """PyTorch takes (left, right, top, bottom), the last axis first; Keras takes ((top, bottom), (left, right)). With
    one number, or with equal pairs, a mistake does not show."""
    return layers.ZeroPadding2D(((0, 3), (1, 2)))


def zero_pad3d():
    """Again PyTorch has the last axis first: (left, right, top, bottom, front, back)."""
    return layers.ZeroPadding3D(((2, 1), (0, 3), (1, 2)))


def constant_pad2d(x):
    """tf.pad takes a pair for every axis, batch and channels included, in the order of the axes; F.pad starts from the
    last axis."""
    return tf.pad(x, [[0, 0], [0, 3], [1, 2], [0, 0]], constant_values=0.1)


def crop_by_negative_padding(x):
    """PyTorch crops where a padding is negative; TensorFlow refuses it: slice. Keras has Cropping2D(((top, bottom),
    (left, right)))."""
    return x[:, :-1, 1:-2]


def reflection_pad1d(x):
    """REFLECT does not repeat the edge, as in PyTorch, and can pad by at most length - 1."""
    return tf.pad(x, [[0, 0], [3, 1], [0, 0]], "REFLECT")


def reflection_pad2d(x):
    """The same mirror, without the edge; only the order of the pairs is different."""
    return tf.pad(x, [[0, 0], [0, 3], [1, 2], [0, 0]], "REFLECT")


def symmetric_pad1d(x):
    """TensorFlow's SYMMETRIC (and numpy's) mirrors with the edge. PyTorch has no name for it: concatenate flipped
    pieces."""
    return tf.pad(x, [[0, 0], [2, 1], [0, 0]], "SYMMETRIC")


def replication_pad2d(x):
    """tf.pad cannot repeat the edge: gather it, by positions that stop at both ends."""
    rows = tf.clip_by_value(tf.range(0, x.shape[1] + 3), 0, x.shape[1] - 1)
    columns = tf.clip_by_value(tf.range(-1, x.shape[2] + 2), 0, x.shape[2] - 1)
    return tf.gather(tf.gather(x, rows, axis=1), columns, axis=2)


def circular_pad2d(x):
    """tf.pad has no such mode: gather by positions modulo the size."""
    rows = tf.range(0, x.shape[1] + 3) % x.shape[1]
    columns = tf.range(-1, x.shape[2] + 2) % x.shape[2]
    return tf.gather(tf.gather(x, rows, axis=1), columns, axis=2)
