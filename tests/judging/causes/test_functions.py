"""Functions in the place of others, too many, and left out."""

from compare.judging.causes.functions import left_out, other_functions, without_function
from tests.helpers.passages import passage, statements


def test_a_sum_becomes_a_mean_and_the_other_way_round():
    assert "return tf.reduce_mean(logits)" in statements(other_functions, "return tf.reduce_sum(logits)")
    assert "return tf.reduce_sum(logits)" in statements(other_functions, "return tf.reduce_mean(logits)")


def test_another_function_is_where_the_module_has_it():
    assert "y = tf.math.softplus(logits)" in statements(other_functions, "y = tf.exp(logits)")
    assert "y = tf.nn.relu(logits)" in statements(other_functions, "y = tf.math.softplus(logits)")
    assert "y = keras.ops.softplus(logits)" in statements(other_functions, "y = keras.ops.exp(logits)")


def test_a_function_that_pytorchs_side_names_is_likelier():
    asked, other = (passage("return tf.reduce_sum(logits)", torch) for torch in ("logits.mean()", "logits.sum()"))
    likeliest = [min(rule.unlikely for rule in other_functions(each)) for each in (asked, other)]
    assert likeliest[0] < likeliest[1]


def test_a_function_too_many_is_taken_away():
    assert statements(without_function, "return tf.sigmoid(logits)") == ["return logits"]


def test_a_function_that_pytorchs_side_applies_is_put_around_each_part():
    found = statements(left_out, "return logits + mask", "torch.tanh(x)")
    assert "return tf.tanh(logits) + mask" in found
    assert "return tf.tanh(logits + mask)" in found
    assert not statements(left_out, "return logits + mask", "x + y")
