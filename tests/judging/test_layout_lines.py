"""What both sides lay out anew, in their own ways, and come to the same numbers in another order."""

import numpy as np
import pytest

from compare.judging.layout_lines import MOST, lines_of_layout
from compare.judging.line import compared
from compare.judging.lines import lines_of_value
from compare.traces.operations import WRITTEN
from tests.helpers.recorded_operations import Recorded

X = np.random.default_rng(0).normal(size=(2, 6, 3))
ROWS = X.reshape(2, 2, 3, 3).transpose(0, 2, 1, 3).reshape(6, 2, 3)


def named(torch, tf, targets):
    step = compared(torch.end(), tf.end(), 1e-10)
    return [(each.side, each.at.line) for each in lines_of_layout(step, "what rnn is given", *targets)]


def torch_in_three():
    torch = Recorded()
    split = torch.run(2, [torch.enter(X)], X.reshape(2, 2, 3, 3), "aten.view.default")
    turned = torch.run(3, [split], X.reshape(2, 2, 3, 3).transpose(0, 2, 1, 3), "aten.permute.default")
    copied = torch.run(3, [turned], X.reshape(2, 2, 3, 3).transpose(0, 2, 1, 3), "aten.clone.default")
    return torch, torch.run(4, [copied], ROWS, "aten.view.default")


def test_of_each_side_the_lines_that_lay_out_are_told():
    torch, target = torch_in_three()
    tf = Recorded()
    taken = tf.run(2, [tf.enter(X)], X.reshape(6, 2, 3), "Reshape")
    assert named(torch, tf, (target, taken)) == [("torch", 2), ("torch", 3), ("torch", 4), ("tf", 2)]
    assert MOST == 3


def test_they_are_what_is_told_of_the_value():
    torch, _ = torch_in_three()
    tf = Recorded()
    tf.run(2, [tf.enter(X)], X.reshape(6, 2, 3), "Reshape")
    found = lines_of_value(compared(torch.end(), tf.end(), 1e-10), "what rnn is given", ROWS, X.reshape(6, 2, 3))
    assert [(each.side, each.at.line) for each in found] == [("torch", 2), ("torch", 3), ("torch", 4), ("tf", 2)]


@pytest.mark.parametrize("tf_value", [ROWS, X.reshape(6, 2, 3) + 1])
def test_what_is_the_same_or_has_other_numbers_is_no_matter_of_layout(tf_value):
    torch, target = torch_in_three()
    tf = Recorded()
    assert named(torch, tf, (target, tf.run(2, [tf.enter(X)], tf_value, "Reshape"))) == []


@pytest.mark.parametrize("computes", [True, False])
def test_what_a_layer_of_a_library_lays_out_is_the_users_unless_it_computes_too(computes):
    """As a recurrent layer puts the time first, and a layer that reshapes does nothing else."""
    torch, target = torch_in_three()
    tf = Recorded()
    taken = tf.run(2, [tf.enter(X)], X.reshape(6, 2, 3), "Reshape")
    tf.run(3, [], np.array([6, 2]), "Shape", library="keras/rnn.py")
    replaced = tf.run(3, [taken], X.reshape(6, 2, 3), f"replaced{WRITTEN}")
    turned = tf.run(3, [replaced], X.reshape(6, 2, 3).transpose(1, 0, 2), "Transpose", library="keras/rnn.py")
    if computes:
        tf.run(3, [turned], np.tanh(X), "Tanh", library="keras/rnn.py")
    assert [line for side, line in named(torch, tf, (target, turned)) if side == "tf"] == [2] + [3] * (not computes)


def test_what_does_not_begin_with_the_same_is_told_by_other_rules():
    torch, target = torch_in_three()
    tf = Recorded()
    other = tf.run(1, [tf.enter(X)], X[:, ::-1], "ReverseV2")
    assert named(torch, tf, (target, tf.run(2, [other], X[:, ::-1].reshape(6, 2, 3), "Reshape"))) == []
