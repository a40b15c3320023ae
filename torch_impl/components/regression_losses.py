"""Losses of real numbers. Notice the order of the arguments, and what a mean or a sum is over."""

import math

import torch
import torch.nn.functional as F


def mse(prediction, target):
    """Keras' losses take (target, prediction). For this loss the order does not matter; for most it does."""
    return F.mse_loss(prediction, target)


def mse_sum(prediction, target):
    """Keras' reduction="sum" adds up the means of the rows: PyTorch's sum is larger by the size of the last axis."""
    return F.mse_loss(prediction, target, reduction="sum")


def mse_none(prediction, target):
    """PyTorch keeps every element; Keras' functions always average over the last axis. A tape then differentiates their
    sum."""
    return F.mse_loss(prediction, target, reduction="none")


def mse_column(prediction, target):
    """(N, 1) minus (N,) broadcasts to (N, N): PyTorch's loss warns, TensorFlow's arithmetic does not. Drop the axis."""
    return F.mse_loss(prediction.squeeze(1), target)


def mse_masked(prediction, target, mask):
    """Divide by the number of elements that the mask keeps. Keras' sample_weight divides by all of them."""
    return ((prediction - target).square() * mask).sum() / mask.sum()


def rmse(prediction, target):
    """The root of the whole mean. For a perfect fit its gradient is NaN on both sides."""
    return F.mse_loss(prediction, target).sqrt()


def msle(prediction, target):
    """log(1 + x) of both. Keras bounds its arguments below by 1e-7 first."""
    return F.mse_loss(prediction.log1p(), target.log1p())


def l1(prediction, target):
    """The slope at a difference of exactly 0 is 0 on both sides."""
    return F.l1_loss(prediction, target)


def l1_sum(prediction, target):
    """The sum over all elements; Keras' sum is one of means over the last axis."""
    return F.l1_loss(prediction, target, reduction="sum")


def smooth_l1(prediction, target):
    """PyTorch's smooth_l1 is its huber divided by beta: the quadratic part ends at beta, and the slope outside is 1."""
    return F.smooth_l1_loss(prediction, target, beta=0.5)


def huber(prediction, target):
    """The same on both sides, with a slope of delta outside."""
    return F.huber_loss(prediction, target, delta=0.5)


def log_cosh(prediction, target):
    """PyTorch has none. log(cosh(d)) overflows; this form does not. Keras' rounds log 2 to float32. PyTorch's softplus
    would be linear above 20, and 2e-9 off there."""
    size = (prediction - target).abs()
    return (size + torch.log1p(torch.exp(-2 * size)) - math.log(2)).mean()


def quantile(prediction, target):
    """The pinball loss: a difference below the target costs 0.9 of its size, above the target 0.1. At a tie, maximum
    splits the gradient in PyTorch only."""
    below = target - prediction
    return torch.maximum(0.9 * below, -0.1 * below).mean()


def poisson_nll(log_rate, target):
    """By default PyTorch takes the logarithm of the rate, e^x - t x; Keras takes the rate."""
    return F.poisson_nll_loss(log_rate, target)


def poisson_nll_of_rate(rate, target):
    """The logarithm is of the rate plus 1e-8 in PyTorch, plus 1e-7 in Keras."""
    return F.poisson_nll_loss(rate, target, log_input=False)


def poisson_nll_full(log_rate, target):
    """full=True adds Stirling's t log t - t + log(2 pi t) / 2 for targets above 1: a constant, so only the value
    changes."""
    return F.poisson_nll_loss(log_rate, target, full=True)


def gaussian_nll(mean, target, variance):
    """The variance is bounded below by eps, but its gradient ignores the bound. Without full=True the constant log(2
    pi) / 2 is left out."""
    return F.gaussian_nll_loss(mean, target, variance, eps=0.1)
