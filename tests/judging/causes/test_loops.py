"""How a loop takes gradients: what stands in its tape, what has none, and sums that are means in PyTorch."""

import ast

import pytest

from compare.judging.causes import loops
from compare.judging.causes.code import Code
from compare.judging.causes.passage import Passage
from tests.helpers.passages import statements

STEP = """def step(side, batch):
    {before}
    with {tape} as outer:
        value = loss(slopes)
    return value
"""


def moved(before, tape="tf.GradientTape()"):
    code = Code("port.py", STEP.format(before=before, tape=tape))
    rewrites = loops.inside_the_tape(Passage(code, code.tree.body[0].body[1]))
    return [code.with_rewrite(each).text for each in rewrites]


def test_what_is_computed_right_before_a_tape_is_computed_in_it():
    [text] = moved("slopes = slope(batch)")
    wanted = "with tf.GradientTape() as outer:\n    slopes = slope(batch)\n    value = loss(slopes)"
    assert ast.unparse(ast.parse(text).body[0].body[0]) == wanted
    assert len(ast.parse(text).body[0].body) == 2


def test_a_value_that_nothing_computes_stays_and_so_it_does_before_what_is_no_tape():
    assert not moved("slopes = 0")
    assert not moved("slope(batch)")
    assert not moved("slopes = slope(batch)", tape="strategy.scope()")


@pytest.mark.parametrize(
    ("tf", "wanted"),
    [
        ("g = [tf.zeros_like(w) if g is None else g for g, w in pairs]", "g = [g for g, w in pairs]"),
        ("g = [g if g is not None else tf.zeros_like(w) for g, w in pairs]", "g = [g for g, w in pairs]"),
        ("g = tape.gradient(y, w, unconnected_gradients=tf.UnconnectedGradients.ZERO)", "g = tape.gradient(y, w)"),
    ],
)
def test_a_gradient_that_is_not_there_stays_away(tf, wanted):
    assert statements(loops.none_left_out, tf) == [wanted]


@pytest.mark.parametrize("tf", ["g = tf.zeros_like(w) if done else g", "g = other if g is None else g"])
def test_zeros_that_no_missing_gradient_asks_for_and_others_stay(tf):
    assert not statements(loops.none_left_out, tf)


@pytest.mark.parametrize(
    ("tf", "wanted"),
    [
        ("g = [sum(each) for each in zip(*g)]", "g = [sum(each) / len(each) for each in zip(*g)]"),
        ("g = tf.add_n(parts)", "g = tf.add_n(parts) / len(parts)"),
        ("g = all_reduce(tf.distribute.ReduceOp.SUM, g)", "g = all_reduce(tf.distribute.ReduceOp.MEAN, g)"),
    ],
)  # fmt: skip
def test_a_sum_of_gradients_becomes_their_mean(tf, wanted):
    assert statements(loops.averaged, tf) == [wanted]


def test_what_is_summed_otherwise_stays():
    assert not statements(loops.averaged, "y = tf.reduce_sum(mask)")
    assert not statements(loops.averaged, "y = Mode.SUM")
