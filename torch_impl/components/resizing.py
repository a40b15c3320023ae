"""Upsampling, interpolation and pixel shuffles. Notice where a new pixel looks, and that tf.image.resize returns
float32.
"""

import torch.nn.functional as F
from torch import nn


def upsample_nearest1d():
    """Each value a whole number of times: the two agree."""
    return nn.Upsample(scale_factor=3)


def upsample_nearest2d():
    """By whole factors the two agree, and nearest is the default of both. nn.Upsample is often called with
    mode="bilinear", which Keras' default would pass over in silence.
    """
    return nn.Upsample(scale_factor=(2, 3))


def upsample_nearest3d():
    """By whole factors the two agree, in float64 too."""
    return nn.Upsample(scale_factor=2)


def resize_nearest(x):
    """PyTorch's "nearest" takes pixel floor(i * size / out), tf.image.resize the one under the middle of the new pixel:
    they agree where a size is multiplied by a whole number, and else not. Gather PyTorch's.
    """
    return F.interpolate(x, size=(9, 7), mode="nearest")


def resize_nearest_exact(x):
    """PyTorch's "nearest-exact" looks under the middle of the new pixel, as tf.image.resize does."""
    return F.interpolate(x, size=(9, 4), mode="nearest-exact")


def downsample_nearest(x):
    """Halving by "nearest" keeps rows 0, 2, 4 in PyTorch; tf.image.resize keeps 1, 3, 5. A stride is the plain way."""
    return F.interpolate(x, scale_factor=0.5, mode="nearest")


def upsample_linear1d(x):
    """The middles of pixels are matched and the ends held: position (i + 1/2) * size / out - 1/2, clipped. Keras has it
    for images only; a matrix of shares does it here.
    """
    return F.interpolate(x, scale_factor=2, mode="linear")


def upsample_bilinear(x):
    """align_corners=False is the rule of tf.image.resize too, but that returns float32 whatever goes in. In float64: a
    matrix of shares for each axis.
    """
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def upsample_bilinear_stock():
    """The stock layers agree, with interpolation="bilinear" written out: Keras' default is nearest. Keras computes in
    float32.
    """
    return nn.Upsample(scale_factor=2, mode="bilinear")


def upsample_bilinear_align_corners(x):
    """The corners are matched: position i * (size - 1) / (out - 1). Nothing in TensorFlow 2 does that but
    tf.compat.v1.image.resize, in float32: a matrix of shares for each axis.
    """
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


def resize_bilinear_scale_factor(x):
    """A scale_factor that gives no whole size: PyTorch takes floor(size * factor) pixels and steps by 1 / factor, not
    by size / out, unless recompute_scale_factor=True. A port that passes the size alone is off.
    """
    return F.interpolate(x, scale_factor=1.5, mode="bilinear")


def resize_bilinear_antialias(x):
    """Made smaller with antialias=True the triangle is as wide as the step, and its shares are made to sum to 1. It is
    off by default on both sides, and PIL's resize, which many data sets went through, has it on.
    """
    return F.interpolate(x, size=(3, 4), mode="bilinear", antialias=True)


def upsample_bicubic(x):
    """PyTorch's cubic has a = -0.75 and repeats the edge; TensorFlow's a = -0.5, and beyond the edge it leaves out and
    rescales. No setting makes them equal: a matrix of shares.
    """
    return F.interpolate(x, scale_factor=2, mode="bicubic")


def upsample_trilinear(x):
    """Keras' UpSampling3D repeats pixels only; one more matrix of shares does the depth."""
    return F.interpolate(x, scale_factor=2, mode="trilinear")


def resize_area(x):
    """PyTorch's "area" is adaptive average pooling: it weighs every pixel of a window alike. tf.image.resize's "area"
    weighs a pixel that is cut by its part, returns float32, and has no gradient.
    """
    return F.interpolate(x, size=(3, 2), mode="area")


def grid_sample(x, grid):
    """The grid's last axis is (x, y), so (width, height), from -1 to 1 over the outer edges of the image
    (align_corners=False). Outside is zero: a share for each pixel, and none beyond the edge.
    """
    return F.grid_sample(x, grid, align_corners=False)


def affine_grid(theta):
    """The places that a spatial transformer looks at: theta times (x, y, 1) for the middle of each pixel, of an output
    4 high and 5 wide.
    """
    return F.affine_grid(theta, (len(theta), 1, 4, 5), align_corners=False)


def pixel_shuffle(x):
    """PyTorch's channels are ordered (C, r, r), those of tf.nn.depth_to_space (r, r, C). The shapes agree; reorder the
    channels, or those of the convolution before.
    """
    return F.pixel_shuffle(x, 2)


def pixel_unshuffle(x):
    """The way back, with the same difference to tf.nn.space_to_depth: PyTorch puts out (C, r, r)."""
    return F.pixel_unshuffle(x, 2)


def depth_to_space(x):
    """The other way round: a model that comes with tf.nn.depth_to_space has its channels as (r, r, C), which PyTorch's
    pixel_shuffle gets after a reordering.
    """
    return F.pixel_shuffle(x.unflatten(1, (4, 3)).transpose(1, 2).flatten(1, 2), 2)
