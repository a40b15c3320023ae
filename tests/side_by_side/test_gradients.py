"""Clipping by the global norm, on both sides, against NumPy."""

import numpy as np
import pytest
import tensorflow as tf
import torch

from tf_impl.gradients import clip_by_global_norm as clip_tf
from torch_impl.gradients import clip_by_global_norm as clip_torch

GRADIENTS = [np.array([[3.0, -1.0], [0.5, 2.0]]), np.array([1.0, 0.0, -4.0])]


def clipped(gradients, max_norm):
    """torch/nn/utils/clip_grad.py in NumPy."""
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients))
    return [gradient * min(1.0, max_norm / (norm + 1e-6)) for gradient in gradients], norm


def in_torch(gradients):
    parameters = [torch.nn.Parameter(torch.zeros(gradient.shape)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = torch.tensor(gradient)
    return parameters


@pytest.mark.parametrize("max_norm", [0.7, 5.0, 5.6, 100.0])
def test_both_sides_scale_all_gradients_by_one_factor(max_norm):
    expected, norm = clipped(GRADIENTS, max_norm)
    for found, found_norm in (
        clip_torch(in_torch(GRADIENTS), max_norm),
        clip_tf([tf.constant(gradient) for gradient in GRADIENTS], max_norm),
    ):
        assert float(found_norm) == pytest.approx(norm, rel=1e-15)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(np.asarray(one), other, rtol=1e-15)


def test_in_torch_the_gradients_are_scaled_where_they_lie():
    parameters = in_torch(GRADIENTS)
    found, _ = clip_torch(iter(parameters), 0.7)
    assert all(one is parameter.grad for one, parameter in zip(found, parameters, strict=True))


def test_tensorflows_own_is_apart():
    own, _ = tf.clip_by_global_norm([tf.constant(gradient) for gradient in GRADIENTS], 0.7)
    apart = np.abs(own[0].numpy() / clipped(GRADIENTS, 0.7)[0][0] - 1).max()
    assert 1e-8 < apart < 1e-6


def test_a_row_that_stands_twice_counts_as_its_sum():
    rows = tf.IndexedSlices(tf.constant([[3.0], [-3.0], [4.0]], tf.float64), tf.constant([1, 1, 2]), (3, 1))
    (found,), norm = clip_tf([rows], 2.0)
    assert float(norm) == 4.0
    np.testing.assert_allclose(found.numpy()[:, 0], [0, 0, 8 / (4 + 1e-6)], rtol=1e-15)


def test_a_weight_without_a_gradient_has_none_afterwards():
    parameters = in_torch(GRADIENTS)
    parameters[1].grad = None
    in_tf, _ = clip_tf([tf.constant(GRADIENTS[0]), None], 0.7)
    for found in (clip_torch(parameters, 0.7)[0], in_tf):
        assert found[1] is None
        np.testing.assert_allclose(np.asarray(found[0]), clipped(GRADIENTS[:1], 0.7)[0][0], rtol=1e-15)


def test_of_an_infinite_norm_the_finite_gradients_become_zero():
    gradients = [np.array([np.inf, 1.0]), np.array([2.0])]
    in_tf, _ = clip_tf([tf.constant(gradient) for gradient in gradients], 1.0)
    for found in (clip_torch(in_torch(gradients), 1.0)[0], in_tf):
        np.testing.assert_array_equal(np.asarray(found[0]), [np.nan, 0])
        np.testing.assert_array_equal(np.asarray(found[1]), [0])
