"""Upsampling, interpolation, pixel shuffles. Notice where a new pixel samples, and that tf.image.resize returns
float32."""

import torch.nn.functional as F
from torch import nn


def upsample_nearest1d():
    """Each value is repeated: the two agree."""
    return nn.Upsample(scale_factor=3)


def upsample_nearest2d():
    """By whole factors the two agree, and nearest is the default of both. nn.Upsample is often called with
    mode="bilinear", which must be given to Keras too."""
    return nn.Upsample(scale_factor=(2, 3))


def upsample_nearest3d():
    """By whole factors the two agree, in float64 too."""
    return nn.Upsample(scale_factor=2)


def resize_nearest(x):
    """PyTorch's "nearest" takes pixel floor(i * size / out), tf.image.resize the pixel under the centre of the new one:
    they agree only for whole factors. Gather at PyTorch's positions."""
    return F.interpolate(x, size=(9, 7), mode="nearest")


def resize_nearest_exact(x):
    """PyTorch's "nearest-exact" takes the pixel under the centre of the new one, as tf.image.resize does."""
    return F.interpolate(x, size=(9, 4), mode="nearest-exact")


def downsample_nearest(x):
    """Halving by "nearest" keeps rows 0, 2, 4 in PyTorch and 1, 3, 5 in tf.image.resize. The simple way is a stride."""
    return F.interpolate(x, scale_factor=0.5, mode="nearest")


def upsample_linear1d(x):
    """The centres of pixels are aligned and positions clipped at the edges: (i + 1/2) * size / out - 1/2. Keras has it
    for images only: use a matrix of weights."""
    return F.interpolate(x, scale_factor=2, mode="linear")


def upsample_bilinear(x):
    """align_corners=False is also the rule of tf.image.resize, which always returns float32. In float64: a matrix of
    weights for each axis."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def upsample_bilinear_stock():
    """The stock layers agree if Keras gets interpolation="bilinear": its default is nearest. Keras computes in
    float32."""
    return nn.Upsample(scale_factor=2, mode="bilinear")


def upsample_bilinear_align_corners(x):
    """The corners are aligned: position i * (size - 1) / (out - 1). In TensorFlow 2 only tf.compat.v1.image.resize does
    that, in float32: use a matrix of weights for each axis."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


def resize_bilinear_scale_factor(x):
    """If scale_factor does not give a whole size, PyTorch makes floor(size * factor) pixels and steps by 1 / factor,
    not by size / out, unless recompute_scale_factor=True. A port that passes only the size is off."""
    return F.interpolate(x, scale_factor=1.5, mode="bilinear")


def resize_bilinear_antialias(x):
    """When shrinking with antialias=True the triangle is as wide as the step, and its weights sum to 1. It is off by
    default on both sides, but on in PIL's resize, which many data sets were made with."""
    return F.interpolate(x, size=(3, 4), mode="bilinear", antialias=True)


def upsample_bicubic(x):
    """PyTorch's cubic has a = -0.75 and repeats the edge; TensorFlow's has a = -0.5, and leaves out and rescales what
    is beyond the edge. No setting makes them equal: use a matrix of weights."""
    return F.interpolate(x, scale_factor=2, mode="bicubic")


def upsample_trilinear(x):
    """Keras' UpSampling3D only repeats pixels: use one more matrix of weights for the depth."""
    return F.interpolate(x, scale_factor=2, mode="trilinear")


def resize_area(x):
    """PyTorch's "area" is adaptive average pooling: every pixel of a window has the same weight. tf.image.resize's
    "area" weighs a pixel that is cut by its part, returns float32, and has no gradient."""
    return F.interpolate(x, size=(3, 2), mode="area")


def grid_sample(x, grid):
    """The grid's last axis is (x, y), so (width, height), from -1 to 1 over the outer edges of the image
    (align_corners=False). Outside is zero."""
    return F.grid_sample(x, grid, align_corners=False)


def affine_grid(theta):
    """The positions that a spatial transformer samples: theta times (x, y, 1) for the centre of each pixel, for an
    output 4 high and 5 wide."""
    return F.affine_grid(theta, (len(theta), 1, 4, 5), align_corners=False)


def pixel_shuffle(x):
    """PyTorch's channels are ordered (C, r, r), those of tf.nn.depth_to_space (r, r, C). The shapes agree: reorder the
    channels, or those of the convolution before."""
    return F.pixel_shuffle(x, 2)


def pixel_unshuffle(x):
    """The way back, with the same difference to tf.nn.space_to_depth: PyTorch's output has (C, r, r)."""
    return F.pixel_unshuffle(x, 2)


def depth_to_space(x):
    """The other direction: a model made for tf.nn.depth_to_space has its channels as (r, r, C): reorder them before
    PyTorch's pixel_shuffle."""
    return F.pixel_shuffle(x.unflatten(1, (4, 3)).transpose(1, 2).flatten(1, 2), 2)
