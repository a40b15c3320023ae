"""Grouped, depthwise and separable convolutions. Notice where the channels stand in the kernel, and which bias there
is.
"""

import torch.nn.functional as F
from torch import nn


def conv2d_grouped():
    """Both split the channels into blocks that lie together; PyTorch's weight is (out, in / groups, height, width). In
    float64 on a CPU tf.nn.conv2d has no gradient for groups; Keras' layer has, by compiling (XLA), which is slow
    outside of a graph.
    """
    return nn.Conv2d(4, 6, 3, groups=2)


def conv2d_grouped_by_splitting(x, weight):
    """A grouped convolution is one for each block of channels, put beside each other: no compiling, and a weight as
    PyTorch's state_dict holds it.
    """
    return F.conv2d(x, weight, groups=2)


def conv1d_depthwise():
    """A filter for each channel: PyTorch says groups=channels, Keras has a layer for it, with a kernel (k, in, 1)."""
    return nn.Conv1d(3, 3, 3, padding=1, groups=3)


def conv2d_depthwise():
    """PyTorch's weight is (in, 1, height, width), Keras' kernel (height, width, in, 1): the channels stand in the third
    place, not in the last.
    """
    return nn.Conv2d(3, 3, (3, 5), padding=(1, 2), groups=3)


def conv2d_depthwise_stride():
    """At stride 2 a depthwise convolution pads like any other: PyTorch both ends, "same" an even size at its end only.
    In float64 DepthwiseConv2D wants equal strides for height and width.
    """
    return nn.Conv2d(3, 3, 3, stride=2, padding=1, groups=3, bias=False)


def conv2d_depthwise_multiplier():
    """Both order the outputs by input channel first, then by multiplier: in * multiplier of them."""
    return nn.Conv2d(3, 6, 3, groups=3)


def conv1d_separable():
    """PyTorch writes two layers, depthwise and pointwise. Keras' one layer has a bias at its end only."""
    return nn.Sequential(nn.Conv1d(3, 3, 3, padding=1, groups=3, bias=False), nn.Conv1d(3, 5, 1))


def conv2d_separable():
    """As in one dimension, with a multiplier: Keras' SeparableConv2D has no bias between the two convolutions, so
    PyTorch's depthwise one needs bias=False; where it has one, write both layers in Keras too.
    """
    return nn.Sequential(nn.Conv2d(3, 6, 3, groups=3, bias=False), nn.Conv2d(6, 5, 1))


def blur_with_fixed_kernel(x, kernel):
    """One kernel for every channel: PyTorch repeats it over the groups (C, 1, height, width), TensorFlow over the
    channels of a depthwise kernel (height, width, C, 1).
    """
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), kernel.expand(3, 1, 3, 3), stride=2, groups=3)
