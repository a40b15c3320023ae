"""Batch norms of tf_impl/layers against PyTorch's: averages, dimensions, batches of one, masks, half precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch import nn

from compare.judging.settings import compare_settings, differences
from tf_impl.layers import BatchNorm1d, BatchNorm2d, BatchNorm3d
from tf_impl.settings import describe as describe_tf
from torch_impl.settings import describe as describe_torch

RNG = np.random.default_rng(9)


def test_in_half_precision_batch_statistics_are_those_of_float32():
    # The sum of the squares is above float16's largest number, 65504.
    x = (100 + 10 * RNG.normal(size=(64, 3))).astype(np.float16)
    layer = BatchNorm1d(momentum=1.0, dtype="mixed_float16")
    assert layer(x, training=True).dtype == tf.float16
    exact = x.astype(np.float64)
    np.testing.assert_allclose(layer.moving_mean, exact.mean(0), rtol=1e-6)
    np.testing.assert_allclose(layer.moving_variance, exact.var(0, ddof=1), rtol=1e-5)


def test_without_a_momentum_the_running_statistics_are_the_average_of_all_batches_as_pytorchs():
    theirs, layer = nn.BatchNorm1d(3, momentum=None), BatchNorm1d(momentum=None)
    batches = RNG.normal(2, 3, size=(4, 6, 3))
    for each in batches:
        theirs(torch.tensor(each))
        layer(tf.constant(each), training=True)
    np.testing.assert_allclose(layer.moving_mean, batches.mean((0, 1)), rtol=1e-13)
    np.testing.assert_allclose(layer.moving_variance, batches.var(1, ddof=1).mean(0), rtol=1e-13)
    np.testing.assert_allclose(layer.moving_variance, theirs.running_var, rtol=1e-13)


def test_without_running_statistics_evaluation_normalises_by_the_batch_and_there_are_no_buffers():
    theirs, layer = nn.BatchNorm1d(3, track_running_stats=False).eval(), BatchNorm1d(track_running_stats=False)
    x = RNG.normal(2, 3, size=(6, 3))
    np.testing.assert_allclose(layer(tf.constant(x)), theirs(torch.tensor(x)).detach(), rtol=1e-12, atol=1e-13)
    assert [variable.name for variable in layer.weights] == ["gamma", "beta"]


DIMENSIONS = [(nn.BatchNorm1d, BatchNorm1d), (nn.BatchNorm2d, BatchNorm2d), (nn.BatchNorm3d, BatchNorm3d)]


def built(layer):
    layer.build((2,) * layer.DIMENSIONS[0])
    return layer


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize(("torch_class", "tf_class"), DIMENSIONS)
def test_a_batch_norm_takes_the_dimensions_that_pytorchs_takes(torch_class, tf_class, number):
    x = np.ones((2,) * number)
    layer = tf_class()
    try:
        torch_class(2)(torch.tensor(x))
    except ValueError:
        for call in (lambda: layer(tf.constant(x)), lambda: layer(keras.Input(x.shape[1:])), lambda: built(layer)(x)):
            with pytest.raises(ValueError, match=r"expected .*D input"):
                call()
    else:
        assert layer(tf.constant(x)).shape == x.shape


def test_one_layer_takes_features_and_sequences_as_pytorchs_does():
    layer = BatchNorm1d()
    assert layer(tf.ones((4, 3))).shape == (4, 3)
    assert layer(tf.ones((4, 5, 3))).shape == (4, 5, 3)


REFUSED = "Expected more than 1 value per channel when training"


@pytest.mark.parametrize("shape", [(1, 3), (1, 1, 3)])
def test_training_on_one_value_a_channel_is_refused_as_in_pytorch_and_evaluation_is_not(shape):
    with pytest.raises(ValueError, match=REFUSED):
        nn.BatchNorm1d(3)(torch.ones(shape).moveaxis(-1, 1))
    layer, x = BatchNorm1d(), tf.ones(shape)
    with pytest.raises(ValueError, match=REFUSED):
        layer(x, training=True)
    with pytest.raises(ValueError, match=REFUSED):
        tf.function(layer)(x, training=True)
    np.testing.assert_array_equal(layer.moving_variance, np.ones(3))
    assert layer(x).shape == shape


def test_a_graph_that_does_not_know_the_size_of_the_batch_refuses_one_value_when_it_comes():
    layer = BatchNorm1d()
    train = tf.function(lambda x: layer(x, training=True), input_signature=[tf.TensorSpec((None, 3), tf.float64)])
    assert train(tf.ones((2, 3), tf.float64)).shape == (2, 3)
    kept = layer.get_weights()
    with pytest.raises(tf.errors.InvalidArgumentError, match=REFUSED):
        train(tf.ones((1, 3), tf.float64))
    for one, other in zip(layer.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_mask_that_leaves_one_value_is_refused_like_a_batch_of_one():
    with pytest.raises(ValueError, match=REFUSED):
        BatchNorm1d()(tf.ones((1, 2, 3)), training=True, mask=tf.constant([[True, False]]))


@pytest.mark.parametrize("name", ["axis", "synchronized", "renorm"])
def test_what_pytorchs_has_not_is_not_ignored(name):
    with pytest.raises((TypeError, ValueError), match=name):
        BatchNorm1d(**{name: True})


def test_steps_that_a_mask_leaves_out_count_in_no_statistic():
    x, mask = RNG.normal(2, 3, size=(4, 5, 3)), np.arange(5) < np.array([5, 2, 3, 1])[:, None]
    masked, plain = BatchNorm1d(momentum=0.3), BatchNorm1d(momentum=0.3)
    hidden = np.where(mask[..., None], x, np.nan)  # nothing of it is read
    output = masked(tf.constant(hidden), training=True, mask=tf.constant(mask)).numpy()
    expected = plain(tf.constant(x[mask]), training=True).numpy()
    np.testing.assert_allclose(output[mask], expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(masked.moving_mean, plain.moving_mean, rtol=1e-13)
    np.testing.assert_allclose(masked.moving_variance, plain.moving_variance, rtol=1e-13)


def test_a_mask_that_keras_hands_on_reaches_the_batch_norm():
    x = RNG.normal(2, 3, size=(4, 5, 3))
    x[2, 3:] = 0
    layer = BatchNorm1d(momentum=1.0)
    keras.Sequential([keras.layers.Masking(), layer])(tf.constant(x), training=True)
    real = x[np.any(x != 0, -1)]
    assert len(real) == 18
    np.testing.assert_allclose(layer.moving_mean, real.mean(0), rtol=1e-13)


def described(theirs, ours):
    """What differs between the two layers, setting by setting."""
    rows = compare_settings(describe_torch(theirs, None), describe_tf(built(ours), None), {"": ""})
    assert {"momentum", "track_running_stats"} <= {row.setting for row in rows if row.subject == ""}
    return [(row.setting, row.torch, row.tf) for row in differences(rows) if row.subject == ""]


@pytest.mark.parametrize("settings", [{"momentum": None}, {"momentum": 0.05}, {"affine": False}])
def test_a_batch_norm_is_described_as_pytorchs_is(settings):
    assert described(nn.BatchNorm1d(2, **settings), BatchNorm1d(**settings)) == []


def test_a_batch_norm_that_is_set_otherwise_is_described_as_different():
    assert described(nn.BatchNorm1d(2), BatchNorm1d(None)) == [("momentum", 0.1, None)]
    expected = [("track_running_stats", True, False)]
    assert described(nn.BatchNorm1d(2), BatchNorm1d(track_running_stats=False)) == expected
