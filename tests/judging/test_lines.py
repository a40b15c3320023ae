"""The two lines of code that differ, found in steps that are recorded by hand."""

import numpy as np
import pytest

from compare.judging.line import BOTH, PARTS, compared
from compare.judging.lines import lines_of_value
from tests.helpers.recorded_operations import Recorded

X, Y = (np.random.default_rng(seed).normal(size=(8, 3)) for seed in (2, 3))
SQUARES = (X - Y) ** 2


def begun():
    """On both sides x and y, and the square of their difference."""
    found = []
    for first in (10, 20):
        recorded = Recorded()
        x, y = recorded.enter(X), recorded.enter(Y)
        apart = recorded.run(first, [x, y], X - Y, "sub")
        found.append((recorded, recorded.run(first + 1, [apart], SQUARES, "pow")))
    return found


def found(torch, tf, values):
    lines = lines_of_value(compared(torch.end(), tf.end(), 1e-10), "the loss", *map(np.asarray, values))
    return [(each.role, each.side, each.at.line, each.note) for each in lines]


def test_both_lines_and_the_last_value_before_them_are_named():
    (torch, squares), (tf, others) = begun()
    values = SQUARES.mean(), SQUARES.sum()
    torch.run(12, [squares], values[0], "aten.mean.default")
    tf.run(22, [others], values[1], "Sum")
    assert found(torch, tf, values) == [
        (BOTH, "torch", 11, ""),
        (BOTH, "tf", 21, ""),
        (PARTS, "torch", 12, ""),
        (PARTS, "tf", 22, "= 24 x"),
    ]


def test_what_one_side_lays_out_anew_is_held_against_the_line_where_the_other_did():
    (torch, squares), (tf, others) = begun()
    scale, blocks = np.arange(1.0, 13).reshape(4, 3), SQUARES.reshape(2, 4, 3)
    wrong = SQUARES.reshape(4, 2, 3).swapaxes(0, 1)
    ours = torch.run(12, [squares], blocks, "aten.view.default")
    ours = torch.run(13, [ours, torch.enter(scale)], blocks * scale, "aten.mul.Tensor")
    torch.run(14, [ours], (blocks * scale).sum(), "aten.sum.default")
    theirs = tf.run(22, [tf.run(22, [others], SQUARES.reshape(4, 2, 3), "Reshape")], wrong, "Transpose")
    theirs = tf.run(23, [theirs, tf.enter(scale)], wrong * scale, "Mul")
    tf.run(24, [theirs], (wrong * scale).sum(), "Sum")
    lines = found(torch, tf, ((blocks * scale).sum(), (wrong * scale).sum()))
    assert {("torch", 12), ("tf", 22)} <= {each[1:3] for each in lines if each[0] == PARTS}


@pytest.mark.parametrize("also", [False, True])
def test_where_both_do_the_same_to_other_data_the_lines_that_give_these_are_named_too(also):
    (torch, _), (tf, _) = begun()
    for side in (torch, tf):
        side.other = side.enter(np.cos(X))
    x, y = 0, 1  # as both entered them
    torch.run(12, [x, torch.other] if also else [x], np.tanh(X), "aten.tanh.default", helper=5)
    tf.run(22, [tf.other if also else y], np.tanh(np.cos(X) if also else Y), "Tanh", helper=6)
    lines = found(torch, tf, (np.tanh(X), np.tanh(np.cos(X) if also else Y)))
    parts = [("torch", 5), ("tf", 6)] if also else [("torch", 5), ("tf", 6), ("torch", 12), ("tf", 22)]
    assert [each[1:3] for each in lines if each[0] == PARTS] == parts


def by_hand(tf, given, lines):
    """The logarithm of the sums of exponentials, in three steps."""
    powers = tf.run(lines[0], [given], np.exp(SQUARES), "Exp")
    sums = tf.run(lines[1], [powers], np.exp(SQUARES).sum(0), "Sum")
    return tf.run(lines[2], [sums], np.log(np.exp(SQUARES).sum(0)), "Log")


@pytest.mark.parametrize("before", [0, 2])
def test_what_one_side_has_in_one_call_and_the_other_in_few_lines_may_differ_in_each_of_these(before):
    (torch, squares), (tf, others) = begun()
    one, other = np.logaddexp.reduce(SQUARES, 1), np.log(np.exp(SQUARES).sum(0))
    values = one.mean(), other.mean()
    torch.run(13, [torch.run(12, [squares], one, "aten.logsumexp.default")], values[0], "aten.mean.default")
    given = others
    for number in range(before):
        given = tf.run(30 + number, [given], SQUARES + 1 + number, "AddV2")
    tf.run(25, [by_hand(tf, given, (22, 23, 24))], values[1], "Mean")
    parts = [each[1:3] for each in found(torch, tf, values) if each[0] == PARTS]
    passage = [("tf", 23), ("tf", 24)]
    if before:  # many lines tell nothing
        assert parts == [("torch", 12), ("tf", 30)]
    else:
        assert parts == [("torch", 12), ("tf", 22), *passage]


def test_where_one_side_ends_with_what_the_other_goes_on_from_both_of_these_are_named():
    (torch, squares), (tf, others) = begun()
    torch.run(13, [torch.run(12, [squares], SQUARES.mean(), "mean")], SQUARES.mean() + 0.25, "add")
    tf.run(22, [others], SQUARES.mean(), "Mean")
    lines = found(torch, tf, (SQUARES.mean() + 0.25, SQUARES.mean()))
    assert [each for each in lines if each[0] == PARTS] == [(PARTS, "torch", 13, ""), (PARTS, "tf", 22, "- 0.25")]


def test_what_one_side_leaves_out_stands_in_the_statement_that_makes_what_it_lacks():
    (torch, squares), (tf, others) = begun()
    cut = torch.run(11, [squares], np.minimum(SQUARES, 1.5), "aten.clamp.default")
    torch.run(12, [cut], 1.25, "aten.mean.default")
    tf.run(22, [others], 2.75, "Mean")
    lines = found(torch, tf, (1.25, 2.75))
    assert [each for each in lines if each[0] == PARTS] == [
        (PARTS, "torch", 11, "cut off at 1.5"),
        (PARTS, "tf", 21, ""),
    ]


def test_a_sum_for_a_mean_is_not_left_out_though_a_mean_follows():
    (torch, squares), (tf, others) = begun()
    summed = torch.run(12, [squares], SQUARES.sum(1), "aten.sum.dim_IntList")
    torch.run(13, [summed], SQUARES.sum(1).mean(), "aten.mean.default")
    meant = tf.run(22, [others], SQUARES.mean(1), "Mean")
    tf.run(23, [meant], SQUARES.mean(), "Mean")
    lines = found(torch, tf, (SQUARES.sum(1).mean(), SQUARES.mean()))
    assert [each for each in lines if each[0] == PARTS] == [(PARTS, "torch", 12, ""), (PARTS, "tf", 22, "= 1/3 x")]


def test_a_broadcast_is_said_of_the_side_that_spreads_what_it_is_given():
    torch, tf = Recorded(), Recorded()
    v, r = X[:, 0], Y[:, 0]
    x, y, z, w = torch.enter(v), torch.enter(r), tf.enter(v[:, None]), tf.enter(r)
    one, other = torch.run(2, [x, y], v - r, "aten.sub.Tensor"), tf.run(2, [z, w], v[:, None] - r, "Sub")
    torch.run(3, [one], 1.25), tf.run(3, [other], 2.75)
    assert found(torch, tf, (1.25, 2.75))[-1] == (PARTS, "tf", 2, "broadcast in tf")


def test_a_further_pair_is_named_where_it_is_as_certain():
    (torch, squares), (tf, others) = begun()
    more, another = torch.enter(X + 5), tf.enter(X + 5)
    parts = torch.run(12, [squares], SQUARES.sum(1), "sum"), torch.run(13, [more], (X + 5).sum(1), "sum")
    pieces = tf.run(22, [others], SQUARES.sum(), "Sum"), tf.run(23, [another], (X + 5).sum(), "Sum")
    torch.run(14, parts, 1.25), tf.run(24, pieces, 2.75)
    lines = found(torch, tf, (1.25, 2.75))
    assert [each[2] for each in lines if each[0] == PARTS] == [12, 22, 13, 23]


@pytest.mark.parametrize("value", [0.125, np.nan])
def test_where_a_value_is_not_in_the_record_nothing_is_said(value):
    (torch, squares), (tf, _) = begun()
    torch.run(12, [squares], SQUARES.mean())
    assert found(torch, tf, (SQUARES.mean(), value)) == []


def test_lines_of_nobody_are_left_out():
    (torch, squares), (tf, others) = begun()
    torch.run(12, [squares], SQUARES.mean(), "mean")
    tf.run(None, [others], SQUARES.sum(), "Sum")
    assert found(torch, tf, (SQUARES.mean(), SQUARES.sum())) == [(PARTS, "torch", 12, "")]


def test_of_what_an_optimizer_computes_the_first_line_that_is_given_it_is_told():
    (torch, squares), (tf, others) = begun()
    torch.run(12, [squares], SQUARES.mean(), "mean")
    moved = tf.run(None, [others], SQUARES - 0.1, "AssignSub")
    tf.run(23, [moved], (SQUARES - 0.1).mean(), "Mean")
    lines = found(torch, tf, (SQUARES.mean(), (SQUARES - 0.1).mean()))
    assert [each[1:3] for each in lines if each[0] == PARTS] == [("torch", 12), ("tf", 23)]


def test_what_one_side_chooses_from_a_value_the_other_leaves_out_where_it_passes_the_value_on():
    (torch, squares), (tf, others) = begun()
    chosen = torch.run(12, [squares], SQUARES[:-1], "aten.slice.Tensor")
    torch.run(13, [chosen], np.prod(SQUARES[:-1]), "aten.prod.default", helper=3)
    tf.run(22, [others], np.prod(SQUARES), "Prod", helper=4)
    lines = found(torch, tf, (np.prod(SQUARES[:-1]), np.prod(SQUARES)))
    assert [each[1:3] for each in lines if each[0] == PARTS] == [("torch", 12), ("tf", 22)]
