"""Convolutions. Notice the padding: PyTorch pads both ends equally; "same" pads by what the stride leaves over."""

import torch
import torch.nn.functional as F
from torch import nn


def conv1d():
    """PyTorch's sequences are (N, C, L), Keras' (N, L, C); the weight (out, in, k) becomes the kernel (k, in, out)."""
    return nn.Conv1d(3, 4, 3)


def conv2d():
    """PyTorch's weight is (out, in, height, width), Keras' kernel (height, width, in, out): transpose by (2, 3, 1, 0).
    A reshape gives the right shape and scrambled weights."""
    return nn.Conv2d(3, 4, (3, 2))


def conv3d():
    """As in two dimensions, with depth first: weight (out, in, depth, height, width), kernel (depth, height, width, in,
    out)."""
    return nn.Conv3d(2, 3, (3, 2, 2))


def conv2d_without_bias():
    """What usually comes before a batch norm: `bias=False` is `use_bias=False`."""
    return nn.Conv2d(3, 4, 3, padding=1, bias=False)


def conv2d_pointwise():
    """A kernel of size 1 is a dense layer over the channels. A stride then only skips pixels, so padding is not needed:
    the shortcut of a residual block."""
    return nn.Conv2d(3, 4, 1, stride=2, bias=False)


def conv2d_from_checkpoint(x, weight, bias):
    """A weight as PyTorch's state_dict holds it: transpose it for tf.nn.conv2d, and write out the padding of each
    axis."""
    return F.conv2d(x, weight, bias, stride=2, padding=(1, 2))


def conv1d_stride_padding():
    """PyTorch pads 2 at both ends; Keras' "same" at stride 2 pads 1 and 2 where the length is even."""
    return nn.Conv1d(3, 4, 5, stride=2, padding=2)


def conv2d_stride_padding():
    """PyTorch pads both ends equally; Keras' "same" at stride 2 pads an even size at its end only. The shapes are equal
    and the output is one pixel off: pad first, then use "valid"."""
    return nn.Conv2d(3, 4, 3, stride=2, padding=1)


def conv2d_stride_padding_odd():
    """On odd sizes a kernel of 3 at stride 2 needs one pixel at each end, and "same" is PyTorch's padding=1. A port
    that was tested on odd sizes only is wrong on even ones."""
    return nn.Conv2d(3, 4, 3, stride=2, padding=1)


def conv3d_stride_padding():
    """As in two dimensions: pad first, because "same" would pad even sizes at their ends only."""
    return nn.Conv3d(2, 3, 3, stride=2, padding=1)


def conv2d_stride_rectangular():
    """Kernel, stride and padding are given as (height, width) on both sides."""
    return nn.Conv2d(3, 4, (5, 3), stride=(2, 1), padding=(2, 0))


def conv2d_tensorflow_same():
    """The other direction: weights trained with TensorFlow's "same" at stride 2 need padding at the end only in
    PyTorch, (left, right, top, bottom), on even sizes. Conv2d refuses padding="same" with a stride."""
    return nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(3, 4, 3, stride=2))


def conv2d_same():
    """At stride 1 "same" is identical on both sides, and is padding=k // 2 where the kernel is odd."""
    return nn.Conv2d(3, 4, (3, 5), padding="same")


def conv2d_same_even_kernel():
    """An even kernel needs an odd number of padded pixels: both frameworks put the extra one at the end. PyTorch's
    `padding` as a number cannot do that."""
    return nn.Conv2d(3, 4, (4, 2), padding="same")


def conv2d_asymmetric_padding():
    """ZeroPad2d takes (left, right, top, bottom), the last axis first; ZeroPadding2D takes ((top, bottom), (left,
    right))."""
    return nn.Sequential(nn.ZeroPad2d((0, 1, 2, 1)), nn.Conv2d(3, 4, 3))


def conv2d_reflect_padding():
    """Keras' convolutions pad with zeros only: pad first. REFLECT does not repeat the edge, as in PyTorch."""
    return nn.Conv2d(3, 4, (5, 3), padding=(2, 1), padding_mode="reflect")


def conv2d_replicate_padding():
    """TensorFlow cannot repeat the edge. SYMMETRIC, a mirror that includes the edge, does the same for one pixel, not
    for more."""
    return nn.Conv2d(3, 4, 3, padding=1, padding_mode="replicate")


def conv2d_circular_padding():
    """tf.pad has no such mode: concatenate the columns and rows of the opposite side."""
    return nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular")


def conv1d_causal():
    """PyTorch has no causal padding: pad (k - 1) * dilation at the front and nothing at the end."""
    return nn.Sequential(nn.ConstantPad1d((4, 0), 0.0), nn.Conv1d(3, 4, 3, dilation=2))


def conv1d_dilated():
    """`dilation` is `dilation_rate`; padding=dilation keeps the length with a kernel of 3."""
    return nn.Conv1d(3, 4, 3, padding=2, dilation=2)


def conv2d_dilated():
    """`dilation` is `dilation_rate`, (height, width). Use Keras' layer: in float64 on a CPU the gradient of
    tf.nn.conv2d fails with a dilation."""
    return nn.Conv2d(3, 4, 3, padding=(2, 3), dilation=(2, 3))


def conv2d_dilated_stride():
    """Keras refuses a stride together with a dilation: leave the stride out and take every second pixel of the
    output."""
    return nn.Conv2d(3, 4, 3, stride=2, padding=2, dilation=2)


def conv2d_weight_standardized(x, weight):
    """Each filter gets mean 0 and variance 1 over (in, height, width): all axes except the first in PyTorch, all except
    the last of Keras' kernel. The variance divides by N; torch.var divides by N - 1 by default."""
    variance, mean = torch.var_mean(weight, (1, 2, 3), correction=0, keepdim=True)
    return F.conv2d(x, (weight - mean) / torch.sqrt(variance + 1e-3))


def patch_embedding():
    """A convolution whose stride is the size of its kernel; both count the patches row by row. PyTorch's output is (N,
    C, patches) and is transposed for a transformer; Keras' is (N, patches, C), here brought into PyTorch's order."""
    return nn.Sequential(nn.Conv2d(3, 8, 4, stride=4), nn.Flatten(2))


def unfold(x):
    """im2col: PyTorch orders a window's values as (C, height, width), TensorFlow as (height, width, C); PyTorch puts
    them before the windows, TensorFlow after."""
    return F.unfold(x, (3, 2), padding=1, stride=2)


def fold(columns):
    """col2im adds up what overlaps. TensorFlow has no such function: use a transposed convolution with a kernel of ones
    and zeros."""
    return F.fold(columns, (7, 8), (3, 2), stride=(2, 1))
