"""Binary losses. Notice whether they take logits or probabilities, and targets of 0 and 1 or of -1 and 1."""

import keras
import numpy as np
import tensorflow as tf


def bce(probability, target):
    """PyTorch bounds each logarithm below by -100; Keras clips p to [1e-7, 1 - 1e-7], which bounds the loss by 16 and
    stops the gradient."""
    log_complement = tf.maximum(tf.math.log1p(-probability), -100)
    return -tf.reduce_mean(target * tf.maximum(tf.math.log(probability), -100) + (1 - target) * log_complement)


def bce_sum(probability, target):
    """The sum over all elements."""
    return -tf.reduce_sum(target * tf.math.log(probability) + (1 - target) * tf.math.log1p(-probability))


def bce_weight(probability, target, weight):
    """Each element has a weight, and the mean is still over the number of elements."""
    return -tf.reduce_mean(weight * (target * tf.math.log(probability) + (1 - target) * tf.math.log1p(-probability)))


def bce_saturated(probability, target):
    """At exactly 0 and 1 PyTorch gives 100 and the gradient (p - t) / max(p (1 - p), 1e-12), which it defines itself; a
    bounded logarithm has the gradient NaN in TensorFlow. A loss from logits avoids the problem."""
    return _bounded_cross_entropy(probability, target)


def bce_with_logits(logits, target):
    """Both are stable, max(x, 0) - x t + log(1 + e^-|x|). In Keras it is from_logits=True."""
    return keras.losses.BinaryCrossentropy(from_logits=True)(target, logits)


def bce_with_logits_none(logits, target):
    """PyTorch keeps every element; Keras' function averages over the last axis."""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=logits)


def bce_with_logits_sum(logits, target):
    """The sum over all elements."""
    return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=logits))


def bce_with_logits_pos_weight(logits, target, pos_weight):
    """pos_weight scales the positive term only, and the mean is still over all elements. Keras' class_weight or
    sample_weight would scale both terms where targets are soft."""
    return tf.reduce_mean(tf.nn.weighted_cross_entropy_with_logits(target, logits, pos_weight))


def bce_with_logits_label_smoothing(logits, target):
    """Keras moves targets towards 0.5 by half of its label_smoothing; PyTorch has no option for it: write t (1 - s) + s
    / 2."""
    return keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)(target, logits)


def focal_binary(logits, target):
    """alpha weighs the positive targets, 1 - alpha the others. Keras' loss averages over the last axis, clips, and does
    not use alpha by default."""
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=logits)
    alpha = 0.25 * target + 0.75 * (1 - target)
    return tf.reduce_mean(alpha * (1 - tf.exp(-losses)) ** 2 * losses)


def multilabel_soft_margin(logits, target):
    """A binary cross-entropy from logits for each class, averaged over the classes, then over the batch."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=logits))


def soft_margin(score, target):
    """log(1 + e^(-t s)) for targets -1 and 1. tf.math.softplus is stable for large scores."""
    return tf.reduce_mean(tf.math.softplus(-target * score))


def hinge(score, target):
    """max(0, 1 - t s) for targets -1 and 1. PyTorch has no loss of that name; Keras silently turns targets 0 and 1 into
    -1 and 1."""
    return keras.losses.Hinge()(target, score)


def squared_hinge(score, target):
    """The square of each, then the mean."""
    return keras.losses.SquaredHinge()(target, score)


def gan_generator(logits):
    """The generator's loss that does not saturate: its images count as real ones. Not log(1 - D), whose gradient
    vanishes."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(logits), logits=logits))


@tf.custom_gradient
def _bounded_cross_entropy(probability, target):
    """Logarithms bounded below by -100; PyTorch's gradient, with a denominator of at least float32(1e-12)."""
    least = float(np.float32(1e-12))
    log_complement = tf.maximum(tf.math.log1p(-probability), -100)
    value = -(target * tf.maximum(tf.math.log(probability), -100) + (1 - target) * log_complement)

    def gradient(upstream):
        return upstream * (probability - target) / tf.maximum(probability * (1 - probability), least), None

    return value, gradient
