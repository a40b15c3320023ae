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
    ["F.cross_entropy(out, y, label_smoothing=0.1)", "F.mse_loss(out, y, reduction=how)", "F.ctc_loss(a, b, c, d)", ""],
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
