"""Statements that are one too many, or in the wrong place."""

from compare.judging.causes.statements import moved, one_too_many
from tests.helpers.passages import statements


def test_what_changes_a_value_again_or_only_does_something_may_be_left_out():
    for statement in ("logits = tf.tanh(logits)", "logits *= 2", "optimizer.apply(logits)"):
        assert statements(one_too_many, statement) == ["pass"]
    assert statements(one_too_many, "y = tf.tanh(logits)") == []


def test_two_neighbours_are_done_the_other_way_round():
    assert "logits = logits + 1; y = logits" in statements(moved, "y = logits\n    logits = logits + 1")
