"""Means over windows, over images and over time. Notice whether padding counts in what a mean is divided by."""

import torch
import torch.nn.functional as F
from torch import nn


def avg_pool1d():
    """The mean of each window; a remainder that does not fill a window is dropped."""
    return nn.AvgPool1d(3, stride=2)


def avg_pool2d():
    """Identical without padding; the default stride is the size of the window on both sides."""
    return nn.AvgPool2d((2, 3))


def avg_pool1d_padding():
    """As in two dimensions: PyTorch's mean counts the zeros of its padding."""
    return nn.AvgPool1d(3, stride=2, padding=1)


def avg_pool2d_padding():
    """PyTorch's mean counts the zeros of its padding (count_include_pad is True by default); Keras' "same" divides by
    the number of real pixels. Pad with zeros first."""
    return nn.AvgPool2d(3, stride=2, padding=1)


def avg_pool2d_padding_not_counted(x):
    """count_include_pad=False divides by the number of real pixels. So does "same", but on even sizes its windows start
    elsewhere: divide the padded mean by the padded mean of ones."""
    return F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)


def avg_pool2d_padding_not_counted_odd():
    """On odd sizes, and at stride 1 on all sizes, "same" is PyTorch's padding=1 with count_include_pad=False."""
    return nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)


def avg_pool2d_ceil_mode(x):
    """ceil_mode keeps a last window that is not full, and divides it by the number of its pixels."""
    return F.avg_pool2d(x, 3, ceil_mode=True)


def avg_pool2d_ceil_mode_padding(x):
    """With padding as well, the divisor counts the zeros of the padding, but not what ceil_mode adds beyond them."""
    return F.avg_pool2d(x, 3, stride=2, padding=1, ceil_mode=True)


def avg_pool2d_divisor(x):
    """divisor_override replaces the number of pixels (1 makes it a sum): multiply the mean by size / divisor."""
    return F.avg_pool2d(x, (2, 3), divisor_override=5)


def avg_pool3d(x):
    """TensorFlow has no AvgPool3D in float64 on a CPU; in float32 AveragePooling3D agrees. A mean over full windows can
    be taken one axis after the other."""
    return F.avg_pool3d(x, 3, stride=2)


def avg_pool3d_padding(x):
    """A mean is a convolution with a constant kernel that keeps the channels apart, and Conv3D works in float64. The
    padding counts, as in two dimensions."""
    return F.avg_pool3d(x, 2, padding=1)


def adaptive_avg_pool1d():
    """The windows give the output size that is asked for, and overlap where the length is not a multiple of it. Keras
    chooses the same windows as PyTorch."""
    return nn.AdaptiveAvgPool1d(3)


def adaptive_avg_pool2d():
    """Keras' layer, which older versions lack, chooses the same windows as PyTorch: from floor(i * size / out) to
    ceil((i + 1) * size / out)."""
    return nn.AdaptiveAvgPool2d((3, 3))


def adaptive_avg_pool2d_by_products(x):
    """For a Keras without that layer: one matrix per axis holds the weights of the pixels in each window, by PyTorch's
    rule."""
    return F.adaptive_avg_pool2d(x, (3, 3))


def adaptive_avg_pool2d_larger():
    """More outputs than pixels are allowed too (small images before VGG's 7 x 7): the windows then have one or two
    pixels."""
    return nn.AdaptiveAvgPool2d(7)


def adaptive_avg_pool2d_to_one():
    """PyTorch keeps the two axes of size 1: use keepdims=True in Keras, or a Flatten in PyTorch."""
    return nn.AdaptiveAvgPool2d((1, 1))


def global_average_pool1d(x):
    """Time is the last axis of PyTorch's (N, C, L), the middle one of Keras' (N, L, C)."""
    return x.mean(-1)


def global_average_pool2d(x):
    """Height and width are axes 2 and 3 in PyTorch, 1 and 2 in TensorFlow; `keepdim` is `keepdims`."""
    return x.mean((2, 3), keepdim=True)


def global_average_pool3d():
    """A mean over the whole image is a plain reduction, which TensorFlow has in float64."""
    return nn.Sequential(nn.AdaptiveAvgPool3d(1), nn.Flatten())


def lp_pool2d(x):
    """The p-th root of the sum, not the mean, of the window's p-th powers."""
    return F.lp_pool2d(x, 3, 2)


def generalized_mean_pool(x):
    """GeM, of image retrieval: a mean of p-th powers, of values bounded below. What is under the bound gets no
    gradient, with tf.maximum as with clamp."""
    return x.clamp(min=1e-3).pow(3).mean((2, 3)).pow(1 / 3)


def masked_mean_pool(x, mask):
    """The mean over the real tokens: divide by their number, not by the length."""
    return (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)


def statistics_pool(x):
    """Mean and standard deviation over time (x-vectors): torch.std divides by n - 1, tf.math.reduce_std by n."""
    return torch.cat((x.mean(2), x.std(2)), 1)
