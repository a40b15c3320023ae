"""Names, layouts, and the way there and back."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from compare.inputs import cases
from compare.inputs.arrays import generators, nudge
from tf_impl import weights as tf_weights
from tf_impl.models import cifar10_cnn as tf_cnn
from tf_impl.weights import layers as tf_layers
from torch_impl import weights as torch_weights
from torch_impl.models import cifar10_cnn as torch_cnn
from torch_impl.weights import layers as torch_layers

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
        read = {name: parameter.value() for name, parameter in weights.named_parameters(model).items()}
        assert read.keys() == arrays.keys()
        assert all(np.array_equal(read[name], arrays[name]) for name in arrays)


def test_both_models_have_the_same_layers_in_the_same_order(models):
    torch_model, tf_model = models
    assert list(torch_layers.named_layers(torch_model)) == list(tf_layers.named_layers(tf_model))


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


@pytest.mark.parametrize("side", [0, 1])
def test_buffers_are_loaded_where_they_are_given(side):
    torch_norm, tf_norm = torch.nn.BatchNorm1d(2), keras.layers.BatchNormalization()
    tf_norm.build((None, 2))
    weights, model = ((torch_weights, torch_norm), (tf_weights, tf_norm))[side]
    given = {"weight": np.array([1.0, 2]), "bias": np.array([3.0, 4]), "running_var": np.array([5.0, 6])}
    weights.load_weights(model, given)
    assert {name: list(buffer.value()) for name, buffer in weights.named_buffers(model).items()} == {
        "running_mean": [0, 0],
        "running_var": [5, 6],
    }
    with pytest.raises(ValueError, match=r"running_var.*\(2,\).*\(3,\)"):
        weights.load_weights(model, given | {"running_var": np.zeros(3)})


def test_a_variable_that_holds_two_tensors_is_set_one_at_a_time():
    layer = keras.layers.GRU(1)
    layer.build((None, None, 2))
    parameters = tf_weights.named_parameters(layer)
    parameters["bias_ih"].assign(np.array([1.0, 2, 3]))
    parameters["bias_hh"].assign(np.array([4.0, 5, 6]))
    # PyTorch's gates are reset, update, new; Keras' update, reset, new.
    np.testing.assert_array_equal(layer.cell.bias.numpy(), [[2, 1, 3], [5, 4, 6]])
    np.testing.assert_array_equal(parameters["bias_ih"].canonical(layer.cell.bias * 10), [10, 20, 30])


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


@pytest.mark.parametrize("half", ["bfloat16", "float16"])
def test_half_precision_becomes_float32_for_numpy_has_no_bfloat16(half):
    values = np.array([1.5, -2.0], np.float32)
    tensors = torch.tensor(values, dtype=getattr(torch, half)), tf.constant(values, half)
    for weights, tensor in zip((torch_weights, tf_weights), tensors, strict=True):
        assert weights.to_numpy(tensor).dtype == np.float32
        np.testing.assert_array_equal(weights.to_numpy(tensor), values)


@pytest.mark.parametrize("half", ["bfloat16", "float16"])
def test_a_weight_in_half_precision_knows_its_dtype_and_a_nudge_moves_it(half):
    layers = torch.nn.Linear(3, 2).to(getattr(torch, half)), keras.layers.Dense(2, dtype=half)
    layers[1].build((None, 3))
    for weights, layer in zip((torch_weights, tf_weights), layers, strict=True):
        parameter = max(weights.named_parameters(layer).values(), key=lambda one: len(one.shape))
        assert parameter.dtype == half
        before = parameter.value()
        parameter.assign(nudge({"w": before}, 0, half)["w"])
        assert parameter.value().dtype == np.float32
        assert (parameter.value() != before).all()


def test_sparse_gradients_become_dense_and_repeated_rows_add_up():
    table, x = torch.nn.Embedding(3, 2, sparse=True), [0, 2, 2]
    table(torch.tensor(x)).sum().backward()
    variable = tf.Variable(tf.zeros((3, 2), tf.float64))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.gather(variable, x))
    for weights, tensor in ((torch_weights, table.weight.grad), (tf_weights, tape.gradient(loss, variable))):
        np.testing.assert_array_equal(weights.to_numpy(tensor), [[1, 1], [0, 0], [2, 2]])
