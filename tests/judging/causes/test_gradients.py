"""Gradients that are cut, let through, or passed straight through."""

from compare.judging.causes.gradients import cut, let_through, straight_through
from tests.helpers.passages import passage, statements


def test_stop_gradient_is_taken_away():
    assert statements(let_through, "y = tf.stop_gradient(logits) - mask") == ["y = logits - mask"]


def test_stop_gradient_is_put_around_each_part_and_not_twice():
    found = statements(cut, "y = logits - tf.stop_gradient(mask)")
    assert "y = tf.stop_gradient(logits) - tf.stop_gradient(mask)" in found
    assert "y = tf.stop_gradient(logits - tf.stop_gradient(mask))" in found
    assert not [each for each in found if "stop_gradient(tf.stop_gradient" in each]


def test_to_cut_is_likelier_where_pytorch_detaches_and_to_let_through_where_it_does_not():
    for rule, sign in ((cut, 1), (let_through, -1)):
        detached, plain = (
            min(each.unlikely for each in rule(passage("y = tf.stop_gradient(logits) - mask", torch)))
            for torch in ("y = x.detach()", "y = x")
        )
        assert sign * detached < sign * plain


def test_a_gradient_is_passed_straight_through_what_is_rounded():
    found = statements(straight_through, "return mask", "y = soft + (hard - soft).detach()")
    assert "return logits + tf.stop_gradient(mask - logits)" in found
