"""What sums are divided by, and the order of reductions."""

import pytest

from compare.judging.causes.means import (
    by_the_batch,
    by_those_there_are,
    in_the_other_order,
    of_rows,
    of_what_counts,
    over_one_less,
)
from tests.helpers.passages import statements


def test_the_mean_over_all_becomes_the_mean_of_sums_and_back():
    assert "return tf.reduce_mean(tf.reduce_sum(logits, axis=-1))" in statements(
        of_rows, "return tf.reduce_mean(logits)"
    )
    assert "return tf.reduce_mean(logits)" in statements(
        of_rows, "return tf.reduce_mean(tf.reduce_sum(logits, axis=1))"
    )


def test_a_mean_becomes_a_sum_over_what_counts_divided_by_how_much_counts():
    found = statements(of_what_counts, "return tf.reduce_mean(logits * mask)")
    assert "return tf.reduce_sum(logits * mask) / tf.reduce_sum(mask)" in found


def test_a_sum_divided_by_all_there_are_is_divided_by_what_counts():
    found = statements(of_what_counts, "return tf.reduce_sum(logits * mask) / 8.0")
    assert "return tf.reduce_sum(logits * mask) / tf.reduce_sum(mask)" in found


def test_a_sum_divided_by_what_counts_becomes_a_mean():
    found = statements(of_what_counts, "return tf.reduce_sum(logits) / tf.reduce_sum(mask)")
    assert "return tf.reduce_mean(logits)" in found


def test_a_sum_is_divided_by_the_number_of_examples():
    [found] = statements(by_the_batch, "return tf.reduce_sum(logits)")
    assert found == "return tf.reduce_sum(logits) / tf.cast(tf.shape(logits)[0], logits.dtype)"


def test_a_deviation_is_taken_over_one_less():
    [found] = statements(over_one_less, "s = tf.math.reduce_std(logits)")
    total = "tf.reduce_sum(tf.square(logits - tf.reduce_mean(logits)))"
    assert found == f"s = tf.sqrt({total} / (tf.cast(tf.size(logits), logits.dtype) - 1.0))"


def test_two_functions_are_exchanged_each_with_its_own_arguments():
    found = statements(in_the_other_order, "y = tf.square(tf.reduce_mean(logits, axis=1))")
    assert found == ["y = tf.reduce_mean(tf.square(logits), axis=1)"]


def test_a_mean_may_be_over_what_a_variable_of_its_lambda_counts():
    found = statements(of_what_counts, "y = f(lambda losses, weights: tf.reduce_mean(losses))")
    assert "y = f(lambda losses, weights: tf.reduce_sum(losses) / tf.reduce_sum(weights))" in found


@pytest.mark.parametrize("number", ["16", "BATCH", "size(mask)", "config.batch"])
def test_a_sum_is_divided_by_the_examples_that_there_are(number):
    found = statements(by_those_there_are, f"y = total(mask, logits) / {number}")
    assert found == ["y = total(mask, logits) / mask.shape[0]", "y = total(mask, logits) / logits.shape[0]"]


def test_what_is_divided_by_something_computed_stays():
    assert not statements(by_those_there_are, "y = total(mask) / tf.reduce_sum(logits)")
    assert not statements(by_those_there_are, "y = mask / 16")
