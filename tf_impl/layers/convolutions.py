"""Convolutions that pad as PyTorch's do: so many zeros at both ends of every axis.

differs: PyTorch pads a number of zeros, at both ends alike; Keras' "same" what the output needs, the odd one behind.
"""

import keras
import tensorflow as tf


class Conv1d(keras.layers.Conv1D):
    """Conv1D over (N, length, channels) with `zeros` at both ends (torch/nn/modules/conv.py, 2.13: its padding)."""

    def __init__(self, filters: int, kernel_size: int, strides: int = 1, zeros: int = 0, use_bias: bool = True):
        super().__init__(filters, kernel_size, strides, use_bias=use_bias)
        self.zeros = zeros

    def call(self, inputs):
        return super().call(tf.pad(inputs, ((0, 0), (self.zeros, self.zeros), (0, 0))))


class Conv2d(keras.layers.Conv2D):
    """Conv2D over (N, height, width, channels) with `zeros` on every side (torch/nn/modules/conv.py, 2.13)."""

    def __init__(self, filters: int, kernel_size: int, strides: int = 1, zeros: int = 0, use_bias: bool = True):
        super().__init__(filters, kernel_size, strides, use_bias=use_bias)
        self.zeros = zeros

    def call(self, inputs):
        around = (self.zeros, self.zeros)
        return super().call(tf.pad(inputs, ((0, 0), around, around, (0, 0))))
