"""Means over windows, over images and over time. Notice whether padding counts in what a mean is divided by."""

import keras
import tensorflow as tf
from keras import layers


def avg_pool1d():
    """The mean of each window; a remainder that does not fill a window is dropped."""
    return layers.AveragePooling1D(3, strides=2)


def avg_pool2d():
    """Identical without padding; the default stride is the size of the window on both sides."""
    return layers.AveragePooling2D((2, 3))


def avg_pool1d_padding():
    """As in two dimensions: PyTorch's mean counts the zeros of its padding."""
    return keras.Sequential([layers.ZeroPadding1D(1), layers.AveragePooling1D(3, strides=2)])


def avg_pool2d_padding():
    """PyTorch's mean counts the zeros of its padding (count_include_pad is True by default); Keras' "same" divides by
    the number of real pixels. Pad with zeros first."""
    return keras.Sequential([layers.ZeroPadding2D(1), layers.AveragePooling2D(3, strides=2)])


def avg_pool2d_padding_not_counted(x):
    """count_include_pad=False divides by the number of real pixels. So does "same", but on even sizes its windows start
    elsewhere: divide the padded mean by the padded mean of ones."""
    around = [[0, 0], [1, 1], [1, 1], [0, 0]]
    mean, share = (tf.nn.avg_pool2d(tf.pad(values, around), 3, 2, "VALID") for values in (x, tf.ones_like(x)))
    return mean / share


def avg_pool2d_padding_not_counted_odd():
    """On odd sizes, and at stride 1 on all sizes, "same" is PyTorch's padding=1 with count_include_pad=False."""
    return layers.AveragePooling2D(3, strides=2, padding="same")


def avg_pool2d_ceil_mode(x):
    """ceil_mode keeps a last window that is not full, and divides it by the number of its pixels."""
    end = [[0, 0], [0, 2], [0, 1], [0, 0]]
    mean, share = (tf.nn.avg_pool2d(tf.pad(values, end), 3, 3, "VALID") for values in (x, tf.ones_like(x)))
    return mean / share


def avg_pool2d_ceil_mode_padding(x):
    """With padding as well, the divisor counts the zeros of the padding, but not what ceil_mode adds beyond them."""
    padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
    end = [[0, 0], [0, 1], [0, 1], [0, 0]]
    mean, share = (tf.nn.avg_pool2d(tf.pad(values, end), 3, 2, "VALID") for values in (padded, tf.ones_like(padded)))
    return mean / share


def avg_pool2d_divisor(x):
    """divisor_override replaces the number of pixels (1 makes it a sum): multiply the mean by size / divisor."""
    return tf.nn.avg_pool2d(x, (2, 3), (2, 3), "VALID") * (6 / 5)


def avg_pool3d(x):
    """TensorFlow has no AvgPool3D in float64 on a CPU; in float32 AveragePooling3D agrees. A mean over full windows can
    be taken one axis after the other."""
    _, depth, height, width, channels = x.shape
    planes = tf.nn.avg_pool2d(tf.reshape(x, (-1, height, width, channels)), 3, 2, "VALID")
    height, width = planes.shape[1:3]
    columns = tf.nn.avg_pool2d(tf.reshape(planes, (-1, depth, height * width, channels)), (3, 1), (2, 1), "VALID")
    return tf.reshape(columns, (-1, columns.shape[1], height, width, channels))


def avg_pool3d_padding(x):
    """A mean is a convolution with a constant kernel that keeps the channels apart, and Conv3D works in float64. The
    padding counts, as in two dimensions."""
    padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [1, 1], [0, 0]])
    kernel = tf.tile(tf.eye(x.shape[-1], dtype=x.dtype)[None, None, None] / 8, (2, 2, 2, 1, 1))
    return tf.nn.conv3d(padded, kernel, [1, 2, 2, 2, 1], "VALID")


def adaptive_avg_pool1d():
    """The windows give the output size that is asked for, and overlap where the length is not a multiple of it. Keras
    chooses the same windows as PyTorch."""
    return layers.AdaptiveAveragePooling1D(3)


def adaptive_avg_pool2d():
    """Keras' layer, which older versions lack, chooses the same windows as PyTorch: from floor(i * size / out) to
    ceil((i + 1) * size / out)."""
    return layers.AdaptiveAveragePooling2D((3, 3))


def adaptive_avg_pool2d_by_products(x):
    """For a Keras without that layer: one matrix per axis holds the weights of the pixels in each window, by PyTorch's
    rule."""

    def shares(size):
        windows = [(i * size // 3, -(-(i + 1) * size // 3)) for i in range(3)]
        return tf.constant([[(a <= k < b) / (b - a) for k in range(size)] for a, b in windows], x.dtype)

    return tf.einsum("nhwc,ih,jw->nijc", x, shares(x.shape[1]), shares(x.shape[2]))


def adaptive_avg_pool2d_larger():
    """More outputs than pixels are allowed too (small images before VGG's 7 x 7): the windows then have one or two
    pixels."""
    return layers.AdaptiveAveragePooling2D(7)


def adaptive_avg_pool2d_to_one():
    """PyTorch keeps the two axes of size 1: use keepdims=True in Keras, or a Flatten in PyTorch."""
    return layers.GlobalAveragePooling2D(keepdims=True)


def global_average_pool1d(x):
    """Time is the last axis of PyTorch's (N, C, L), the middle one of Keras' (N, L, C)."""
    return tf.reduce_mean(x, 1)


def global_average_pool2d(x):
    """Height and width are axes 2 and 3 in PyTorch, 1 and 2 in TensorFlow; `keepdim` is `keepdims`."""
    return tf.reduce_mean(x, (1, 2), keepdims=True)


def global_average_pool3d():
    """A mean over the whole image is a plain reduction, which TensorFlow has in float64."""
    return layers.GlobalAveragePooling3D()


def lp_pool2d(x):
    """The p-th root of the sum, not the mean, of the window's p-th powers."""
    return (4 * tf.nn.avg_pool2d(x**3, 2, 2, "VALID")) ** (1 / 3)


def generalized_mean_pool(x):
    """GeM, of image retrieval: a mean of p-th powers, of values bounded below. What is under the bound gets no
    gradient, with tf.maximum as with clamp."""
    return tf.reduce_mean(tf.maximum(x, 1e-3) ** 3, (1, 2)) ** (1 / 3)


def masked_mean_pool(x, mask):
    """The mean over the real tokens: divide by their number, not by the length."""
    kept = tf.cast(mask, x.dtype)[:, :, None]
    return tf.reduce_sum(x * kept, 1) / tf.reduce_sum(kept, 1)


def statistics_pool(x):
    """Mean and standard deviation over time (x-vectors): torch.std divides by n - 1, tf.math.reduce_std by n."""
    mean, variance = tf.nn.moments(x, 1)
    steps = x.shape[1]
    return tf.concat((mean, tf.sqrt(variance * (steps / (steps - 1)))), 1)
