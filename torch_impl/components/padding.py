"""Padding. Notice the order: PyTorch counts from the last axis on, Keras and TensorFlow from the first."""

import torch
import torch.nn.functional as F
from torch import nn


def zero_pad1d():
    """Both count (front, end)."""
    return nn.ZeroPad1d((2, 1))


def zero_pad2d():
    """PyTorch counts (left, right, top, bottom), the last axis first; Keras ((top, bottom), (left, right)). One number
    or equal pairs hide a mistake.
    """
    return nn.ZeroPad2d((1, 2, 0, 3))


def zero_pad3d():
    """Again the last axis first in PyTorch: (left, right, top, bottom, front, back)."""
    return nn.ZeroPad3d((1, 2, 0, 3, 2, 1))


def constant_pad2d(x):
    """tf.pad wants a pair for every axis, batch and channels included, in the order of the axes; F.pad counts from the
    last axis on.
    """
    return F.pad(x, (1, 2, 0, 3), value=0.1)


def crop_by_negative_padding(x):
    """PyTorch crops where a padding is negative; TensorFlow refuses it, and slices. Keras has Cropping2D(((top,
    bottom), (left, right))).
    """
    return F.pad(x, (-1, -2, 0, -1))


def reflection_pad1d(x):
    """REFLECT leaves out the edge itself, as PyTorch does, and can pad by length - 1 at most."""
    return nn.ReflectionPad1d((3, 1))(x)


def reflection_pad2d(x):
    """The same mirror, without the edge itself; the pairs stand in another order."""
    return nn.ReflectionPad2d((1, 2, 0, 3))(x)


def symmetric_pad1d(x):
    """TensorFlow's SYMMETRIC (numpy's too) mirrors with the edge; PyTorch has no name for it, and puts turned pieces
    beside it.
    """
    return torch.cat((x[..., :2].flip(-1), x, x[..., -1:]), -1)


def replication_pad2d(x):
    """tf.pad cannot repeat the edge: gather it again, by positions that stop at both ends."""
    return nn.ReplicationPad2d((1, 2, 0, 3))(x)


def circular_pad2d(x):
    """tf.pad has no such mode: gather positions modulo the size."""
    return nn.CircularPad2d((1, 2, 0, 3))(x)
