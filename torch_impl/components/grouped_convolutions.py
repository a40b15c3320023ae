"""Grouped, depthwise and separable convolutions. Notice which axis of the kernel the channels are, and the biases."""

import torch.nn.functional as F
from torch import nn


def conv2d_grouped():
    """Both split the channels into contiguous blocks; PyTorch's weight is (out, in / groups, height, width). In float64
    on a CPU tf.nn.conv2d has no gradient for groups; Keras' layer has, because it compiles (XLA), which is slow outside
    a graph."""
    return nn.Conv2d(4, 6, 3, groups=2)


def conv2d_grouped_by_splitting(x, weight):
    """A grouped convolution is one convolution per block of channels, concatenated: this needs no compiling, and takes
    a weight as PyTorch's state_dict holds it."""
    return F.conv2d(x, weight, groups=2)


def conv1d_depthwise():
    """One filter per channel: groups=channels in PyTorch; Keras has a layer for it, with a kernel (k, in, 1)."""
    return nn.Conv1d(3, 3, 3, padding=1, groups=3)


def conv2d_depthwise():
    """PyTorch's weight is (in, 1, height, width), Keras' kernel (height, width, in, 1): the channels are its third
    axis, not its last."""
    return nn.Conv2d(3, 3, (3, 5), padding=(1, 2), groups=3)


def conv2d_depthwise_stride():
    """At stride 2 a depthwise convolution pads like any other: PyTorch at both ends, "same" on an even size at the end
    only. In float64 DepthwiseConv2D needs equal strides for height and width."""
    return nn.Conv2d(3, 3, 3, stride=2, padding=1, groups=3, bias=False)


def conv2d_depthwise_multiplier():
    """Both order the outputs by input channel first, then by multiplier: there are in * multiplier of them."""
    return nn.Conv2d(3, 6, 3, groups=3)


def conv1d_separable():
    """PyTorch needs two layers, depthwise and pointwise. Keras' single layer has a bias only at its end."""
    return nn.Sequential(nn.Conv1d(3, 3, 3, padding=1, groups=3, bias=False), nn.Conv1d(3, 5, 1))


def conv2d_separable():
    """Keras' SeparableConv2D has no bias between its two convolutions, so PyTorch's depthwise one needs bias=False. If
    it has a bias, write two layers in Keras too."""
    return nn.Sequential(nn.Conv2d(3, 6, 3, groups=3, bias=False), nn.Conv2d(6, 5, 1))


def blur_with_fixed_kernel(x, kernel):
    """One kernel for every channel: PyTorch repeats it over the groups, (C, 1, height, width), TensorFlow over the
    channels of a depthwise kernel, (height, width, C, 1)."""
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), kernel.expand(3, 1, 3, 3), stride=2, groups=3)
