"""Losses of real numbers. Notice the order of the arguments, and what a mean or a sum is over."""

import math

import keras
import tensorflow as tf


def mse(prediction, target):
    """Keras' losses take (target, prediction). For this loss the order does not matter; for most it does."""
    return keras.losses.MeanSquaredError()(target, prediction)


def mse_sum(prediction, target):
    """Keras' reduction="sum" adds up the means of the rows: PyTorch's sum is larger by the size of the last axis."""
    return tf.reduce_sum(tf.square(prediction - target))


def mse_none(prediction, target):
    """PyTorch keeps every element; Keras' functions always average over the last axis. A tape then differentiates their
    sum."""
    return tf.square(prediction - target)


def mse_column(prediction, target):
    """(N, 1) minus (N,) broadcasts to (N, N): PyTorch's loss warns, TensorFlow's arithmetic does not. Drop the axis."""
    return tf.reduce_mean(tf.square(tf.squeeze(prediction, 1) - target))


def mse_masked(prediction, target, mask):
    """Divide by the number of elements that the mask keeps. Keras' sample_weight divides by all of them."""
    return tf.reduce_sum(tf.square(prediction - target) * mask) / tf.reduce_sum(mask)


def rmse(prediction, target):
    """The root of the whole mean. For a perfect fit its gradient is NaN on both sides."""
    return tf.sqrt(tf.reduce_mean(tf.square(prediction - target)))


def msle(prediction, target):
    """log(1 + x) of both. Keras bounds its arguments below by 1e-7 first."""
    return tf.reduce_mean(tf.square(tf.math.log1p(prediction) - tf.math.log1p(target)))


def l1(prediction, target):
    """The slope at a difference of exactly 0 is 0 on both sides."""
    return keras.losses.MeanAbsoluteError()(target, prediction)


def l1_sum(prediction, target):
    """The sum over all elements; Keras' sum is one of means over the last axis."""
    return tf.reduce_sum(tf.abs(prediction - target))


def smooth_l1(prediction, target):
    """PyTorch's smooth_l1 is its huber divided by beta: the quadratic part ends at beta, and the slope outside is 1."""
    return keras.losses.Huber(delta=0.5)(target, prediction) / 0.5


def huber(prediction, target):
    """The same on both sides, with a slope of delta outside."""
    return keras.losses.Huber(delta=0.5)(target, prediction)


def log_cosh(prediction, target):
    """PyTorch has none. log(cosh(d)) overflows; this form does not. Keras' rounds log 2 to float32. PyTorch's softplus
    would be linear above 20, and 2e-9 off there."""
    size = tf.abs(prediction - target)
    return tf.reduce_mean(size + tf.math.log1p(tf.exp(-2 * size)) - math.log(2))


def quantile(prediction, target):
    """The pinball loss: a difference below the target costs 0.9 of its size, above the target 0.1. At a tie, maximum
    splits the gradient in PyTorch only."""
    below = target - prediction
    return tf.reduce_mean(tf.maximum(0.9 * below, -0.1 * below))


def poisson_nll(log_rate, target):
    """By default PyTorch takes the logarithm of the rate, e^x - t x; Keras takes the rate."""
    return tf.reduce_mean(tf.exp(log_rate) - target * log_rate)


def poisson_nll_of_rate(rate, target):
    """The logarithm is of the rate plus 1e-8 in PyTorch, plus 1e-7 in Keras."""
    return tf.reduce_mean(rate - target * tf.math.log(rate + 1e-8))


def poisson_nll_full(log_rate, target):
    """full=True adds Stirling's t log t - t + log(2 pi t) / 2 for targets above 1: a constant, so only the value
    changes."""
    safe = tf.where(target > 1, target, 1)
    stirling = safe * tf.math.log(safe) - safe + 0.5 * tf.math.log(2 * math.pi * safe)
    return tf.reduce_mean(tf.exp(log_rate) - target * log_rate + tf.where(target > 1, stirling, 0))


def gaussian_nll(mean, target, variance):
    """The variance is bounded below by eps, but its gradient ignores the bound. Without full=True the constant log(2
    pi) / 2 is left out."""
    variance = variance + tf.stop_gradient(tf.maximum(variance, 0.1) - variance)
    return tf.reduce_mean(0.5 * (tf.math.log(variance) + tf.square(mean - target) / variance))
