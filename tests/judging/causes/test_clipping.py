"""Ways to clip gradients, each in the place of another."""

from compare.judging.causes.clipping import as_pytorch, averaged, left_out, of_the_optimizer, otherwise
from tests.helpers.passages import passage, statements

ALL = "gradients = tf.clip_by_global_norm(gradients, ALPHA)[0]"
EACH = "gradients = [tf.clip_by_norm(each, ALPHA) for each in gradients]"
VALUES = "gradients = [tf.clip_by_value(each, -ALPHA, ALPHA) for each in gradients]"


def test_each_way_to_clip_becomes_the_two_others():
    assert set(statements(otherwise, ALL)) == {EACH, VALUES}
    assert set(statements(otherwise, EACH)) == {ALL, VALUES}
    assert set(statements(otherwise, VALUES)) == {ALL, EACH}


def test_that_of_pytorchs_side_is_likelier():
    for torch, wanted in (("clip_grad_norm_(p, 1.0)", "global"), ("clip_grad_value_(p, 1.0)", "value")):
        likeliest = min(otherwise(passage(EACH, torch)), key=lambda each: each.unlikely)
        assert wanted in likeliest.new


def test_keras_optimizers_clip_in_three_ways():
    found = statements(of_the_optimizer, "optimizer = Adam(0.1, clipnorm=1.0)")
    assert found == ["optimizer = Adam(0.1, global_clipnorm=1.0)", "optimizer = Adam(0.1, clipvalue=1.0)"]


def test_gradients_are_clipped_where_only_pytorchs_are():
    tf = "gradients = tape.gradient(logits, mask)"
    [found] = statements(left_out, tf, "clip_grad_norm_(model.parameters(), 0.5)")
    assert found == "gradients = tf.clip_by_global_norm(tape.gradient(logits, mask), 0.5)[0]"
    assert not statements(left_out, tf, "loss.backward()")
    assert not statements(left_out, ALL, "clip_grad_norm_(model.parameters(), 0.5)")


def test_accumulated_gradients_are_divided_by_pytorchs_number():
    assert statements(averaged, "apply(grads)", "(loss / 4).backward()") == ["apply([each / 4 for each in grads])"]


def test_all_are_clipped_by_the_norm_of_clip_grad_norm():
    [found] = statements(as_pytorch, "y = tf.clip_by_global_norm(logits, 0.5)[0]")
    each = "each * tf.minimum(0.5 / (tf.linalg.global_norm(dense) + 1e-06), 1.0)"
    assert found == f"y = (lambda dense: [{each} for each in dense])([tf.convert_to_tensor(each) for each in logits])"
    assert not statements(as_pytorch, "y = [tf.clip_by_norm(each, 0.5) for each in logits]")
