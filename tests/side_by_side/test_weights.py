"""Names, layouts, and the way there and back."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from compare import cases
from compare.case import generators
from tf_impl import weights as tf_weights
from tf_impl.models import cifar10_cnn as tf_cnn
from torch_impl import weights as torch_weights
from torch_impl.models import cifar10_cnn as torch_cnn

CASE = cases.load("cifar10_cnn")


@pytest.fixture
def models():
    torch_model, tf_model = torch_cnn.side(CASE.settings).model, tf_cnn.side(CASE.settings).model
    tf_model(tf.zeros((1, 32, 32, 3), tf.float64))
    return torch_model, tf_model


def test_weights_that_are_loaded_are_read_back_in_canonical_layout(models):
    arrays = CASE.weights(generators(3))
    for weights, model in zip((torch_weights, tf_weights), models, strict=True):
        weights.load_weights(model, arrays)
        read = {
            name: weights.to_numpy(variable).transpose(axes)
            for name, (variable, axes) in weights.named_parameters(model).items()
        }
        assert read.keys() == arrays.keys()
        assert all(np.array_equal(read[name], arrays[name]) for name in arrays)


def test_both_models_have_the_same_layers_in_the_same_order(models):
    torch_model, tf_model = models
    assert list(torch_weights.named_layers(torch_model)) == list(tf_weights.named_layers(tf_model))


def test_the_convolution_kernel_moves_its_axes_and_none_is_mixed_up(models):
    arrays = CASE.weights(generators(3))
    tf_weights.load_weights(models[1], arrays)
    kernel = models[1].conv2.kernel.numpy()
    assert kernel[2, 1, 5, 7] == arrays["conv2.weight"][7, 5, 2, 1]


@pytest.mark.parametrize("side", [0, 1])
def test_a_missing_weight_is_named(models, side):
    arrays = CASE.weights(generators(0))
    del arrays["fc1.bias"]
    with pytest.raises(ValueError, match=r"fc1\.bias"):
        (torch_weights, tf_weights)[side].load_weights(models[side], arrays)


@pytest.mark.parametrize("side", [0, 1])
def test_a_weight_of_another_shape_is_named_with_both_shapes(models, side):
    arrays = CASE.weights(generators(0)) | {"fc2.bias": np.zeros(11)}
    with pytest.raises(ValueError, match=r"fc2\.bias.*\(10,\).*\(11,\)"):
        (torch_weights, tf_weights)[side].load_weights(models[side], arrays)


def test_a_layer_without_a_rule_is_named():
    model = keras.Sequential([keras.layers.Dense(2), keras.layers.LayerNormalization(name="norm")])
    model(np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"norm.*LayerNormalization"):
        tf_weights.named_parameters(model)


def test_a_batch_of_images_changes_its_layout_and_comes_back():
    batch = {"x": np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5), "y": np.array([1, 2])}
    assert tuple(tf_weights.batch_from_canonical(batch, ("x",))["x"].shape) == (2, 4, 5, 3)
    assert tuple(torch_weights.batch_from_canonical(batch, ("x",))["x"].shape) == (2, 3, 4, 5)
    for weights in (torch_weights, tf_weights):
        back = weights.batch_to_canonical(weights.batch_from_canonical(batch, ("x",)), ("x",))
        assert all(np.array_equal(back[name], batch[name]) for name in batch)


def test_to_numpy_copies():
    tensor = torch.zeros(2)
    copied = torch_weights.to_numpy(tensor)
    tensor += 1
    assert not copied.any()
