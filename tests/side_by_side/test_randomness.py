"""What would be drawn at random is switched off on both sides, and nothing else."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from tensorflow.nn import dropout as tf_dropout
from torch.nn import functional
from torch.nn.functional import dropout as imported_dropout

from compare.inputs.side import Side
from tf_impl import randomness as tf_randomness
from torch_impl import randomness as torch_randomness


class OwnDropout(keras.layers.Dropout):
    """A user's subclass of a layer that draws."""


class Sampler(keras.Layer):
    """A user's layer whose rate has nothing to do with drawing."""

    def __init__(self):
        super().__init__()
        self.rate = 0.5


@pytest.mark.parametrize("make", [keras.layers.Dropout, keras.layers.SpatialDropout2D, OwnDropout])
def test_a_dropout_of_keras_is_switched_off_and_its_rate_told(make):
    layer = make(0.25, name="drop")
    assert tf_randomness.mute(keras.Sequential([layer])) == {"drop": {"p": 0.25}}
    assert layer.rate == 0


def test_a_dropout_inside_of_a_users_layer_is_told_by_its_own_path():
    block = keras.layers.Layer(name="block")
    block.drop_path = keras.layers.Dropout(0.25, noise_shape=(None, 1, 1))
    block.again = keras.layers.Dropout(0.5)
    expected = {"block.drop_path": {"p": 0.25}, "block.again": {"p": 0.5}}
    assert tf_randomness.mute(keras.Sequential([block])) == expected


def test_the_dropout_of_a_recurrent_layer_is_switched_off():
    model = keras.Sequential([keras.layers.LSTM(2, dropout=0.5, name="lstm")])
    assert tf_randomness.mute(model) == {"lstm": {"input dropout": 0.5}}


def test_a_rate_of_a_users_own_layer_stays():
    model = keras.Model()
    model.sampler = Sampler()
    assert tf_randomness.mute(model) == {}
    assert model.sampler.rate == 0.5


def test_a_dropout_of_pytorch_is_switched_off_and_other_numbers_called_p_are_not():
    class Power(torch.nn.Module):
        p = 2.0

    model = torch.nn.Sequential(torch.nn.Dropout(0.25), Power(), torch.nn.LSTM(2, 2, 2, dropout=0.5))
    assert torch_randomness.mute(model) == {"0": {"p": 0.25}, "2": {"dropout between layers": 0.5}}
    assert model[1].p == 2.0


def test_one_recurrent_layer_of_pytorch_drops_nothing_whatever_its_rate():
    with pytest.warns(UserWarning, match="non-zero dropout"):
        model = torch.nn.Sequential(torch.nn.LSTM(2, 2, dropout=0.5))
    assert torch_randomness.mute(model) == {}


def test_every_rate_is_told_by_the_name_of_its_setting():
    cell = keras.layers.GRU(2, dropout=0.5, recurrent_dropout=0.25)
    model = keras.Sequential([keras.layers.Bidirectional(cell, name="both")])
    assert tf_randomness.mute(model) == {"both": {"input dropout": 0.5, "recurrent dropout": 0.25}}
    assert torch_randomness.mute(torch.nn.ModuleList([torch.nn.MultiheadAttention(2, 1, 0.125)])) == {
        "0": {"dropout": 0.125}
    }


ONES = torch.ones(2, 3, 4)
TORCH_FUNCTIONS = [
    lambda: functional.dropout(ONES, 0.25),
    lambda: functional.dropout(ONES.clone(), 0.25, inplace=True),
    lambda: imported_dropout(ONES, 0.25),
    lambda: torch.dropout(ONES, 0.25, True),
    lambda: functional.dropout1d(ONES, 0.25),
    lambda: functional.dropout2d(ONES[None], 0.25),
    lambda: functional.dropout3d(ONES[None, None], 0.25),
    lambda: functional.alpha_dropout(ONES, 0.25, training=True),
    lambda: functional.feature_alpha_dropout(ONES, 0.25, training=True),
    lambda: functional.scaled_dot_product_attention(ONES, ONES, ONES, None, 0.25),
    lambda: functional.scaled_dot_product_attention(ONES, ONES, ONES, dropout_p=0.25),
]
TF_FUNCTIONS = [
    lambda: tf.nn.dropout(ONES.numpy(), 0.25),
    lambda: tf.nn.dropout(ONES.numpy(), tf.constant(0.25)),
    lambda: tf_dropout(ONES.numpy(), 0.25),
    lambda: tf.compat.v1.nn.dropout(ONES.numpy(), rate=0.25),
    lambda: keras.random.dropout(ONES.numpy(), 0.25),
    lambda: tf.nn.experimental.stateless_dropout(ONES.numpy(), 0.25, seed=[1, 2]),
    lambda: tf.nn.experimental.general_dropout(ONES.numpy(), 0.25, uniform_sampler=tf.random.uniform),
]


@pytest.mark.parametrize(
    ("side", "function"),
    [(torch_randomness, each) for each in TORCH_FUNCTIONS] + [(tf_randomness, each) for each in TF_FUNCTIONS],
)
def test_a_function_of_dropout_is_switched_off_however_it_was_imported_and_its_rate_told(side, function):
    with side.switched_off() as calls:
        calls.start()
        assert (np.asarray(function()) == 1).all()
        calls.stop()
    assert calls.rates == [pytest.approx(0.25)]


@pytest.mark.parametrize(
    "function", [lambda: functional.dropout(torch.ones(1000)), lambda: tf.nn.dropout(np.ones(1000), 0.5)]
)
def test_outside_of_a_port_functions_drop_as_ever(function):
    with torch_randomness.switched_off(), tf_randomness.switched_off():
        pass
    assert {0.0, 2.0} == set(np.unique(function()))


def test_what_drops_nothing_is_not_counted():
    with torch_randomness.switched_off() as calls:
        calls.start()
        functional.dropout(ONES, 0.5, training=False)
        functional.dropout(ONES, 0.0)
        functional.scaled_dot_product_attention(ONES, ONES, ONES)
        calls.stop()
    assert calls.rates == []


class DropPath(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.drop_prob = 0.5


class StochasticDepth(keras.Layer):
    def __init__(self):
        super().__init__()
        self.keep_prob = 0.75


def test_a_users_own_layer_whose_name_says_that_it_drops_is_switched_off():
    model = torch.nn.Sequential(DropPath())
    assert torch_randomness.mute(model) == {"0": {"p": 0.5}}
    assert model[0].drop_prob == 0
    own = keras.Model()
    own.depth = StochasticDepth()
    assert tf_randomness.mute(own) == {"depth": {"p": 0.25}}
    assert own.depth.keep_prob == 1


def drop_path(x, p):
    """As timm and torchvision write it."""
    kept = 1 - p
    return x * x.new_empty(len(x), 1, 1).bernoulli_(kept).div_(kept)


def dropped_by_mask(x, p):
    return x * torch.bernoulli(torch.full_like(x, 1 - p)) / (1 - p)


@pytest.mark.parametrize("function", [drop_path, dropped_by_mask])
def test_a_mask_that_a_function_samples_to_drop_is_what_it_is_on_average(function):
    with torch_randomness.switched_off() as calls:
        calls.start()
        np.testing.assert_allclose(function(ONES, 0.25), ONES)
        calls.stop()
    assert calls.rates == [pytest.approx(0.25)]


def test_any_other_sample_stays_one():
    with torch_randomness.switched_off():
        sampled = torch.bernoulli(torch.full((1000,), 0.5)) + torch.empty(1000).bernoulli_()
    assert set(sampled.tolist()) == {0.0, 1.0, 2.0}


def test_a_step_made_again_begins_with_the_same_weights_and_other_random_numbers():
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(layer.parameters())
    before = layer.weight.detach().clone()
    restart = torch_randomness.restart(Side(layer, None, optimizer))
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    restart()
    assert torch.equal(layer.weight, before)
    assert optimizer.state_dict()["state"] == {}


def test_a_layer_of_keras_begins_with_the_same_weights_and_other_random_numbers():
    layer = keras.layers.GaussianNoise(0.5)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2), layer])
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    restart = tf_randomness.restart(Side(model, None, optimizer))
    before = model.get_weights()
    sampled = []
    for _ in range(2):
        sampled.append(model(tf.ones((4, 2)), training=True).numpy())
        optimizer.apply([tf.ones_like(each) for each in model.trainable_variables])
        restart()
        assert int(optimizer.iterations) == 0
        for value, own in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(value, own)
    assert (sampled[0] != sampled[1]).all()


def test_a_new_seed_gives_other_numbers_whatever_seed_a_user_has_set():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5, seed=1)])
    torch_side, tf_side = Side(torch.nn.Linear(1, 1), None, None), Side(model, None, None)
    drawn = {"torch": [], "layer": [], "tf": []}
    for seed in (1, 2, 1):
        torch.manual_seed(0)
        tf.random.set_seed(0)
        torch_randomness.reseed(torch_side, seed)
        tf_randomness.reseed(tf_side, seed)
        drawn["torch"].append(torch.rand(8).tolist())
        drawn["layer"].append(model(np.ones((1, 8)), training=True).numpy().tolist())
        drawn["tf"].append(tf.random.uniform([8]).numpy().tolist())
    for one, other, again in drawn.values():
        assert one == again != other
