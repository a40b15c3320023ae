"""Dropout. Two frameworks cannot have the same random masks, so masks are inputs here. Notice what is scaled."""

from keras import layers


def dropout_evaluation():
    """In evaluation dropout changes nothing, because both sides scale up in training. Keras drops only in a call with
    training=True."""
    return layers.Dropout(0.3)


def dropout_given_mask(x, kept):
    """Two frameworks cannot have the same random mask: give it as data. What is kept is divided by 1 - p on both
    sides."""
    return x * kept / (1 - 0.3)


def dropout_channels_given_mask(x, kept):
    """Dropout2d is Keras' SpatialDropout2D and drops whole channels: the mask is (N, C), with axes for the pixels added
    where each framework has them."""
    return x * kept[:, None, None, :] / (1 - 0.3)


def stochastic_depth_given_mask(x, branch, kept):
    """A residual branch is dropped for whole examples, and scaled up where it is kept. The mask is (N,) and needs all
    the other axes added."""
    return x + branch * kept[:, None, None] / (1 - 0.2)
