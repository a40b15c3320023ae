"""The arguments of Keras' classes come in the order in which calls of them are rewritten."""

from inspect import signature

import keras
import pytest

from compare.judging.causes.keras_arguments import ACTIVATIONS, POSITIONS


@pytest.mark.parametrize("name", POSITIONS)
def test_positions_are_those_of_keras(name):
    kind = getattr(keras.layers, name, None) or getattr(keras.optimizers, name)
    assert tuple(signature(kind).parameters)[: len(POSITIONS[name])] == POSITIONS[name]


def test_keras_knows_the_activations():
    assert all(keras.activations.get(name) for name in ACTIVATIONS.values())
