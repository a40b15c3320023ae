"""Padding. Notice the order: PyTorch starts from the last axis, Keras and TensorFlow from the first."""

import torch
import torch.nn.functional as F
from torch import nn


def zero_pad1d():
    """Both take (front, end)."""
    return nn.ZeroPad1d((2, 1))


def zero_pad2d():
    """PyTorch takes (left, right, top, bottom), the last axis first; Keras takes ((top, bottom), (left, right)). With
    one number, or with equal pairs, a mistake does not show."""
    return nn.ZeroPad2d((1, 2, 0, 3))


def zero_pad3d():
    """Again PyTorch has the last axis first: (left, right, top, bottom, front, back)."""
    return nn.ZeroPad3d((1, 2, 0, 3, 2, 1))


def constant_pad2d(x):
    """tf.pad takes a pair for every axis, batch and channels included, in the order of the axes; F.pad starts from the
    last axis."""
    return F.pad(x, (1, 2, 0, 3), value=0.1)


def crop_by_negative_padding(x):
    """PyTorch crops where a padding is negative; TensorFlow refuses it: slice. Keras has Cropping2D(((top, bottom),
    (left, right)))."""
    return F.pad(x, (-1, -2, 0, -1))


def reflection_pad1d(x):
    """REFLECT does not repeat the edge, as in PyTorch, and can pad by at most length - 1."""
    return nn.ReflectionPad1d((3, 1))(x)


def reflection_pad2d(x):
    """The same mirror, without the edge; only the order of the pairs is different."""
    return nn.ReflectionPad2d((1, 2, 0, 3))(x)


def symmetric_pad1d(x):
    """TensorFlow's SYMMETRIC (and numpy's) mirrors with the edge. PyTorch has no name for it: concatenate flipped
    pieces."""
    return torch.cat((x[..., :2].flip(-1), x, x[..., -1:]), -1)


def replication_pad2d(x):
    """tf.pad cannot repeat the edge: gather it, by positions that stop at both ends."""
    return nn.ReplicationPad2d((1, 2, 0, 3))(x)


def circular_pad2d(x):
    """tf.pad has no such mode: gather by positions modulo the size."""
    return nn.CircularPad2d((1, 2, 0, 3))(x)
