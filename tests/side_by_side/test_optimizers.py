"""Each optimizer, on both sides, against its formula in NumPy over 50 steps."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from tf_impl import optimizers as tf_optimizers

STEPS = 50
START = np.array([1.0, -2.0, 0.5])
GRADIENTS = np.random.default_rng(0).normal(size=(STEPS, 3)) * np.array([1, 1e-4, 1e-8])


def sgd(learning_rate=0.1):
    return START - learning_rate * GRADIENTS.sum(0)


def adam(learning_rate=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Kingma and Ba, algorithm 1, epsilon added to the corrected root."""
    weight, m, v = START.copy(), np.zeros(3), np.zeros(3)
    for t, gradient in enumerate(GRADIENTS, 1):
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        weight -= learning_rate * (m / (1 - beta_1**t)) / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
    return weight


def train_torch(make):
    weight = torch.nn.Parameter(torch.tensor(START))
    optimizer = make([weight])
    for gradient in GRADIENTS:
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
    return weight.detach().numpy()


def train_tf(optimizer):
    weight = keras.Variable(START)
    for gradient in GRADIENTS:
        optimizer.apply_gradients([(tf.constant(gradient), weight)])
    return weight.numpy()


def test_sgd_follows_its_formula_on_both_sides():
    np.testing.assert_allclose(train_torch(lambda weights: torch.optim.SGD(weights, lr=0.1)), sgd(), rtol=1e-13)
    np.testing.assert_allclose(train_tf(tf_optimizers.SGD(0.1)), sgd(), rtol=1e-13)


def test_adam_follows_its_formula_on_both_sides_where_gradients_are_near_epsilon_too():
    torch_weight = train_torch(lambda weights: torch.optim.Adam(weights, lr=0.01, eps=1e-7))
    np.testing.assert_allclose(torch_weight, adam(), rtol=1e-13)
    np.testing.assert_allclose(train_tf(tf_optimizers.Adam(0.01, epsilon=1e-7)), adam(), rtol=1e-13)


def test_stock_adam_does_not():
    apart = np.abs(train_tf(keras.optimizers.Adam(0.01, epsilon=1e-7)) - adam()).max()
    assert apart > 1e-3


def test_in_float32_the_bias_correction_keeps_its_digits():
    keras.config.set_floatx("float32")
    weight = keras.Variable(np.float32(1.0), dtype="float32")
    tf_optimizers.Adam(0.01, epsilon=0.0).apply_gradients([(tf.constant(0.25), weight)])
    # The first step of Adam without epsilon is the learning rate, whatever the gradient is.
    assert float(weight.numpy()) == pytest.approx(0.99, rel=2e-7)


def test_a_weight_without_gradient_does_not_age():
    used, unused = keras.Variable(np.ones(1)), keras.Variable(np.ones(1))
    optimizer = tf_optimizers.Adam(0.01)
    optimizer.build([used, unused])
    for _ in range(3):
        optimizer.apply_gradients([(tf.ones(1, tf.float64), used)])
    assert [float(step.numpy()) for step in optimizer.steps] == [3, 0]
