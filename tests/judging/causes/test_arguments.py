"""Axes, flags, words, letters and orders."""

import pytest

from compare.judging.causes import arguments
from tests.helpers.passages import statements


@pytest.mark.parametrize(
    ("rule", "tf", "torch", "wanted"),
    [
        (arguments.other_axes, "y = tf.reduce_sum(logits, axis=1)", "", "y = tf.reduce_sum(logits, axis=-1)"),
        (arguments.other_axes, "y = tf.nn.softmax(logits, 1)", "", "y = tf.nn.softmax(logits, -1)"),
        (arguments.other_flags, "y = f(logits, keepdims=True)", "", "y = f(logits, keepdims=False)"),
        (arguments.other_flags, "y = f(logits, name=2)", "", "y = f(logits)"),
        (
            arguments.other_flags,
            "y = entropy(logits)",
            "cross_entropy(x)",
            "y = entropy(logits, from_logits=True)",
        ),
        (
            arguments.other_flags,
            "y = tf.nn.gelu(x)",
            "gelu(x, approximate='tanh')",
            "y = tf.nn.gelu(x, approximate=True)",
        ),
        (arguments.other_flags, "y = tf.cumsum(logits)", "", "y = tf.cumsum(logits, exclusive=True)"),
        (arguments.other_words, 'y = f(logits, padding="same")', "", "y = f(logits, padding='valid')"),
        (arguments.other_words, 'y = batch["x"]', "", "y = batch['mask']"),
        (arguments.other_subscripts, 'y = tf.einsum("ij,jk->ik", a, b)', "", "y = tf.einsum('ji,jk->ik', a, b)"),
        (arguments.other_order, "y = entropy(logits, mask)", "", "y = entropy(mask, logits)"),
        (arguments.other_order, "y = tf.transpose(logits, (0, 2, 1))", "", "y = tf.transpose(logits, (0, 1, 2))"),
        (arguments.other_order, "a, b = tf.split(logits, 2)", "", "b, a = tf.split(logits, 2)"),
    ],
)
def test_a_statement_becomes(rule, tf, torch, wanted):
    assert wanted in statements(rule, tf, torch)


def test_a_flag_is_added_only_where_pytorchs_side_asks_for_it():
    assert not any(
        "from_logits" in each for each in statements(arguments.other_flags, "y = entropy(logits)", "x.sum()")
    )
