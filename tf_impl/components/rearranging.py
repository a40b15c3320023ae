"""Moving values to other places. Notice the order of the axes: many a wrong reshape has the right shape."""

import tensorflow as tf
from keras import layers


def flatten(x):
    """flatten(1) keeps the batch. TensorFlow's image has its channels last, so its flattened order is another one:
    transpose first where weights follow.
    """
    return layers.Flatten()(tf.transpose(x, (0, 3, 1, 2)))


def image_to_tokens(x):
    """PyTorch flattens height and width and then puts the channels last; in TensorFlow they are there already."""
    return tf.reshape(x, (-1, x.shape[1] * x.shape[2], x.shape[3]))


def tokens_to_image(tokens):
    """The way back: PyTorch must transpose before it unflattens. A reshape straight to (N, C, H, W) has the right shape
    and mixes channels with pixels.
    """
    return tf.reshape(tokens, (-1, 4, 5, tokens.shape[-1]))


def split_heads(x):
    """Attention's heads: the feature axis is cut into (heads, size), then the heads go in front of the time, on both
    sides alike.
    """
    return tf.transpose(tf.reshape(x, (-1, x.shape[1], 2, 3)), (0, 2, 1, 3))


def channel_shuffle(x):
    """ShuffleNet: split the channels into groups and deal them out again. In TensorFlow both new axes
    stand at the end.
    """
    _, height, width, channels = x.shape
    groups = tf.reshape(x, (-1, height, width, 3, channels // 3))
    return tf.reshape(tf.einsum("nhwgc->nhwcg", groups), (-1, height, width, channels))


def concatenate_channels(x, skip):
    """Along axis 1 in PyTorch, the last in TensorFlow; axis 1 there would put one image below the other, where the
    widths fit.
    """
    return tf.concat((x, skip), -1)


def scale_each_channel(x, mean, deviation):
    """A value for each channel broadcasts against the last axis: PyTorch must append two axes, TensorFlow none. Without
    them PyTorch scales columns, if it fits.
    """
    return (x - mean) / deviation


def images_from_bytes(pixels):
    """What ToTensor does: pixels as they lie in a file (N, H, W, C), divided by 255, channels brought to the front for
    PyTorch. Whole numbers divided give PyTorch's default dtype, but float64 in TensorFlow (float32 from uint8).
    """
    return pixels / 255


def flip_horizontally(x):
    """The width is PyTorch's last axis, the last but one in TensorFlow. tf.image.flip_left_right takes
    the same axis.
    """
    return tf.reverse(x, [-2])


def roll(x):
    """Shifted windows: by one pixel up and two to the left, what falls out comes in again; `shifts, dims` is `shift,
    axis`.
    """
    return tf.roll(x, (-1, -2), (1, 2))


def split(x):
    """PyTorch's number is the size of a piece, TensorFlow's the number of pieces, and 6 splits into 2 by 3 or 3 by 2
    without complaint. Sizes written out mean the same.
    """
    return tf.split(x, 3, 1)


def chunk(x):
    """PyTorch's chunk takes pieces of ceil(size / number), the last one smaller (and there may be fewer than asked
    for); tf.split must be given their sizes.
    """
    return tf.split(x, [3, 3, 1], 1)


def tile(x):
    """The whole again and again: PyTorch's repeat is TensorFlow's tile. tf.repeat is another thing."""
    return tf.tile(x, (1, 2))


def repeat_interleave(x):
    """Each element so many times: PyTorch's repeat_interleave is TensorFlow's (and numpy's) repeat."""
    return tf.repeat(x, 2, 1)


def meshgrid(rows, columns):
    """PyTorch's default is "ij" (and it warns), TensorFlow's "xy", which exchanges the two axes: write it out on both
    sides.
    """
    return tf.meshgrid(rows, columns, indexing="ij")
