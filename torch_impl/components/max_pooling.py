"""Maxima over windows. Notice what a window sees beyond the edge (nothing, minus infinity, zeros), and which pixel gets
the gradient.
"""

import torch
import torch.nn.functional as F
from torch import nn


def max_pool1d():
    """Left out, the stride is the size of the window on both sides, and a rest that fills no window is dropped."""
    return nn.MaxPool1d(3)


def max_pool2d():
    """Left out, the stride is the window's size on both sides; a last row that fills no window is dropped ("valid")."""
    return nn.MaxPool2d((2, 3))


def max_pool2d_overlapping():
    """Kernel and stride are `pool_size` and `strides`; where windows overlap, a pixel's gradient is the sum over those
    that it wins.
    """
    return nn.MaxPool2d(3, stride=2)


def max_pool2d_stride1():
    """At stride 1 with an odd window, "same" pads both ends alike, as padding=k // 2 does; neither
    counts what it pads.
    """
    return nn.MaxPool2d(3, stride=1, padding=1)


def max_pool1d_padding(x):
    """PyTorch pads with minus infinity: zeros would win over negative values. "same" at stride 2 pads an even length at
    its end only.
    """
    return F.max_pool1d(x, 3, stride=2, padding=1)


def max_pool2d_padding(x):
    """PyTorch pads both ends alike, "same" an even size at its end only: one pixel off, and no shape shows it. Explicit
    padding never wins a window, as in PyTorch; a ZeroPadding2D would win over negative values.
    """
    return F.max_pool2d(x, 3, stride=2, padding=1)


def max_pool2d_padding_of_positives():
    """After a ReLU no value is below zero, and padding with zeros gives the same maximum: stock layers will do. Where
    all of a window is zero the gradient may go to the padding, which the ReLU would have stopped anyway.
    """
    return nn.Sequential(nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1))


def max_pool2d_tensorflow_same(x):
    """The other way round: TensorFlow's "same" at stride 2 pads an even size at its end, which PyTorch writes as minus
    infinity at the right and the bottom.
    """
    return F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float("-inf")), 3, stride=2)


def max_pool2d_ceil_mode(x):
    """ceil_mode keeps the last window although it is not full: pad the end by what is missing. "same" makes as many
    windows here, but puts half of a missing two in front.
    """
    return F.max_pool2d(x, 3, ceil_mode=True)


def max_pool2d_dilation(x):
    """Keras' layer has no dilation; tf.nn.pool has, at stride 1."""
    return F.max_pool2d(x, 2, stride=1, dilation=(2, 3))


def max_pool2d_ties():
    """Where a window holds its maximum twice, as zeros after a ReLU, the first in reading order gets the whole
    gradient, on both sides (on a CPU).
    """
    return nn.MaxPool2d(2)


def max_pool3d(x):
    """TensorFlow's MaxPool3D takes no float64. A maximum can be taken one axis after the other: over height and width
    of each plane, then over depth.
    """
    return F.max_pool3d(x, 3, stride=2)


def max_pool3d_stock():
    """The stock layers agree, with TensorFlow's in float32 only."""
    return nn.MaxPool3d((1, 2, 3), stride=2)


def max_pool2d_with_indices(x):
    """PyTorch's index counts within one channel's plane (row * width + column); TensorFlow's also counts the channels,
    which lie innermost.
    """
    return F.max_pool2d(x, 2, return_indices=True)


def max_unpool2d(x, pooled):
    """Every value goes back to where the maximum was: a scatter, which is what nn.MaxUnpool2d does. That one refuses to
    run under use_deterministic_algorithms, also on a CPU.
    """
    _, places = F.max_pool2d(x, 2, return_indices=True)
    empty = torch.zeros_like(x).flatten(2)
    return empty.scatter(2, places.flatten(2), pooled.flatten(2)).view_as(x)


def min_pool2d(x):
    """Neither framework has it: the maximum of what is negated, padding included."""
    return -F.max_pool2d(-x, 3, stride=1, padding=1)


def adaptive_max_pool1d():
    """The same windows as the adaptive mean's, and of each the maximum."""
    return nn.AdaptiveMaxPool1d(3)


def adaptive_max_pool2d():
    """The same windows as the adaptive mean's, which overlap where the size is no multiple; of each the maximum."""
    return nn.AdaptiveMaxPool2d((3, 3))


def adaptive_max_pool2d_to_one():
    """The global maximum, with its two axes of size 1 kept."""
    return nn.AdaptiveMaxPool2d(1)


def masked_max_pool(x, mask):
    """Padded tokens are set to minus infinity, for as zeros they would win over negative values. In a graph tf.where
    takes a Python number in the tensor's dtype only where the tensor comes first.
    """
    return x.masked_fill(~mask[:, :, None], float("-inf")).amax(1)
