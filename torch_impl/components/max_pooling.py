"""Maxima over windows. Notice what is beyond the edge (nothing, minus infinity, zeros), and which pixel gets the
gradient."""

import torch
import torch.nn.functional as F
from torch import nn


def max_pool1d():
    """The default stride is the size of the window on both sides; a remainder that does not fill a window is
    dropped."""
    return nn.MaxPool1d(3)


def max_pool2d():
    """The default stride is the size of the window on both sides; a last row that does not fill a window is dropped
    ("valid")."""
    return nn.MaxPool2d((2, 3))


def max_pool2d_overlapping():
    """Kernel and stride are `pool_size` and `strides`. Where windows overlap, a pixel's gradient is the sum over the
    windows whose maximum it is."""
    return nn.MaxPool2d(3, stride=2)


def max_pool2d_stride1():
    """At stride 1 with an odd window "same" pads both ends equally, like padding=k // 2; the padding never wins on
    either side."""
    return nn.MaxPool2d(3, stride=1, padding=1)


def max_pool1d_padding(x):
    """PyTorch pads with minus infinity; zeros would win over negative values. "same" at stride 2 pads an even length at
    its end only."""
    return F.max_pool1d(x, 3, stride=2, padding=1)


def max_pool2d_padding(x):
    """PyTorch pads both ends equally, "same" an even size at its end only: one pixel off, with the right shape. The
    explicit padding of tf.nn.max_pool2d never wins a window, as in PyTorch; a ZeroPadding2D would win over negative
    values."""
    return F.max_pool2d(x, 3, stride=2, padding=1)


def max_pool2d_padding_of_positives():
    """After a ReLU no value is below zero, so padding with zeros gives the same maximum, with stock layers. Where a
    whole window is zero the gradient may go to the padding; the ReLU would have stopped it anyway."""
    return nn.Sequential(nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1))


def max_pool2d_tensorflow_same(x):
    """The other direction: TensorFlow's "same" at stride 2 pads an even size at its end; in PyTorch pad with minus
    infinity at the right and the bottom."""
    return F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float("-inf")), 3, stride=2)


def max_pool2d_ceil_mode(x):
    """ceil_mode keeps the last window although it is not full: pad the end by what is missing. "same" gives as many
    windows here, but puts half of two missing pixels at the front."""
    return F.max_pool2d(x, 3, ceil_mode=True)


def max_pool2d_dilation(x):
    """Keras' layer has no dilation; tf.nn.pool has one, at stride 1."""
    return F.max_pool2d(x, 2, stride=1, dilation=(2, 3))


def max_pool2d_ties():
    """If a window holds its maximum twice, such as zeros after a ReLU, the first in reading order gets the whole
    gradient, on both sides (on a CPU)."""
    return nn.MaxPool2d(2)


def max_pool3d(x):
    """TensorFlow's MaxPool3D does not support float64. A maximum can be taken one axis after the other: over height and
    width of each plane, then over depth."""
    return F.max_pool3d(x, 3, stride=2)


def max_pool3d_stock():
    """The stock layers agree; TensorFlow's supports float32 only."""
    return nn.MaxPool3d((1, 2, 3), stride=2)


def max_pool2d_with_indices(x):
    """PyTorch's index counts within one channel (row * width + column); TensorFlow's also counts the channels, which
    are the innermost axis."""
    return F.max_pool2d(x, 2, return_indices=True)


def max_unpool2d(x, pooled):
    """Every value goes back to where the maximum was: a scatter, as in nn.MaxUnpool2d, which refuses to run under
    use_deterministic_algorithms, even on a CPU."""
    _, places = F.max_pool2d(x, 2, return_indices=True)
    empty = torch.zeros_like(x).flatten(2)
    return empty.scatter(2, places.flatten(2), pooled.flatten(2)).view_as(x)


def min_pool2d(x):
    """Neither framework has it: negate, take the maximum, and negate again."""
    return -F.max_pool2d(-x, 3, stride=1, padding=1)


def adaptive_max_pool1d():
    """The same windows as in adaptive average pooling, and the maximum of each."""
    return nn.AdaptiveMaxPool1d(3)


def adaptive_max_pool2d():
    """The same windows as in adaptive average pooling, which overlap where the size is not a multiple; the maximum of
    each."""
    return nn.AdaptiveMaxPool2d((3, 3))


def adaptive_max_pool2d_to_one():
    """The global maximum; its two axes of size 1 are kept."""
    return nn.AdaptiveMaxPool2d(1)


def masked_max_pool(x, mask):
    """Set padded tokens to minus infinity; as zeros they would win over negative values. In a graph tf.where takes a
    Python number in the tensor's dtype only if the tensor comes first."""
    return x.masked_fill(~mask[:, :, None], float("-inf")).amax(1)
