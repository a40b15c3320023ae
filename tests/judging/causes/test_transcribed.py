"""What PyTorch's line computes takes the place of what tf's does, where all its names are known there."""

import pytest

from compare.judging.causes.transcribed import as_pytorchs_line
from tests.helpers.passages import passage, statements


@pytest.mark.parametrize(
    ("tf", "torch", "wanted"),
    [
        ("y = logits * mask", "z = logits + 2 * mask", "y = logits + 2 * mask"),
        ("return logits", "return (logits * mask).sum() / mask.sum()",
         "return tf.reduce_sum(logits * mask) / tf.reduce_sum(mask)"),
        ("y = f(lambda p, q: p - q)", "z = p * torch.log(q)", "y = f(lambda p, q: p * tf.math.log(q))"),
        ("y = logits - mask * ALPHA", "z = mean + spread.sqrt() * ALPHA", "y = logits + tf.sqrt(mask) * ALPHA"),
        ("y = logits - mask * ALPHA", "z = mean + spread.sqrt() * ALPHA", "y = mask + tf.sqrt(logits) * ALPHA"),
        ('y = self.scale * batch["x"]', "z = u.abs() - logits", "y = tf.abs(self.scale) - logits"),
        ('y = self.scale * batch["x"]', "z = u.abs() - logits", "y = tf.abs(batch['x']) - logits"),
        ("y = tf.exp(logits)", "z = model(s) + 1", "y = model(logits) + 1"),
        ("y = logits - ALPHA", "z = torch.clamp(logits, min=ALPHA)", "y = tf.maximum(logits, ALPHA)"),
    ],
)  # fmt: skip
def test_a_statement_becomes_pytorchs(tf, torch, wanted):
    assert wanted in statements(as_pytorchs_line, tf, torch)


@pytest.mark.parametrize(
    "torch",
    [
        "z = logits + mask + unknown", "z = p * q - r", "z = torch.fft.rfft(logits)", "z, w = logits, mask",
        "logits.backward()", "z = logits.to(mask)",
    ],
)  # fmt: skip
def test_of_other_names_and_of_what_has_no_counterpart_nothing_is_tried(torch):
    assert not statements(as_pytorchs_line, "y = logits * mask", torch)


def test_nearer_names_are_likelier():
    known = next(as_pytorchs_line(passage("y = logits * mask", "z = logits + mask")))
    guessed = next(as_pytorchs_line(passage("y = logits * mask", "z = logits + s")))
    assert known.unlikely < guessed.unlikely


def test_of_several_values_none_is_replaced():
    assert not statements(as_pytorchs_line, "return logits, mask", "return logits + mask")
