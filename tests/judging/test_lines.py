"""The two lines of code that differ, found in steps that are recorded by hand."""

import numpy as np
import pytest

from compare.judging.line import BOTH, PARTS
from tests.helpers.parted_steps import SQUARES, X, begun, found
from tests.helpers.recorded_operations import Recorded


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


def test_of_what_is_written_otherwise_the_lines_of_a_helper_are_named_beside_its_call():
    (torch, squares), (tf, others) = begun()
    one, other = np.logaddexp.reduce(SQUARES, 1), np.log(np.exp(SQUARES).sum(0))
    known = np.logaddexp.reduce(X, 1)
    torch.run(11, [torch.enter(X)], known, "aten.logsumexp.default", helper=5)
    summed = torch.run(12, [squares], one, "aten.logsumexp.default", helper=5)
    torch.run(13, [summed], one.mean(), "aten.mean.default")
    tf.run(20, [tf.enter(X)], known, "LogSumExp")
    tf.run(25, [by_hand(tf, others, (22, 23, 23))], other.mean(), "Mean")
    parts = [each[1:3] for each in found(torch, tf, (one.mean(), other.mean())) if each[0] == PARTS]
    assert {("torch", 12), ("torch", 5), ("tf", 22), ("tf", 23)} == {*parts}


@pytest.mark.parametrize("long", [False, True])
def test_of_sums_that_differ_in_one_term_the_lines_of_that_are_named_where_they_are_few(long):
    """Else the operations that make it."""
    (torch, squares), (tf, others) = begun()
    one, other = np.logaddexp.reduce(SQUARES, 1), np.log(np.exp(SQUARES).sum(0))
    ends = []
    for side, value, line in ((torch, one, 12), (tf, other, 22)):
        kept = side.run(line + 6, [side.enter(X)], np.cos(X).mean(), "cos")
        if side is torch:
            made = torch.run(12, [squares], one, "aten.logsumexp.default")
        else:
            given = others
            for number in range(4 if long else 0):
                given = tf.run(30 + number, [given], SQUARES + 1 + number, "Relu")
            made = by_hand(tf, given, (22, 23, 24))
        mean = side.run(line + 3, [made], value.mean(), "mean")
        ends.append(value.mean() + np.cos(X).mean())
        side.run(line + 8, [mean, kept], ends[-1], "add")
    parts = [each[1:3] for each in found(torch, tf, ends) if each[0] == PARTS]
    assert {("torch", 15), ("tf", 25)} <= {*parts} if long else {("torch", 12), ("tf", 22), ("tf", 24)} <= {*parts}


def test_where_one_side_ends_with_what_the_other_goes_on_from_both_of_these_are_named():
    (torch, squares), (tf, others) = begun()
    torch.run(13, [torch.run(12, [squares], SQUARES.mean(), "mean")], SQUARES.mean() + 0.25, "add")
    tf.run(22, [others], SQUARES.mean(), "Mean")
    lines = found(torch, tf, (SQUARES.mean() + 0.25, SQUARES.mean()))
    assert [each for each in lines if each[0] == PARTS] == [(PARTS, "torch", 13, ""), (PARTS, "tf", 22, "- 0.25")]


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


def test_what_a_side_ends_with_is_named_where_it_was_made_and_not_where_it_was_detached():
    (torch, squares), (tf, others) = begun()
    total = torch.run(12, [squares], SQUARES.sum(), "aten.sum.default")
    torch.run(14, [total], SQUARES.sum(), "aten.detach.default")
    tf.run(23, [tf.run(22, [others], SQUARES.sum(), "Sum"), tf.enter(0.5)], SQUARES.sum() / 2, "Mul")
    lines = found(torch, tf, (SQUARES.sum(), SQUARES.sum() / 2))
    parts = [(PARTS, "torch", 12, ""), (PARTS, "tf", 23, "= 1/2 x"), (PARTS, "torch", 11, "")]  # the last one makes it
    assert [each for each in lines if each[0] == PARTS] == parts


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


def test_images_that_are_turned_part_where_they_were_turned():
    """Which a convolution shows that is given both, and that nothing before it does."""
    torch, tf = Recorded(), Recorded()
    images = np.random.default_rng(7).normal(size=(2, 3, 4, 4))
    turned, last = images.transpose(0, 3, 2, 1), images.transpose(0, 2, 3, 1)
    of_torch, of_tf = np.tanh(images).sum(1) * np.arange(4), np.tanh(turned).sum(-1) * np.arange(4)
    ours = torch.run(11, [torch.enter(images)], np.tanh(images), "aten.tanh.default")
    torch.run(12, [ours], of_torch, "aten.convolution.default")
    theirs = tf.run(21, [tf.enter(last)], np.tanh(last), "Tanh")
    theirs = tf.run(22, [theirs], np.tanh(turned), "Transpose")
    tf.run(23, [theirs], of_tf, "Conv2D")
    lines = found(torch, tf, (of_torch, of_tf))
    assert ("tf", 22) in [each[1:3] for each in lines if each[0] == PARTS]


def test_a_line_that_only_names_what_is_left_out_is_named_too(tmp_path):
    file = tmp_path / "port.py"
    file.write_text("def loss(x):\n    kept = x\n    return kept.mean()\n")
    torch, tf = Recorded(), Recorded(str(file))
    torch.run(13, [torch.run(12, [torch.enter(SQUARES)], np.sqrt(SQUARES), "sqrt")], np.sqrt(SQUARES).mean(), "mean")
    tf.run(3, [tf.enter(SQUARES)], SQUARES.mean(), "Mean")
    lines = found(torch, tf, (np.sqrt(SQUARES).mean(), SQUARES.mean()))
    assert {("torch", 12), ("tf", 3), ("tf", 2)} == {each[1:3] for each in lines if each[0] == PARTS}
