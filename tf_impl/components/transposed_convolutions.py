"""Transposed convolutions. Notice what is cropped: PyTorch's `padding` crops both ends, Keras' "same" the end first."""

import keras
import tensorflow as tf
from keras import layers


def conv_transpose1d():
    """Without padding PyTorch's output is that of Keras' "valid"; `padding` crops it at both ends."""
    return keras.Sequential([layers.Conv1DTranspose(4, 3, strides=2), layers.Cropping1D(1)])


def conv_transpose2d():
    """PyTorch's weight is (in, out, height, width), Keras' kernel (height, width, out, in): transpose as for Conv2d,
    since in and out are swapped on both sides."""
    return layers.Conv2DTranspose(4, (3, 2), strides=2)


def conv_transpose2d_padding():
    """`padding` crops that much at both ends: "valid", then crop. The output has 2n - 1 pixels; with Keras' "same" it
    has 2n."""
    return keras.Sequential([layers.Conv2DTranspose(4, 3, strides=2), layers.Cropping2D(1)])


def conv_transpose2d_output_padding():
    """output_padding=1 crops one pixel less at the end: 2n pixels, as with Keras' "same", which crops the end and not
    the beginning. The shapes are equal and the output is one pixel off."""
    return keras.Sequential([layers.Conv2DTranspose(4, 3, strides=2), layers.Cropping2D(((1, 0), (1, 0)))])


def conv_transpose2d_kernel4():
    """For the usual doubling, a kernel of 4 at stride 2 with padding 1, Keras' "same" crops the same pixels."""
    return layers.Conv2DTranspose(4, 4, strides=2, padding="same")


def conv_transpose2d_without_bias():
    """A generator's first layer: one pixel becomes 4 x 4, with nothing to crop. `bias=False` is `use_bias=False`."""
    return layers.Conv2DTranspose(4, 4, use_bias=False)


def conv_transpose2d_grouped(x, weight):
    """Keras' transposed convolutions have no groups: split the channels and the kernel. PyTorch's weight is (in, out /
    groups, height, width): its groups are along the first axis."""
    shape = (tf.shape(x)[0], 2 * x.shape[1], 2 * x.shape[2], weight.shape[1])
    padding = [[0, 0], [1, 1], [1, 1], [0, 0]]
    kernels = tf.split(tf.transpose(weight, (2, 3, 1, 0)), 2, -1)
    blocks = zip(tf.split(x, 2, -1), kernels, strict=True)
    return tf.concat([tf.nn.conv2d_transpose(block, kernel, shape, 2, padding) for block, kernel in blocks], -1)


def conv_transpose2d_dilated(x, weight):
    """In float64 Keras' layer fails with a dilation on a CPU. At stride 1 a transposed convolution is a plain one: pad
    the image by (k - 1) * dilation, flip the kernel, and swap in and out."""
    padded = tf.pad(x, [[0, 0], [4, 4], [4, 4], [0, 0]])
    return keras.ops.conv(padded, tf.reverse(tf.transpose(weight, (2, 3, 0, 1)), (0, 1)), dilation_rate=2)


def conv_transpose3d():
    """As in two dimensions, with output_padding=1: crop the beginnings only."""
    return keras.Sequential([layers.Conv3DTranspose(3, 3, strides=2), layers.Cropping3D(((1, 0), (1, 0), (1, 0)))])
