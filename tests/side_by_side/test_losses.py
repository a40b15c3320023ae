"""Each loss, on both sides, against its formula in NumPy: value and gradient."""

import numpy as np
import pytest
import tensorflow as tf
import torch

from tf_impl import losses as tf_losses
from torch_impl import losses as torch_losses

RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.normal(size=(6, 4)), np.array([0, 3, 1, 1, 2, 0])
PROBABILITY, BINARY = RNG.uniform(0.01, 0.99, (6, 1)), np.array([[0.0], [1], [1], [0], [1], [0]])


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


CASES = {
    "mean_squared_error": (
        (LOGITS, LOGITS[::-1].copy()),
        np.mean((LOGITS - LOGITS[::-1]) ** 2),
        2 * (LOGITS - LOGITS[::-1]) / LOGITS.size,
    ),
    "binary_cross_entropy": (
        (PROBABILITY, BINARY),
        -np.mean(BINARY * np.log(PROBABILITY) + (1 - BINARY) * np.log(1 - PROBABILITY)),
        (PROBABILITY - BINARY) / (PROBABILITY * (1 - PROBABILITY)) / 6,
    ),
    "sparse_categorical_cross_entropy": (
        (LOGITS, LABELS),
        -np.mean(np.log(softmax(LOGITS)[range(6), LABELS])),
        (softmax(LOGITS) - np.eye(4)[LABELS]) / 6,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_loss_and_its_gradient_are_those_of_the_formula(name):
    (left, right), value, gradient = CASES[name]
    torch_input = torch.tensor(left, requires_grad=True)
    torch_value = getattr(torch_losses, name)(torch_input, torch.from_numpy(right))
    torch_value.backward()
    tf_input = tf.constant(left)
    with tf.GradientTape() as tape:
        tape.watch(tf_input)
        tf_value = getattr(tf_losses, name)(tf_input, tf.constant(right))
    np.testing.assert_allclose([torch_value.item(), float(tf_value)], value, rtol=1e-14)
    np.testing.assert_allclose(torch_input.grad.numpy(), gradient, rtol=1e-12)
    np.testing.assert_allclose(tape.gradient(tf_value, tf_input).numpy(), gradient, rtol=1e-12)


def test_the_penalty_is_half_the_squares_of_all_parameters():
    arrays = [LOGITS, LABELS.astype(float)]
    expected = 0.5 * sum((array**2).sum() for array in arrays)
    assert torch_losses.l2_penalty(map(torch.from_numpy, arrays)).item() == pytest.approx(expected, rel=1e-14)
    assert float(tf_losses.l2_penalty(map(tf.constant, arrays))) == pytest.approx(expected, rel=1e-14)


def test_both_sides_bound_the_logarithm_of_a_probability_of_zero_at_minus_100():
    probability, target = np.array([[0.0], [1.0]]), np.array([[1.0], [0.0]])
    assert torch_losses.binary_cross_entropy(torch.from_numpy(probability), torch.from_numpy(target)).item() == 100
    assert float(tf_losses.binary_cross_entropy(tf.constant(probability), tf.constant(target))) == 100
