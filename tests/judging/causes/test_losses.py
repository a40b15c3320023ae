"""PyTorch's loss in the place of tf's: which parts of a statement it takes the place of, with which options."""

import pytest

from compare.judging.causes.losses import pytorchs_loss
from tests.helpers.passages import statements


@pytest.mark.parametrize(
    ("tf", "torch", "wanted"),
    [
        ("y = keras.losses.Poisson()(mask, logits)", "poisson_nll_loss(out, y)",
         "y = tf.reduce_mean(tf.exp(logits) - mask * logits)"),
        ("y = tf.reduce_sum((logits - mask) ** 2)", "F.l1_loss(out, y, reduction='sum')",
         "y = tf.reduce_sum(tf.abs(logits - mask))"),
        ("y = loss(mask, logits)", "nn.MSELoss(reduction='none')(out, y)", "y = tf.square(logits - mask)"),
        ("y = huber(mask, logits)", "F.smooth_l1_loss(out, y, beta=0.5)",
         "y = tf.reduce_mean(tf.where(tf.abs(logits - mask) < 0.5, tf.square(logits - mask) / (2 * 0.5), "
         "tf.abs(logits - mask) - 0.5 / 2))"),
        ("y = loss(mask, model(x))", "F.l1_loss(model(x), y)",
         "y = (lambda p, t: tf.reduce_mean(tf.abs(p - t)))(model(x), mask)"),
    ],
)  # fmt: skip
def test_it_takes_the_place_of_a_call_or_an_expression_of_two_values(tf, torch, wanted):
    assert wanted in statements(pytorchs_loss, tf, torch)


def test_either_value_may_be_the_prediction():
    found = statements(pytorchs_loss, "y = loss(logits, mask)", "F.soft_margin_loss(out, y)")
    assert {"y = tf.reduce_mean(tf.math.softplus(-mask * logits))"} < set(found)
    assert {"y = tf.reduce_mean(tf.math.softplus(-logits * mask))"} < set(found)


@pytest.mark.parametrize(
    "torch",
    ["F.mse_loss(out, y, weight=0.1)", "F.mse_loss(out, y, reduction=how)", "F.ctc_loss(a, b, c, d)", ""],
)
def test_of_a_loss_or_an_option_without_a_formula_nothing_is_tried(torch):
    assert not statements(pytorchs_loss, "y = loss(mask, logits)", torch)


def test_what_is_reduced_is_no_loss():
    found = statements(pytorchs_loss, "y = tf.reduce_sum(distance(mask, logits))", "F.l1_loss(out, y)")
    assert set(found) == {
        "y = tf.reduce_mean(tf.abs(mask - logits))",
        "y = tf.reduce_mean(tf.abs(logits - mask))",
    }


@pytest.mark.parametrize("tf", ["y = logits * 2", "y = f(logits, mask, weights)", "y = f(logits)"])
def test_what_is_not_made_of_two_values_stays(tf):
    assert not statements(pytorchs_loss, tf, "F.mse_loss(out, y)")


def test_what_is_ignored_counts_neither_in_the_sum_nor_in_what_it_is_divided_by():
    entropy = "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.where(mask != 7, mask, 0), logits=logits)"
    of_counted = f"tf.reduce_sum(tf.where(mask != 7, {entropy}, 0))"
    found = statements(pytorchs_loss, "y = loss(mask, logits)", "F.cross_entropy(out, y, ignore_index=7)")
    assert f"y = {of_counted} / tf.reduce_sum(tf.cast(mask != 7, logits.dtype))" in found
    summed = "F.cross_entropy(out, y, ignore_index=7, reduction='sum')"
    assert f"y = {of_counted}" in statements(pytorchs_loss, "y = loss(mask, logits)", summed)
    plain = statements(pytorchs_loss, "y = loss(mask, logits)", "F.cross_entropy(out, y)")
    assert any("tf.cast(mask != -100, logits.dtype)" in each for each in plain)
    assert not any("smoothing" in each or "log_softmax(" in each for each in plain)


def test_labels_are_smoothed_over_all_classes():
    entropy = "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=mask, logits=logits)"
    found = statements(pytorchs_loss, "y = loss(mask, logits)", "F.cross_entropy(out, y, label_smoothing=0.2)")
    smooth = "0.2 * tf.reduce_mean(tf.nn.log_softmax(logits), axis=-1)"
    assert f"y = tf.reduce_mean((1 - 0.2) * {entropy} - {smooth})" in found
    assert len(set(found)) == 2  # either may be the target


def test_a_sum_that_is_divided_is_replaced_with_what_divides_it():
    found = statements(
        pytorchs_loss, "y = MeanSquaredError(reduction='sum')(mask, model(x)) / 16", "F.mse_loss(out, y)"
    )
    assert "y = (lambda p, t: tf.reduce_mean(tf.square(p - t)))(model(x), mask)" in found


def test_logarithms_of_a_probability_end_at_minus_100():
    found = statements(pytorchs_loss, "y = loss(mask, logits)", "F.binary_cross_entropy(out, y)")
    assert (
        "y = tf.reduce_mean(-(mask * tf.maximum(tf.math.log(logits), -100) "
        "+ (1 - mask) * tf.maximum(tf.math.log1p(-logits), -100)))"
    ) in found
