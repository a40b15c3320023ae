"""The losses of the reference cases, each a scalar in the precision of its inputs."""

import tensorflow as tf


def mean_squared_error(prediction, target):
    """mean (prediction - target)^2 over all elements; both (N, ...)."""
    return tf.reduce_mean(tf.math.squared_difference(prediction, target))


def binary_cross_entropy(probability, target):
    """-mean [t log p + (1 - t) log(1 - p)] over all elements; both (N, ...), target in {0, 1}.

    differs: PyTorch bounds each logarithm below by -100; keras.losses clips p to [1e-7, 1 - 1e-7] instead.
    """
    log_probability = tf.maximum(tf.math.log(probability), -100)
    log_complement = tf.maximum(tf.math.log1p(-probability), -100)
    return -tf.reduce_mean(target * log_probability + (1 - target) * log_complement)


def sparse_categorical_cross_entropy(logits, labels):
    """-mean log softmax(logits)[label]; logits (N, classes), labels int64 (N,).

    differs: PyTorch's cross_entropy takes logits; keras.losses take probabilities unless from_logits=True.
    """
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))


def l2_penalty(parameters):
    """Sum over all parameters of half the sum of squares: the gradient is the parameter itself.

    differs: PyTorch has no function for it; tf.nn.l2_loss has the half, keras.regularizers.L2 has not.
    """
    return sum(tf.nn.l2_loss(parameter) for parameter in parameters)
