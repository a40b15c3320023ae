"""What our optimizers remember is what PyTorch's remember, by PyTorch's names and in its layout."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import layers
from torch import nn

from tests.side_by_side.test_optimizers import CASES, in_keras_words
from tf_impl import optimizers as tf_optimizers
from tf_impl.weights.state import SLOTS
from tf_impl.weights.state import optimizer_state as tf_state
from torch_impl import optimizers as torch_optimizers
from torch_impl.weights.state import optimizer_state as torch_state

FACTORS = {"weight row_var", "weight col_var"}  # Adafactor's, of the rows and columns of either layout


def step_both(name, settings, steps=3):
    torch_model, tf_model = nn.Linear(3, 2), keras.Sequential([layers.Input((3,)), layers.Dense(2)])
    kernel, bias = np.random.default_rng(0).normal(size=(3, 2)), np.ones(2)
    tf_model.set_weights([kernel, bias])
    with torch.no_grad():
        torch_model.weight.copy_(torch.tensor(kernel.T))
        torch_model.bias.copy_(torch.tensor(bias))
    torch_optimizer = getattr(torch_optimizers, name)(torch_model.parameters(), lr=0.05, **settings)
    tf_optimizer = getattr(tf_optimizers, name)(0.05, **in_keras_words(settings))
    for step in range(steps):
        of_kernel, of_bias = np.cos(kernel + step), np.sin(bias + step)
        torch_model.weight.grad, torch_model.bias.grad = torch.tensor(of_kernel.T), torch.tensor(of_bias)
        torch_optimizer.step()
        gradients = tf.constant(of_kernel), tf.constant(of_bias)
        tf_optimizer.apply_gradients(zip(gradients, tf_model.trainable_variables, strict=True))
    return torch_state(torch_optimizer, torch_model), tf_state(tf_optimizer, tf_model)


@pytest.mark.parametrize("case", CASES)
def test_the_state_of_each_is_the_same_on_both_sides(case):
    expected, found = step_both(*CASES[case])
    in_torch = {entry.partition(".")[2] or entry: array for entry, array in expected.items()}
    in_tf = {entry.partition(".")[2] or entry: array for entry, array in found.items()}
    assert set(in_torch) - FACTORS == set(in_tf)
    for entry, array in in_tf.items():
        np.testing.assert_allclose(array, in_torch[entry], rtol=1e-13, atol=1e-300, err_msg=entry)


def test_every_optimizer_of_ours_has_its_slots():
    ours = [getattr(tf_optimizers, name) for name in tf_optimizers.__all__ if name != "Optimizer"]
    assert [each for each in ours if not any(base in SLOTS for base in each.__mro__)] == []
