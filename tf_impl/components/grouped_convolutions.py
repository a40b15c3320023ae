"""Grouped, depthwise and separable convolutions. Notice which axis of the kernel the channels are, and the biases."""

import keras
import tensorflow as tf
from keras import layers


def conv2d_grouped():
    """Both split the channels into contiguous blocks; PyTorch's weight is (out, in / groups, height, width). In float64
    on a CPU tf.nn.conv2d has no gradient for groups; Keras' layer has, because it compiles (XLA), which is slow outside
    a graph."""
    return layers.Conv2D(6, 3, groups=2)


def conv2d_grouped_by_splitting(x, weight):
    """A grouped convolution is one convolution per block of channels, concatenated: this needs no compiling, and takes
    a weight as PyTorch's state_dict holds it."""
    kernels = tf.split(tf.transpose(weight, (2, 3, 1, 0)), 2, -1)
    blocks = zip(tf.split(x, 2, -1), kernels, strict=True)
    return tf.concat([tf.nn.conv2d(block, kernel, 1, "VALID") for block, kernel in blocks], -1)


def conv1d_depthwise():
    """One filter per channel: groups=channels in PyTorch; Keras has a layer for it, with a kernel (k, in, 1)."""
    return layers.DepthwiseConv1D(3, padding="same")


def conv2d_depthwise():
    """PyTorch's weight is (in, 1, height, width), Keras' kernel (height, width, in, 1): the channels are its third
    axis, not its last."""
    return layers.DepthwiseConv2D((3, 5), padding="same")


def conv2d_depthwise_stride():
    """At stride 2 a depthwise convolution pads like any other: PyTorch at both ends, "same" on an even size at the end
    only. In float64 DepthwiseConv2D needs equal strides for height and width."""
    return keras.Sequential([layers.ZeroPadding2D(1), layers.DepthwiseConv2D(3, strides=2, use_bias=False)])


def conv2d_depthwise_multiplier():
    """Both order the outputs by input channel first, then by multiplier: there are in * multiplier of them."""
    return layers.DepthwiseConv2D(3, depth_multiplier=2)


def conv1d_separable():
    """PyTorch needs two layers, depthwise and pointwise. Keras' single layer has a bias only at its end."""
    return layers.SeparableConv1D(5, 3, padding="same")


def conv2d_separable():
    """Keras' SeparableConv2D has no bias between its two convolutions, so PyTorch's depthwise one needs bias=False. If
    it has a bias, write two layers in Keras too."""
    return layers.SeparableConv2D(5, 3, depth_multiplier=2)


def blur_with_fixed_kernel(x, kernel):
    """One kernel for every channel: PyTorch repeats it over the groups, (C, 1, height, width), TensorFlow over the
    channels of a depthwise kernel, (height, width, C, 1)."""
    padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT")
    return tf.nn.depthwise_conv2d(padded, tf.tile(kernel[:, :, None, None], (1, 1, 3, 1)), [1, 2, 2, 1], "VALID")
