"""Norms, distances and cosines. Notice the epsilons: what they are added to, or what they bound."""

import tensorflow as tf


def l2_normalize(x):
    """PyTorch bounds the norm by its eps of 1e-12. tf.math.l2_normalize bounds the square of the norm by its epsilon of
    1e-12, so the norm by 1e-6: give it the square of PyTorch's eps."""
    return tf.math.l2_normalize(x, 1, epsilon=1e-24)


def l2_normalize_channels(x):
    """Over the channels of each pixel: axis 1 in PyTorch, the last axis in TensorFlow. A bound of 0.5, as here, is 0.25
    for TensorFlow, which bounds the square."""
    return tf.math.l2_normalize(x, -1, epsilon=0.5**2)


def cosine_similarity(one, other):
    """PyTorch bounds each norm by eps = 1e-8. keras.losses.cosine_similarity is minus the cosine, and bounds the
    squares."""
    one, other = (each / tf.maximum(tf.norm(each, axis=1, keepdims=True), 1e-8) for each in (one, other))
    return tf.reduce_sum(one * other, 1)


def pairwise_distance(one, other):
    """PyTorch adds 1e-6 to each difference before the norm: the distance is not symmetric, and where the rows are equal
    its gradient is finite, while that of tf.norm is NaN."""
    return tf.norm(one - other + 1e-6, axis=1)


def distance_matrix(one, other):
    """cdist's gradient is 0 between equal rows; a root in TensorFlow gives NaN there: make the argument of the root
    safe before taking it, not after."""
    squares = tf.reduce_sum(tf.square(one[:, None] - other[None]), -1)
    apart = squares > 0
    return tf.where(apart, tf.sqrt(tf.where(apart, squares, 1)), 0)
