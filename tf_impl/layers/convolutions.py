"""Convolutions that pad as PyTorch's do: a number of zeros at both ends of every axis.

differs: PyTorch pads a number of zeros at both ends; Keras' "same" as many as the output needs, the odd one at the end.
differs: PyTorch's weights and biases begin uniform within 1 / sqrt(fan in); Keras' Glorot uniform, the biases at 0.
"""

import keras
import tensorflow as tf


class _ZeroPadded:
    """A Keras convolution whose `padding` means what PyTorch's does (torch/nn/modules/conv.py, 2.13).

    `padding` is the number of zeros at both ends of every axis, or a tuple of one number per axis; "valid" is 0, and
    "same" keeps the lengths, at stride 1 only. `options` are any other arguments of the Keras layer, such as
    kernel_initializer, kernel_regularizer, activation, data_format, name and dtype.

    (N, ..., channels) becomes (N, ..., filters) in the compute dtype; a length L of the input becomes
    (L + 2 * padding - dilation_rate * (kernel_size - 1) - 1) // strides + 1.

    Raises ValueError for any other padding, for "same" with strides, and, as Keras does, for strides with dilation.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, ...],
        strides: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] | str = 0,
        dilation_rate: int | tuple[int, ...] = 1,
        groups: int = 1,
        use_bias: bool = True,
        **options,
    ):
        options |= {"dilation_rate": dilation_rate, "groups": groups, "use_bias": use_bias}
        super().__init__(filters, kernel_size, strides, "same" if padding == "same" else "valid", **options)
        if padding == "same" and max(self.strides) > 1:
            raise ValueError(f'padding="same" needs strides of 1, not {self.strides}: give the number of zeros instead')
        self.zeros = _per_axis(0 if padding in ("same", "valid") else padding, self.rank)

    def call(self, inputs):
        return super().call(tf.pad(inputs, self.paddings(len(inputs.shape))))

    def compute_output_shape(self, input_shape):
        ends = self.paddings(len(input_shape))
        padded = [length and length + 2 * zeros for length, (zeros, _) in zip(input_shape, ends, strict=True)]
        return super().compute_output_shape(tuple(padded))

    def paddings(self, dimensions: int) -> list[tuple[int, int]]:
        """The zeros before and after each of the input's axes."""
        behind = int(self.data_format == "channels_last")
        zeros = [0] * (dimensions - self.rank - behind) + list(self.zeros) + [0] * behind
        return [(each, each) for each in zeros]

    def get_config(self):
        return super().get_config() | {"padding": "same" if self.padding == "same" else self.zeros}


def _per_axis(padding, rank: int) -> tuple[int, ...]:
    """The number of zeros for each axis."""
    zeros = tuple(padding) if isinstance(padding, (list, tuple)) else (padding,) * rank
    if len(zeros) != rank or not all(isinstance(each, int) and each >= 0 for each in zeros):
        expected = f'a number of zeros, a tuple of {rank} of them, "valid" or "same"'
        raise ValueError(f"padding={padding!r} is not what a convolution over {rank} axes takes: give {expected}")
    return zeros


@keras.saving.register_keras_serializable(package="tf_impl")
class Conv1d(_ZeroPadded, keras.layers.Conv1D):
    """torch.nn.Conv1d over (N, length, channels)."""


@keras.saving.register_keras_serializable(package="tf_impl")
class Conv2d(_ZeroPadded, keras.layers.Conv2D):
    """torch.nn.Conv2d over (N, height, width, channels)."""


@keras.saving.register_keras_serializable(package="tf_impl")
class Conv3d(_ZeroPadded, keras.layers.Conv3D):
    """torch.nn.Conv3d over (N, depth, height, width, channels)."""
