"""One side takes the weights of another network, which are still equal to those that the other side takes."""

import numpy as np
import pytest

from compare.judging.gradient_lines import lines_of_gradient
from compare.judging.line import compared
from compare.judging.other_weights import lines_of_other_weights
from tests.helpers.recorded_operations import Recorded

RNG = np.random.default_rng(3)
W, X, Y = RNG.normal(size=(3, 2)), RNG.normal(size=(4, 3)), RNG.normal(size=(5, 3))


def step(first: int, target: str, read: bool = False, helper: int = 0):
    """A student is given x, `target`, which has the same weights, y; each on a line, or in a helper."""
    recorded = Recorded()
    weights = {name: recorded.weight(f"{name}.kernel", W) for name in ("student", "teacher")}
    for line, (name, given) in enumerate((("student", X), (target, Y)), first):
        kernel = recorded.run(line, [weights[name]], W, "ReadVariableOp") if read else weights[name]
        recorded.run(line, [recorded.enter(given), kernel], given @ W, "MatMul", helper=helper)
    return recorded


def found(torch, tf, weight="student.kernel"):
    lines = lines_of_other_weights(compared(torch.end(), tf.end(), 1e-10), "the gradient", weight)
    return [(each.side, each.at.line, each.note) for each in lines]


@pytest.mark.parametrize("read", [True, False])
@pytest.mark.parametrize("helper", [0, 7])
def test_both_lines_are_named_with_the_weight_that_each_takes_though_a_helper_computes_it(read, helper):
    assert found(step(10, "teacher"), step(20, "student", read, helper)) == [
        ("torch", 11, "computed with `teacher.kernel`"),
        ("tf", 21, "computed with `student.kernel`"),
    ]


def test_that_comes_before_what_is_said_of_the_gradient():
    torch, tf = step(10, "student"), step(20, "teacher")
    lines = lines_of_gradient(compared(torch.end(), tf.end(), 1e-10), "the gradient", "student.kernel")
    assert [(each.side, each.at.line) for each in lines] == [("torch", 11), ("tf", 21)]


def test_where_both_take_the_same_nothing_is_said():
    assert found(step(10, "teacher"), step(20, "teacher", read=True)) == []
    assert found(step(10, "student"), step(20, "student")) == []


def test_of_a_weight_that_both_take_nothing_is_said():
    torch, tf = step(10, "teacher"), step(20, "student")
    for each in (torch, tf):
        each.weight("bias", np.arange(2.0))
    assert found(torch, tf, "bias") == []


def test_a_weight_more_is_no_other_weight():
    """A bias of zeros changes no value."""
    torch, tf = step(10, "teacher"), step(20, "teacher")
    zeros = tf.weight("zeros", np.zeros(2))
    tf.run(25, [tf.run(24, [tf.enter(X)], np.tanh(X @ W), "op"), zeros], np.tanh(X @ W), "BiasAdd")
    torch.run(15, [torch.enter(X)], np.tanh(X @ W), "op")
    assert found(torch, tf, "zeros") == []
