"""Layers of Keras' with what pads or crops around them give what PyTorch's layers give."""

import ast

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn

from compare.judging.causes.code import Code
from compare.judging.causes.conventions import order_of_pixels, width_of_responses
from compare.judging.causes.passage import Passage
from compare.judging.causes.wrapped import wrapped_alike
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS
from torch_impl.settings.layers import layer_settings

IMAGES = np.random.default_rng(0).normal(size=(2, 4, 7, 7)).astype("float32")
NAMES = {"tf": tf, "keras": keras, "layers": keras.layers}


def passage(text):
    code = Code("port.py", f"import keras\nimport tensorflow as tf\ny = {text}\n")
    return Passage(code, code.tree.body[-1])


def last_first(images):
    return tf.transpose(images, (0, 2, 3, 1))


def given_back(images):
    return np.transpose(images, (0, 3, 1, 2))


def beside(torch_layer, text):
    """Keras' layer of a text, wrapped by the settings of PyTorch's."""
    settings = layer_settings(torch_layer)
    rows = [SettingRow("x", "Layer", name, value, "other", DIFFERS, "") for name, value in settings.items()]
    apart = [row for row in rows if row.setting in ("padding", "count_include_pad", "ceil_mode", "output_padding")]
    found = passage(text)
    [rewrite] = wrapped_alike(found, found.statement.value, apart, rows)
    return eval(rewrite.new, NAMES)


@pytest.mark.parametrize(
    ("torch_layer", "text"),
    [
        (nn.MaxPool2d(3, 2, padding=1), "layers.MaxPooling2D(3, 2, padding='same')"),
        (nn.MaxPool2d(3, 2, ceil_mode=True), "layers.MaxPooling2D(3, 2)"),
        (nn.MaxPool2d(2, 2, ceil_mode=True), "layers.MaxPooling2D(2)"),
        (nn.AvgPool2d(3, 2, padding=1), "layers.AveragePooling2D(3, 2, padding='same')"),
        (nn.AvgPool2d(2, 2, padding=1, count_include_pad=False), "layers.AveragePooling2D(2, padding='same')"),
    ],
)
def test_a_pooling_pads_as_pytorchs(torch_layer, text):
    wanted = torch_layer(torch.tensor(IMAGES))
    np.testing.assert_allclose(given_back(beside(torch_layer, text)(last_first(IMAGES))), wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("torch_layer", "text"),
    [
        (nn.Conv2d(4, 3, 3, stride=2, padding=1), "layers.Conv2D(3, 3, 2, padding='same')"),
        (nn.Conv2d(4, 3, 3, padding=1, padding_mode="reflect"), "layers.Conv2D(3, 3, padding='same')"),
        (nn.Conv2d(4, 3, 3, padding=1, padding_mode="replicate"), "layers.Conv2D(3, 3, padding='same')"),
        (nn.ConvTranspose2d(4, 3, 3, 2, 1, output_padding=1), "layers.Conv2DTranspose(3, 3, 2, padding='same')"),
        (nn.ConvTranspose2d(4, 3, 4, 2, 1), "layers.Conv2DTranspose(3, 4, 2, padding='same')"),
    ],
)
def test_a_convolution_pads_or_crops_as_pytorchs(torch_layer, text):
    wanted = torch_layer(torch.tensor(IMAGES)).detach().numpy()
    layer = beside(torch_layer, text)
    layer(last_first(IMAGES))
    kernel = torch_layer.weight.detach().numpy()  # (out, in, ...); of a transposed one (in, out, ...), in Keras' order
    layer.set_weights([np.transpose(kernel, (2, 3, 1, 0)), torch_layer.bias.detach().numpy()])
    np.testing.assert_allclose(given_back(layer(last_first(IMAGES))), wanted, rtol=1e-4, atol=1e-6)


def rewritten(rule, text):
    found = passage(text)
    return next(rule(found)).new


@pytest.mark.parametrize(
    ("torch_layer", "rule", "text"),
    [
        (nn.PixelShuffle(2), order_of_pixels, "tf.nn.depth_to_space(x, 2)"),
        (nn.LocalResponseNorm(3, alpha=0.5, k=2), width_of_responses, "tf.nn.lrn(x, 3, 2.0, 0.5, 0.75)"),
    ],
)
def test_a_function_of_another_convention_gives_what_pytorchs_layer_gives(torch_layer, rule, text):
    wanted = torch_layer(torch.tensor(IMAGES))
    x = last_first(IMAGES)
    np.testing.assert_allclose(given_back(eval(rewritten(rule, text), {**NAMES, "x": x})), wanted, rtol=1e-5)


def test_pixels_are_taken_back_into_channels_as_pytorch_does():
    images = IMAGES[:, :, :6, :6]
    wanted = nn.PixelUnshuffle(2)(torch.tensor(images))
    text = rewritten(order_of_pixels, "tf.nn.space_to_depth(x, 2)")
    assert isinstance(ast.parse(text, mode="eval").body, ast.Call)
    np.testing.assert_array_equal(given_back(eval(text, {**NAMES, "x": last_first(images)})), wanted)
