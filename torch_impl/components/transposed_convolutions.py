"""Transposed convolutions. Notice what is cropped: PyTorch's `padding` crops both ends, Keras' "same" the end first."""

import torch.nn.functional as F
from torch import nn


def conv_transpose1d():
    """Without padding PyTorch's output is that of Keras' "valid"; `padding` crops it at both ends."""
    return nn.ConvTranspose1d(3, 4, 3, stride=2, padding=1)


def conv_transpose2d():
    """PyTorch's weight is (in, out, height, width), Keras' kernel (height, width, out, in): transpose as for Conv2d,
    since in and out are swapped on both sides."""
    return nn.ConvTranspose2d(3, 4, (3, 2), stride=2)


def conv_transpose2d_padding():
    """`padding` crops that much at both ends: "valid", then crop. The output has 2n - 1 pixels; with Keras' "same" it
    has 2n."""
    return nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1)


def conv_transpose2d_output_padding():
    """output_padding=1 crops one pixel less at the end: 2n pixels, as with Keras' "same", which crops the end and not
    the beginning. The shapes are equal and the output is one pixel off."""
    return nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1)


def conv_transpose2d_kernel4():
    """For the usual doubling, a kernel of 4 at stride 2 with padding 1, Keras' "same" crops the same pixels."""
    return nn.ConvTranspose2d(3, 4, 4, stride=2, padding=1)


def conv_transpose2d_without_bias():
    """A generator's first layer: one pixel becomes 4 x 4, with nothing to crop. `bias=False` is `use_bias=False`."""
    return nn.ConvTranspose2d(6, 4, 4, bias=False)


def conv_transpose2d_grouped(x, weight):
    """Keras' transposed convolutions have no groups: split the channels and the kernel. PyTorch's weight is (in, out /
    groups, height, width): its groups are along the first axis."""
    return F.conv_transpose2d(x, weight, stride=2, padding=1, groups=2)


def conv_transpose2d_dilated(x, weight):
    """In float64 Keras' layer fails with a dilation on a CPU. At stride 1 a transposed convolution is a plain one: pad
    the image by (k - 1) * dilation, flip the kernel, and swap in and out."""
    return F.conv_transpose2d(x, weight, dilation=2)


def conv_transpose3d():
    """As in two dimensions, with output_padding=1: crop the beginnings only."""
    return nn.ConvTranspose3d(2, 3, 3, stride=2, padding=1, output_padding=1)
