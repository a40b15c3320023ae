"""Transposed convolutions. Notice what is cropped: PyTorch both ends by `padding`, Keras' "same" the end first."""

import torch.nn.functional as F
from torch import nn


def conv_transpose1d():
    """Without padding PyTorch's output is Keras' "valid" one, and `padding` crops it at both ends."""
    return nn.ConvTranspose1d(3, 4, 3, stride=2, padding=1)


def conv_transpose2d():
    """PyTorch's weight is (in, out, height, width), Keras' kernel (height, width, out, in): the same transpose as for
    Conv2d, though in and out have changed places on both sides.
    """
    return nn.ConvTranspose2d(3, 4, (3, 2), stride=2)


def conv_transpose2d_padding():
    """`padding` takes that much away from both ends: "valid", then a cropping. The output has 2n - 1 pixels, Keras'
    "same" 2n.
    """
    return nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1)


def conv_transpose2d_output_padding():
    """output_padding=1 crops one pixel less at the end: 2n pixels, as Keras' "same" has, which crops the end and not
    the beginning. The shapes are equal, the output is one pixel off.
    """
    return nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1)


def conv_transpose2d_kernel4():
    """The usual doubling, a kernel of 4 at stride 2 with padding 1, is the one that Keras' "same" crops alike."""
    return nn.ConvTranspose2d(3, 4, 4, stride=2, padding=1)


def conv_transpose2d_without_bias():
    """A generator's first layer: one pixel becomes 4 x 4, with nothing to crop; `bias=False` is `use_bias=False`."""
    return nn.ConvTranspose2d(6, 4, 4, bias=False)


def conv_transpose2d_grouped(x, weight):
    """Keras' transposed convolutions have no groups: split channels and kernel, and crop by explicit padding. PyTorch's
    weight is (in, out / groups, height, width): its groups lie along the first axis.
    """
    return F.conv_transpose2d(x, weight, stride=2, padding=1, groups=2)


def conv_transpose2d_dilated(x, weight):
    """In float64 Keras' layer fails with a dilation on a CPU. At stride 1 a transposed convolution is a plain one: of
    the image padded by (k - 1) * dilation, with the kernel turned around and in and out exchanged.
    """
    return F.conv_transpose2d(x, weight, dilation=2)


def conv_transpose3d():
    """As in two dimensions, with output_padding=1: crop the beginnings only."""
    return nn.ConvTranspose3d(2, 3, 3, stride=2, padding=1, output_padding=1)
