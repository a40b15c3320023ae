"""Where the classes are, what counts, and how CTC is averaged."""

import pytest

from compare.judging.causes import loss_options
from tests.helpers.passages import statements


@pytest.mark.parametrize(
    ("tf", "wanted"),
    [
        ("y = tf.nn.sparse_softmax_cross_entropy_with_logits(mask, logits)",
         "y = tf.nn.sparse_softmax_cross_entropy_with_logits(mask, tf.transpose(logits, (0, 2, 1)))"),
        ("y = tf.nn.softmax_cross_entropy_with_logits(labels=mask, logits=logits)", None),
        ("y = SparseCategoricalCrossentropy(from_logits=True)(mask, logits)",
         "y = SparseCategoricalCrossentropy(from_logits=True)(mask, tf.transpose(logits, (0, 2, 3, 1)))"),
        ("y = tf.nn.log_softmax(logits)", "y = tf.nn.log_softmax(tf.transpose(logits, (0, 2, 1)))"),
        ("y = tf.reduce_sum(logits)", None),
    ],
)  # fmt: skip
def test_classes_at_axis_1_are_put_at_the_end(tf, wanted):
    found = statements(loss_options.classes_at_one, tf)
    assert wanted in found if wanted else not found


def test_the_mask_of_an_embedding_is_not_made_wherever_it_is():
    found = statements(loss_options.masks_left_out, "y = layers.Embedding(7, 8, mask_zero=True)(logits)")
    assert found == ["y = layers.Embedding(7, 8, mask_zero=False)(logits)"]
    assert not statements(loss_options.masks_left_out, "y = layers.Embedding(7, 8, mask_zero=False)(logits)")


@pytest.mark.parametrize(("torch", "blank"), [("F.ctc_loss(a, b, c, d)", 0), ("nn.CTCLoss(blank=4)(a, b, c, d)", 4)])
def test_the_blank_is_pytorchs(torch, blank):
    found = statements(loss_options.other_blank, "y = tf.nn.ctc_loss(mask, logits, n, m, blank_index=-1)", torch)
    assert found == [f"y = tf.nn.ctc_loss(mask, logits, n, m, blank_index={blank})"]
    same = f"y = tf.nn.ctc_loss(mask, logits, n, m, blank_index={blank})"
    assert not statements(loss_options.other_blank, same, torch)


def test_each_loss_of_ctc_is_divided_by_the_length_of_its_target():
    torch = "F.ctc_loss(a, b, c, d)"
    found = statements(loss_options.by_the_target_lengths, "y = tf.nn.ctc_loss(t, logits, n, m)", torch)
    of_each = "tf.nn.ctc_loss(t, logits, n, m)"
    assert found[0] == f"y = {of_each} / tf.cast(n, {of_each}.dtype)"
    found = statements(loss_options.by_the_target_lengths, "y = keras.losses.CTC()(t, logits)", torch)
    of_each = "keras.losses.CTC(reduction='none')(t, logits)"
    assert f"y = tf.reduce_mean({of_each} / tf.cast(mask, logits.dtype))" in found
    assert f"y = tf.reduce_mean({of_each} / tf.cast(tf.math.count_nonzero(t, axis=1), logits.dtype))" in found
    assert not statements(loss_options.by_the_target_lengths, "y = keras.losses.CTC()(t, logits)", "F.mse_loss(a, b)")
