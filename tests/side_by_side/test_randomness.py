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
    assert tf_randomness.mute(keras.Sequential([layer])) == {"drop": 0.25}
    assert layer.rate == 0


def test_the_dropout_of_a_recurrent_layer_is_switched_off():
    model = keras.Sequential([keras.layers.LSTM(2, dropout=0.5, name="lstm")])
    assert tf_randomness.mute(model) == {"lstm": 0.5}


def test_a_rate_of_a_users_own_layer_stays():
    model = keras.Model()
    model.sampler = Sampler()
    assert tf_randomness.mute(model) == {}
    assert model.sampler.rate == 0.5


def test_a_dropout_of_pytorch_is_switched_off_and_other_numbers_called_p_are_not():
    class Power(torch.nn.Module):
        p = 2.0

    model = torch.nn.Sequential(torch.nn.Dropout(0.25), Power(), torch.nn.LSTM(2, 2, 2, dropout=0.5))
    assert torch_randomness.mute(model) == {"0": 0.25, "2": 0.5}
    assert model[1].p == 2.0
