"""Convolutions. Notice who pads where: PyTorch both ends alike, "same" by what the stride leaves over."""

import torch
import torch.nn.functional as F
from torch import nn


def conv1d():
    """PyTorch's sequences are (N, C, L), Keras' (N, L, C); the weight (out, in, k) becomes the kernel (k, in, out)."""
    return nn.Conv1d(3, 4, 3)


def conv2d():
    """PyTorch's weight is (out, in, height, width), Keras' kernel (height, width, in, out): transpose (2, 3, 1, 0). A
    reshape has the right shape and scrambles it.
    """
    return nn.Conv2d(3, 4, (3, 2))


def conv3d():
    """The same with depth in front: weight (out, in, depth, height, width), kernel (depth, height, width, in, out)."""
    return nn.Conv3d(2, 3, (3, 2, 2))


def conv2d_without_bias():
    """What stands before a batch norm: `bias=False` is `use_bias=False`."""
    return nn.Conv2d(3, 4, 3, padding=1, bias=False)


def conv2d_pointwise():
    """A kernel of 1 is a dense layer over the channels. A stride then only leaves pixels out, so there is nothing to
    pad: the shortcut of a residual block.
    """
    return nn.Conv2d(3, 4, 1, stride=2, bias=False)


def conv2d_from_checkpoint(x, weight, bias):
    """A weight as PyTorch's state_dict holds it: tf.nn.conv2d takes it transposed, and padding written out for each
    axis.
    """
    return F.conv2d(x, weight, bias, stride=2, padding=(1, 2))


def conv1d_stride_padding():
    """PyTorch pads 2 on both ends; Keras' "same" at stride 2 pads 1 and 2 where the length is even."""
    return nn.Conv1d(3, 4, 5, stride=2, padding=2)


def conv2d_stride_padding():
    """PyTorch pads both ends alike; Keras' "same" at stride 2 pads an even size at its end only. The shapes are equal,
    the output is one pixel off: pad first, then "valid".
    """
    return nn.Conv2d(3, 4, 3, stride=2, padding=1)


def conv2d_stride_padding_odd():
    """On odd sizes a kernel of 3 at stride 2 needs one pixel at either end, and "same" is PyTorch's padding=1. A port
    that was tried on these alone breaks on even sizes.
    """
    return nn.Conv2d(3, 4, 3, stride=2, padding=1)


def conv3d_stride_padding():
    """As in two dimensions: pad first, for "same" would pad the even sizes at their ends only."""
    return nn.Conv3d(2, 3, 3, stride=2, padding=1)


def conv2d_stride_rectangular():
    """Kernel, stride and padding are given as (height, width) on both sides."""
    return nn.Conv2d(3, 4, (5, 3), stride=(2, 1), padding=(2, 0))


def conv2d_tensorflow_same():
    """The other way round: weights that come from TensorFlow's "same" at stride 2 want PyTorch's padding at the end
    only, (left, right, top, bottom), on even sizes. Conv2d refuses padding="same" with a stride.
    """
    return nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(3, 4, 3, stride=2))


def conv2d_same():
    """At stride 1, "same" is the same on both sides, and padding=k // 2 where the kernel is odd."""
    return nn.Conv2d(3, 4, (3, 5), padding="same")


def conv2d_same_even_kernel():
    """An even kernel needs an odd number of pixels: both frameworks put the extra one at the end. No number for
    PyTorch's `padding` does that.
    """
    return nn.Conv2d(3, 4, (4, 2), padding="same")


def conv2d_asymmetric_padding():
    """ZeroPad2d counts (left, right, top, bottom), the last axis first; ZeroPadding2D ((top, bottom),
    (left, right)).
    """
    return nn.Sequential(nn.ZeroPad2d((0, 1, 2, 1)), nn.Conv2d(3, 4, 3))


def conv2d_reflect_padding():
    """Keras' convolutions pad with zeros only: pad before. REFLECT leaves the edge itself out, as PyTorch does."""
    return nn.Conv2d(3, 4, (5, 3), padding=(2, 1), padding_mode="reflect")


def conv2d_replicate_padding():
    """TensorFlow cannot repeat the edge; SYMMETRIC, which mirrors it with the edge, is the same for one pixel and no
    more.
    """
    return nn.Conv2d(3, 4, 3, padding=1, padding_mode="replicate")


def conv2d_circular_padding():
    """tf.pad has no such mode: put the far columns and rows beside the near ones."""
    return nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular")


def conv1d_causal():
    """PyTorch has no causal padding: pad (k - 1) * dilation in front, and nothing behind."""
    return nn.Sequential(nn.ConstantPad1d((4, 0), 0.0), nn.Conv1d(3, 4, 3, dilation=2))


def conv1d_dilated():
    """`dilation` is `dilation_rate`; padding=dilation keeps the length with a kernel of 3."""
    return nn.Conv1d(3, 4, 3, padding=2, dilation=2)


def conv2d_dilated():
    """`dilation` is `dilation_rate`, (height, width). Take Keras' layer: in float64 on a CPU the gradient of
    tf.nn.conv2d with dilations fails.
    """
    return nn.Conv2d(3, 4, 3, padding=(2, 3), dilation=(2, 3))


def conv2d_dilated_stride():
    """Keras refuses a stride together with a dilation: leave the stride out and take every second pixel
    of the output.
    """
    return nn.Conv2d(3, 4, 3, stride=2, padding=2, dilation=2)


def conv2d_weight_standardized(x, weight):
    """Each filter is brought to mean 0 and variance 1 over (in, height, width), which are all axes but the first in
    PyTorch, all but the last in Keras' kernel. The variance is the biased one: torch.var's own is not.
    """
    variance, mean = torch.var_mean(weight, (1, 2, 3), correction=0, keepdim=True)
    return F.conv2d(x, (weight - mean) / torch.sqrt(variance + 1e-3))


def patch_embedding():
    """A convolution whose stride is its kernel; both count the patches row by row. PyTorch's are (N, C, patches) and
    get transposed for a transformer; Keras' are (N, patches, C), here brought into PyTorch's order.
    """
    return nn.Sequential(nn.Conv2d(3, 8, 4, stride=4), nn.Flatten(2))


def unfold(x):
    """im2col: PyTorch orders a window's values (C, height, width), TensorFlow (height, width, C), and PyTorch puts them
    before the windows, TensorFlow behind.
    """
    return F.unfold(x, (3, 2), padding=1, stride=2)


def fold(columns):
    """col2im adds up what overlaps. TensorFlow has no such call: it is a transposed convolution with a kernel of ones
    and zeros.
    """
    return F.fold(columns, (7, 8), (3, 2), stride=(2, 1))
