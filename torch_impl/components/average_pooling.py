"""Means over windows, over images and over time. Notice what a mean is divided by: padding may count, or not."""

import torch
import torch.nn.functional as F
from torch import nn


def avg_pool1d():
    """The mean of each window; a rest that fills no window is dropped."""
    return nn.AvgPool1d(3, stride=2)


def avg_pool2d():
    """Without padding the two agree; left out, the stride is the window's size."""
    return nn.AvgPool2d((2, 3))


def avg_pool1d_padding():
    """As in two dimensions: PyTorch's mean counts the zeros that it padded."""
    return nn.AvgPool1d(3, stride=2, padding=1)


def avg_pool2d_padding():
    """PyTorch's mean counts the zeros that it padded (count_include_pad is True unless told otherwise); "same" divides
    by the pixels that are there. Pad with zeros first.
    """
    return nn.AvgPool2d(3, stride=2, padding=1)


def avg_pool2d_padding_not_counted(x):
    """count_include_pad=False divides by the pixels that are there. So does "same", which on even sizes begins
    elsewhere: divide the padded mean by the padded mean of ones.
    """
    return F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)


def avg_pool2d_padding_not_counted_odd():
    """On odd sizes, and at stride 1 on all, "same" is PyTorch's padding=1 with count_include_pad=False."""
    return nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)


def avg_pool2d_ceil_mode(x):
    """ceil_mode keeps a last window that is not full, and divides it by the pixels that it has."""
    return F.avg_pool2d(x, 3, ceil_mode=True)


def avg_pool2d_ceil_mode_padding(x):
    """With padding as well, the divisor counts the padded zeros, but not what ceil_mode adds beyond them."""
    return F.avg_pool2d(x, 3, stride=2, padding=1, ceil_mode=True)


def avg_pool2d_divisor(x):
    """divisor_override takes the place of the number of pixels (1 makes it a sum): multiply the mean by
    size / divisor.
    """
    return F.avg_pool2d(x, (2, 3), divisor_override=5)


def avg_pool3d(x):
    """TensorFlow has no AvgPool3D in float64 on a CPU; in float32 AveragePooling3D is the same. A mean over full
    windows can be taken one axis after the other.
    """
    return F.avg_pool3d(x, 3, stride=2)


def avg_pool3d_padding(x):
    """A mean is a convolution whose kernel is constant and keeps the channels apart, and Conv3D has its float64. The
    padding counts, as in two dimensions.
    """
    return F.avg_pool3d(x, 2, padding=1)


def adaptive_avg_pool1d():
    """The windows are cut so that there are as many as asked for; where the length is no multiple they overlap. Keras
    cuts them as PyTorch does.
    """
    return nn.AdaptiveAvgPool1d(3)


def adaptive_avg_pool2d():
    """Keras' layer, which older versions lack, cuts its windows as PyTorch does: from floor(i * size / out) to ceil((i
    + 1) * size / out).
    """
    return nn.AdaptiveAvgPool2d((3, 3))


def adaptive_avg_pool2d_by_products(x):
    """For a Keras without that layer: a matrix for each axis that holds the windows' shares, built from
    PyTorch's rule.
    """
    return F.adaptive_avg_pool2d(x, (3, 3))


def adaptive_avg_pool2d_larger():
    """More outputs than pixels is allowed too (small images before VGG's 7 x 7): the windows are then of one or two
    pixels.
    """
    return nn.AdaptiveAvgPool2d(7)


def adaptive_avg_pool2d_to_one():
    """PyTorch keeps the two axes of size 1: keepdims=True, or a Flatten on its side."""
    return nn.AdaptiveAvgPool2d((1, 1))


def global_average_pool1d(x):
    """The time axis is the last in PyTorch's (N, C, L), the middle one in Keras' (N, L, C)."""
    return x.mean(-1)


def global_average_pool2d(x):
    """Height and width are axes 2 and 3 in PyTorch, 1 and 2 in TensorFlow; `keepdim` is `keepdims`."""
    return x.mean((2, 3), keepdim=True)


def global_average_pool3d():
    """A mean over all of an image is no pooling kernel for TensorFlow, and works in float64."""
    return nn.Sequential(nn.AdaptiveAvgPool3d(1), nn.Flatten())


def lp_pool2d(x):
    """The p-th root of the window's sum (not mean) of p-th powers, as LPPool2d has it."""
    return F.lp_pool2d(x, 3, 2)


def generalized_mean_pool(x):
    """GeM, of image retrieval: a mean of p-th powers, under a floor. What lies below the floor gets no gradient;
    tf.maximum and clamp agree on that.
    """
    return x.clamp(min=1e-3).pow(3).mean((2, 3)).pow(1 / 3)


def masked_mean_pool(x, mask):
    """The mean over the tokens that count: divide by their number, not by the length."""
    return (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)


def statistics_pool(x):
    """Mean and standard deviation over time (x-vectors): torch.std divides by n - 1, tf.math.reduce_std by n."""
    return torch.cat((x.mean(2), x.std(2)), 1)
