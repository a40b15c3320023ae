"""Upsampling, interpolation, pixel shuffles. Notice where a new pixel samples, and that tf.image.resize returns
float32."""

import numpy as np
import tensorflow as tf
from keras import layers


def upsample_nearest1d():
    """Each value is repeated: the two agree."""
    return layers.UpSampling1D(3)


def upsample_nearest2d():
    """By whole factors the two agree, and nearest is the default of both. nn.Upsample is often called with
    mode="bilinear", which must be given to Keras too."""
    return layers.UpSampling2D((2, 3))


def upsample_nearest3d():
    """By whole factors the two agree, in float64 too."""
    return layers.UpSampling3D(2)


def resize_nearest(x):
    """PyTorch's "nearest" takes pixel floor(i * size / out), tf.image.resize the pixel under the centre of the new one:
    they agree only for whole factors. Gather at PyTorch's positions."""
    rows, columns = (tf.range(out) * size // out for out, size in ((9, x.shape[1]), (7, x.shape[2])))
    return tf.gather(tf.gather(x, rows, axis=1), columns, axis=2)


def resize_nearest_exact(x):
    """PyTorch's "nearest-exact" takes the pixel under the centre of the new one, as tf.image.resize does."""
    return tf.image.resize(x, (9, 4), method="nearest")


def downsample_nearest(x):
    """Halving by "nearest" keeps rows 0, 2, 4 in PyTorch and 1, 3, 5 in tf.image.resize. The simple way is a stride."""
    return x[:, ::2, ::2]


def upsample_linear1d(x):
    """The centres of pixels are aligned and positions clipped at the edges: (i + 1/2) * size / out - 1/2. Keras has it
    for images only: use a matrix of weights."""
    size = x.shape[1]
    position = np.clip((np.arange(2 * size) + 0.5) / 2 - 0.5, 0, size - 1)
    shares = np.maximum(1 - np.abs(position[:, None] - np.arange(size)), 0)
    return tf.einsum("nlc,il->nic", x, tf.constant(shares, x.dtype))


def upsample_bilinear(x):
    """align_corners=False is also the rule of tf.image.resize, which always returns float32. In float64: a matrix of
    weights for each axis."""

    def shares(size):
        position = np.clip((np.arange(2 * size) + 0.5) / 2 - 0.5, 0, size - 1)
        return tf.constant(np.maximum(1 - np.abs(position[:, None] - np.arange(size)), 0), x.dtype)

    return tf.einsum("nhwc,ih,jw->nijc", x, shares(x.shape[1]), shares(x.shape[2]))


def upsample_bilinear_stock():
    """The stock layers agree if Keras gets interpolation="bilinear": its default is nearest. Keras computes in
    float32."""
    return layers.UpSampling2D(2, interpolation="bilinear")


def upsample_bilinear_align_corners(x):
    """The corners are aligned: position i * (size - 1) / (out - 1). In TensorFlow 2 only tf.compat.v1.image.resize does
    that, in float32: use a matrix of weights for each axis."""

    def shares(size):
        position = np.linspace(0, size - 1, 2 * size)
        return tf.constant(np.maximum(1 - np.abs(position[:, None] - np.arange(size)), 0), x.dtype)

    return tf.einsum("nhwc,ih,jw->nijc", x, shares(x.shape[1]), shares(x.shape[2]))


def resize_bilinear_scale_factor(x):
    """If scale_factor does not give a whole size, PyTorch makes floor(size * factor) pixels and steps by 1 / factor,
    not by size / out, unless recompute_scale_factor=True. A port that passes only the size is off."""

    def shares(size):
        position = np.clip((np.arange(int(size * 1.5)) + 0.5) / 1.5 - 0.5, 0, size - 1)
        return tf.constant(np.maximum(1 - np.abs(position[:, None] - np.arange(size)), 0), x.dtype)

    return tf.einsum("nhwc,ih,jw->nijc", x, shares(x.shape[1]), shares(x.shape[2]))


def resize_bilinear_antialias(x):
    """When shrinking with antialias=True the triangle is as wide as the step, and its weights sum to 1. It is off by
    default on both sides, but on in PIL's resize, which many data sets were made with."""

    def shares(size, out):
        middle = (np.arange(out)[:, None] + 0.5) * size / out
        triangle = np.maximum(1 - np.abs(np.arange(size) + 0.5 - middle) * out / size, 0)
        return tf.constant(triangle / triangle.sum(1, keepdims=True), x.dtype)

    return tf.einsum("nhwc,ih,jw->nijc", x, shares(x.shape[1], 3), shares(x.shape[2], 4))


def upsample_bicubic(x):
    """PyTorch's cubic has a = -0.75 and repeats the edge; TensorFlow's has a = -0.5, and leaves out and rescales what
    is beyond the edge. No setting makes them equal: use a matrix of weights."""

    def shares(size):
        position = (np.arange(2 * size)[:, None] + 0.5) / 2 - 0.5
        pixel = np.arange(-3, size + 3)
        t = np.abs(position - pixel)
        near, far = (1.25 * t - 2.25) * t * t + 1, ((-0.75 * t + 3.75) * t - 6) * t + 3
        cubic = np.where(t <= 1, near, np.where(t < 2, far, 0))
        repeated = np.clip(pixel, 0, size - 1)[:, None] == np.arange(size)
        return tf.constant(cubic @ repeated, x.dtype)

    return tf.einsum("nhwc,ih,jw->nijc", x, shares(x.shape[1]), shares(x.shape[2]))


def upsample_trilinear(x):
    """Keras' UpSampling3D only repeats pixels: use one more matrix of weights for the depth."""

    def shares(size):
        position = np.clip((np.arange(2 * size) + 0.5) / 2 - 0.5, 0, size - 1)
        return tf.constant(np.maximum(1 - np.abs(position[:, None] - np.arange(size)), 0), x.dtype)

    return tf.einsum("ndhwc,id,jh,kw->nijkc", x, *map(shares, x.shape[1:4]))


def resize_area(x):
    """PyTorch's "area" is adaptive average pooling: every pixel of a window has the same weight. tf.image.resize's
    "area" weighs a pixel that is cut by its part, returns float32, and has no gradient."""
    return layers.AdaptiveAveragePooling2D((3, 2))(x)


def grid_sample(x, grid):
    """The grid's last axis is (x, y), so (width, height), from -1 to 1 over the outer edges of the image
    (align_corners=False). Outside is zero."""
    height, width = x.shape[1:3]
    column, row = ((grid[..., 0] + 1) * width - 1) / 2, ((grid[..., 1] + 1) * height - 1) / 2
    rows = tf.nn.relu(1 - tf.abs(row[..., None] - tf.range(height, dtype=x.dtype)))
    columns = tf.nn.relu(1 - tf.abs(column[..., None] - tf.range(width, dtype=x.dtype)))
    return tf.einsum("nhwc,nijh,nijw->nijc", x, rows, columns)


def affine_grid(theta):
    """The positions that a spatial transformer samples: theta times (x, y, 1) for the centre of each pixel, for an
    output 4 high and 5 wide."""
    y, x = ((2 * tf.range(size, dtype=theta.dtype) + 1) / size - 1 for size in (4, 5))
    rows, columns = tf.meshgrid(y, x, indexing="ij")
    return tf.einsum("nab,ijb->nija", theta, tf.stack((columns, rows, tf.ones_like(rows)), -1))


def pixel_shuffle(x):
    """PyTorch's channels are ordered (C, r, r), those of tf.nn.depth_to_space (r, r, C). The shapes agree: reorder the
    channels, or those of the convolution before."""
    _, height, width, channels = x.shape
    blocks = tf.reshape(x, (-1, height, width, channels // 4, 2, 2))
    return tf.reshape(tf.transpose(blocks, (0, 1, 4, 2, 5, 3)), (-1, 2 * height, 2 * width, channels // 4))


def pixel_unshuffle(x):
    """The way back, with the same difference to tf.nn.space_to_depth: PyTorch's output has (C, r, r)."""
    _, height, width, channels = x.shape
    blocks = tf.reshape(x, (-1, height // 2, 2, width // 2, 2, channels))
    return tf.reshape(tf.transpose(blocks, (0, 1, 3, 5, 2, 4)), (-1, height // 2, width // 2, 4 * channels))


def depth_to_space(x):
    """The other direction: a model made for tf.nn.depth_to_space has its channels as (r, r, C): reorder them before
    PyTorch's pixel_shuffle."""
    return tf.nn.depth_to_space(x, 2)
