"""A padding given as PyTorch's numbers computes what PyTorch computes with them; where none is given, none does."""

import itertools

import keras
import numpy as np
import pytest
import torch
from keras import layers
from torch import nn

from compare.traces.settings.padding import UNEVEN
from tf_impl.settings.padding import convolution_padding, pooling_padding

SIZES, WINDOWS, STRIDES = (7, 8), (1, 2, 3, 4, 5), (1, 2, 3)
CASES = list(itertools.product(SIZES, WINDOWS, STRIDES, ("valid", "same")))


def image(size):
    return np.random.default_rng(size).normal(size=(1, 2, size, size))


def tf_output(layer, x):
    return np.moveaxis(layer(np.moveaxis(x, 1, -1)).numpy(), -1, 1)


def torch_output(layer, kernel, x):
    """What the torch layer makes of `x`, or nothing where it refuses."""
    try:
        if kernel is not None:
            layer.weight.data = torch.from_numpy(np.transpose(kernel, (3, 2, 0, 1)).copy())
        return layer(torch.from_numpy(x)).detach().numpy()
    except RuntimeError:
        return np.zeros(())


def same(left, right):
    return left.shape == right.shape and np.allclose(left, right, rtol=0, atol=1e-12)


def settled(padding, candidates, make, target, kernel, x):
    """Whether numbers fit, or whether nothing that PyTorch can be told fits."""
    if padding != UNEVEN:
        return same(torch_output(make(padding), kernel, x), target)
    return not any(same(torch_output(make([each] * 2), kernel, x), target) for each in candidates)


@pytest.mark.parametrize(("size", "window", "stride", "padding"), CASES)
def test_the_padding_of_a_convolution(size, window, stride, padding):
    x, layer = image(size), layers.Conv2D(3, window, stride, padding=padding, use_bias=False)
    target = tf_output(layer, x)
    make = lambda number: nn.Conv2d(2, 3, window, stride, padding=number, bias=False)  # noqa: E731
    told = convolution_padding(layer, None)["padding"]
    assert settled(told, range(window), make, target, layer.kernel.numpy(), x)


@pytest.mark.parametrize(("size", "window", "stride", "padding"), CASES)
def test_the_padding_of_a_transposed_convolution(size, window, stride, padding):
    x, layer = image(size), layers.Conv2DTranspose(3, window, stride, padding=padding, use_bias=False)
    target = tf_output(layer, x)
    told = convolution_padding(layer, None)
    extras = range(stride) if told["padding"] == UNEVEN else [told["output_padding"]]
    for extra in extras:
        make = lambda number, extra=extra: nn.ConvTranspose2d(  # noqa: E731
            2, 3, window, stride, padding=number, output_padding=extra, bias=False
        )
        assert settled(told["padding"], range(window), make, target, layer.kernel.numpy(), x)


@pytest.mark.parametrize(("size", "window", "stride", "padding"), CASES)
@pytest.mark.parametrize("mean", [False, True])
def test_the_padding_of_a_pooling(size, window, stride, padding, mean):
    x = image(size)
    layer = (layers.AveragePooling2D if mean else layers.MaxPooling2D)(window, stride, padding=padding)
    inputs = keras.Input((size, size, 2))
    keras.Model(inputs, layer(inputs))
    target, told = tf_output(layer, x), pooling_padding(layer, None)
    counted = {"count_include_pad": told.get("count_include_pad", True)} if mean else {}
    make = lambda number: (nn.AvgPool2d if mean else nn.MaxPool2d)(window, stride, number, **counted)  # noqa: E731
    assert settled(told["padding"], range(window // 2 + 1), make, target, None, x)
