"""Layers of either Keras are told by the names of their classes; a class of the user's own by that of its base."""

import keras
import pytest
import tensorflow as tf
from keras import layers

from tf_impl import keras_versions
from tf_impl.layers import LSTM
from tf_impl.weights.kinds import kind


def of_version_2(name, *bases, **own):
    """An object of a class of that name, as tf_keras has it: its module says so."""
    return type(name, bases or (tf.Module,), {"__module__": "tf_keras.src.layers", **own})()


class Dense:
    """A user's own: Keras' name alone says nothing."""


class Denser(layers.Dense):
    pass


LAYER = type(of_version_2("Layer"))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.Dense(2), True),
        (Denser(2), True),
        (of_version_2("Dense", LAYER), True),
        (type("Own", (type(of_version_2("Dense", LAYER)),), {})(), True),
        (Dense(), False),
        (layers.ReLU(), False),
    ],
)
def test_a_dense_layer_of_either_keras_is_one_and_another_class_of_its_name_is_not(layer, expected):
    assert keras_versions.like(layer, "Dense") is expected
    assert (kind(layer) == "Linear") is expected


def test_layers_models_optimizers_and_schedules_are_known_by_what_they_derive_from():
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 10)
    assert [keras_versions.is_layer(one) for one in (keras.Model(), of_version_2("Dense", LAYER), tf.Module())] == [
        True, True, False,
    ]  # fmt: skip
    assert keras_versions.is_optimizer(keras.optimizers.Adam())
    assert keras_versions.is_optimizer(of_version_2("Adam", type(of_version_2("Optimizer"))))
    assert not keras_versions.is_optimizer(of_version_2("Adam", type(of_version_2("OptimizerV2"))))
    assert (keras_versions.is_schedule(schedule), keras_versions.is_schedule(0.1)) == (True, False)


def test_the_version_is_that_of_the_base_class():
    own = type("Own", (type(of_version_2("Dense", LAYER)),), {})()
    assert [keras_versions.is_of_version_2(one) for one in (own, Denser(2), tf.Module())] == [True, False, False]


def test_an_axis_that_is_written_as_a_list_is_that_axis():
    axes = [layers.BatchNormalization(axis=1), of_version_2("B", axis=[3]), of_version_2("B", axis=[1, 2])]
    assert [keras_versions.axis_of(layer) for layer in axes] == [1, 3, [1, 2]]


def test_recurrent_layers_of_our_own_keep_their_kind():
    assert kind(LSTM(2, 3)) == "LSTM"
