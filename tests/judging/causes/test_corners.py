"""Derivatives at corners: what is written in the place of a function, and that it computes the same elsewhere."""

import ast
import math

import pytest

from compare.judging.causes import corners
from tests.helpers.passages import passage, statements


def test_hardtanh_has_no_gradient_at_its_bounds():
    wanted = "y = tf.where((mask > 0) & (mask < 1), mask, tf.stop_gradient(tf.clip_by_value(mask, 0, 1)))"
    assert statements(corners.at_bounds, "y = tf.clip_by_value(mask, 0, 1)") == [wanted]
    [of_a_layer] = statements(corners.at_bounds, "y = layers.Dense(8, activation='hard_tanh')")
    assert "lambda x: tf.where((x > -1) & (x < 1), x, " in of_a_layer
    assert not statements(corners.at_bounds, "y = tf.tanh(mask)")


def test_of_a_value_that_is_computed_there_is_one():
    [found] = statements(corners.at_bounds, "y = tf.clip_by_value(model(x), -1, 1)")
    assert found.startswith("y = (lambda x: tf.where((x > -1) & (x < 1), x, ")
    assert found.endswith(")(model(x))")


@pytest.mark.parametrize(
    "tf", ["y = tf.nn.selu(mask)", "y = layers.Dense(8, 'selu')", "y = layers.Dense(8, activation=tf.nn.selu)"]
)
def test_selu_has_the_slope_of_its_negative_branch_at_zero(tf):
    [found] = statements(corners.at_zero, tf)
    scale, alpha = (float(node.value) for node in ast.walk(ast.parse(found)) if isinstance(node, ast.Constant)
                    and isinstance(node.value, float))  # fmt: skip
    # Klambauer et al., 2017: the fixed point of mean 0 and variance 1
    assert math.isclose(scale * alpha, 1.7580993408473766)
    assert "> 0," in found
    assert not statements(corners.at_zero, "y = layers.Dense(8, 'relu')")
    assert not statements(corners.at_zero, "y = 'selu'")


def test_a_tie_is_halved_or_goes_to_the_other_one():
    assert statements(corners.at_ties, "y = tf.maximum(mask, 0)") == [
        "y = tf.where(mask == 0, (mask + 0) / 2, tf.maximum(mask, 0))",
        "y = tf.maximum(0, mask)",
    ]
    [halved, _] = statements(corners.at_ties, "y = tf.minimum(f(mask), logits)")
    assert halved == "y = (lambda x: tf.where(x == logits, (x + logits) / 2, tf.minimum(x, logits)))(f(mask))"


def test_of_the_largest_the_first_has_all_of_the_gradient():
    [found] = statements(corners.among_many, "y = tf.reduce_max(mask, axis=-1, keepdims=True)")
    one = "tf.one_hot(tf.argmax(mask, -1), mask.shape[-1], True, False, axis=-1)"
    assert found == f"y = tf.reduce_sum(tf.where({one}, mask, 0), -1, keepdims=True)"
    assert "tf.argmin(mask, 1)" in statements(corners.among_many, "y = tf.reduce_min(mask, 1)")[0]
    assert not statements(corners.among_many, "y = tf.reduce_max(mask)")


@pytest.mark.parametrize(
    ("tf", "total"),
    [
        ("y = tf.norm(mask, axis=1)", "tf.reduce_sum(tf.square(mask), axis=1)"),
        ("y = tf.sqrt(tf.reduce_sum(mask ** 2, 1))", "tf.reduce_sum(mask ** 2, 1)"),
    ],
)
def test_a_norm_has_a_gradient_of_zero_at_zero(tf, total):
    assert statements(corners.of_norms, tf) == [
        f"y = (lambda s: tf.where(s > 0, tf.sqrt(tf.where(s > 0, s, 1)), 0))({total})"
    ]


def test_a_norm_that_is_handed_over_is_one_too_and_another_norm_none():
    [found] = statements(corners.of_norms, "y = f(tf.norm)")
    assert found.startswith("y = f(lambda x: (lambda s: tf.where(s > 0,")
    assert not statements(corners.of_norms, "y = tf.norm(mask, ord=1)")
    assert not statements(corners.of_norms, "y = tf.sqrt(mask)")
    assert not list(corners.of_norms(passage("y = layers.norm")))
