"""Convolutions of tf_impl/layers against PyTorch's: values, gradients, and what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn

from compare.judging.settings import compare_settings, differences
from tf_impl.layers import Conv1d, Conv2d, Conv3d
from tf_impl.settings import describe as describe_tf
from torch_impl.settings import describe as describe_torch

RNG = np.random.default_rng(8)

CONVOLUTIONS = [
    (nn.Conv1d, Conv1d, (11,), {"stride": 3, "padding": 2}),
    (nn.Conv1d, Conv1d, (11,), {"padding": (3,), "dilation": 2}),
    (nn.Conv1d, Conv1d, (8,), {"padding": "same"}),
    (nn.Conv2d, Conv2d, (7, 8), {"stride": (2, 1), "padding": (0, 2)}),
    (nn.Conv2d, Conv2d, (7, 8), {"padding": 1, "groups": 2}),
    (nn.Conv2d, Conv2d, (7, 8), {"padding": "valid", "bias": False}),
    (nn.Conv3d, Conv3d, (5, 4, 6), {"stride": 2, "padding": (2, 1, 0)}),
]
IN_KERAS_WORDS = {"stride": "strides", "dilation": "dilation_rate", "bias": "use_bias"}


def in_keras_words(settings):
    return {IN_KERAS_WORDS.get(name, name): value for name, value in settings.items()}


@pytest.mark.parametrize(("torch_class", "tf_class", "lengths", "settings"), CONVOLUTIONS)
def test_a_convolution_computes_what_pytorchs_does_and_so_does_its_gradient(torch_class, tf_class, lengths, settings):
    torch_layer = torch_class(4, 6, 3, **settings)
    layer = tf_class(6, 3, **in_keras_words(settings))
    x = RNG.normal(size=(2, 4, *lengths))
    y = tf.constant(np.moveaxis(x, 1, -1))
    layer.build(y.shape)
    # (out, in, ...) to (..., in, out)
    weights = [torch_layer.weight.detach().numpy().transpose(*range(2, x.ndim), 1, 0)]
    layer.set_weights(weights + ([torch_layer.bias.detach().numpy()] if layer.use_bias else []))
    one = torch_layer(torch.tensor(x))
    cotangent = RNG.normal(size=one.shape)
    (one * torch.tensor(cotangent)).sum().backward()
    with tf.GradientTape() as tape:
        other = layer(y)
        total = tf.reduce_sum(other * np.moveaxis(cotangent, 1, -1))
    np.testing.assert_allclose(np.moveaxis(other.numpy(), -1, 1), one.detach().numpy(), rtol=1e-12, atol=1e-13)
    gradient = tape.gradient(total, layer.kernel.value).numpy().transpose(x.ndim - 1, x.ndim - 2, *range(x.ndim - 2))
    np.testing.assert_allclose(gradient, torch_layer.weight.grad.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("torch_class", "tf_class", "lengths", "settings"), CONVOLUTIONS)
def test_a_convolution_is_described_as_pytorchs_is(torch_class, tf_class, lengths, settings):
    theirs, ours = torch_class(4, 6, 3, **settings), tf_class(6, 3, **in_keras_words(settings))
    ours.build((2, *lengths, 4))
    rows = compare_settings(describe_torch(theirs, None), describe_tf(ours, None), {"": ""})
    assert {"padding", "kernel_size"} <= {row.setting for row in rows if row.subject == ""}
    assert not [row for row in differences(rows) if row.subject == ""]


def test_another_padding_is_described_as_different():
    theirs, ours = nn.Conv2d(4, 6, 3, padding=(1, 2)), Conv2d(6, 3, padding=(2, 1))
    ours.build((2, 7, 8, 4))
    rows = differences(compare_settings(describe_torch(theirs, None), describe_tf(ours, None), {"": ""}))
    assert [(row.setting, row.torch, row.tf) for row in rows if row.subject == ""] == [("padding", [1, 2], [2, 1])]


@pytest.mark.parametrize("padding", [-1, 1.5, (1, 2, 3), (1, -1), "causal", None])
def test_a_padding_that_pytorch_does_not_know_is_refused_by_its_value(padding):
    with pytest.raises(ValueError, match="padding=") as error:
        Conv2d(4, 3, padding=padding)
    assert repr(padding) in str(error.value)


def test_same_with_strides_is_refused_as_in_pytorch():
    with pytest.raises(ValueError, match="strided"):
        nn.Conv2d(3, 4, 3, stride=2, padding="same")
    with pytest.raises(ValueError, match=r"strides of 1, not \(2, 2\)"):
        Conv2d(4, 3, 2, padding="same")


def test_channels_first_pads_the_other_axes():
    layer = Conv2d(4, 3, padding=(1, 2), data_format="channels_first")
    assert layer(keras.Input((3, 6, 8))).shape == (None, 4, 6, 10)
    assert layer.paddings(4) == [(0, 0), (0, 0), (1, 1), (2, 2)]
