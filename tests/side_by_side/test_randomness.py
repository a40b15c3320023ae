"""What would be drawn at random is switched off on both sides, and nothing else."""

import keras
import pytest
import torch

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
