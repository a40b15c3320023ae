"""Dropout. Notice that masks are data here, for no two frameworks draw the same, and what is scaled."""

from torch import nn


def dropout_evaluation():
    """In evaluation dropout passes everything on unchanged, for both scale up in training. Keras drops only where a
    call says training=True.
    """
    return nn.Dropout(0.3)


def dropout_given_mask(x, kept):
    """No two frameworks draw the same mask: give it as data. What is kept is divided by 1 - p on both sides."""
    return x * kept / (1 - 0.3)


def dropout_channels_given_mask(x, kept):
    """Dropout2d, Keras' SpatialDropout2D, drops whole channels: the mask is (N, C), with the pixel axes added where
    each framework has them.
    """
    return x * kept[:, :, None, None] / (1 - 0.3)


def stochastic_depth_given_mask(x, branch, kept):
    """A residual branch is dropped for whole examples, and scaled up where it is kept; the mask is (N,) and wants all
    the other axes.
    """
    return x + branch * kept[:, None, None] / (1 - 0.2)
