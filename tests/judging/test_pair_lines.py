"""The lines of two operations that part: what one side does more, chooses, or spreads."""

import numpy as np
import pytest

from compare.judging.line import PARTS
from tests.helpers.parted_steps import SQUARES, X, Y, begun, found
from tests.helpers.recorded_operations import Recorded

SIDE_BY_SIDE = np.stack([SQUARES, SQUARES])


def test_what_one_side_leaves_out_stands_where_it_makes_or_takes_what_it_lacks():
    (torch, squares), (tf, others) = begun()
    cut = torch.run(11, [squares], np.minimum(SQUARES, 1.5), "aten.clamp.default")
    torch.run(12, [cut], 1.25, "aten.mean.default")
    tf.run(22, [others], 2.75, "Mean")
    lines = found(torch, tf, (1.25, 2.75))
    assert [each for each in lines if each[0] == PARTS] == [
        (PARTS, "torch", 11, "cut off at 1.5"),
        (PARTS, "tf", 21, ""),
        (PARTS, "tf", 22, ""),
    ]


def test_what_one_side_leaves_out_stands_where_its_value_was_made_before_it_was_cast_and_where_it_is_taken():
    (torch, squares), (tf, others) = begun()
    root = torch.run(12, [torch.run(12, [squares], SQUARES, "view")], np.sqrt(SQUARES), "aten.sqrt.default")
    taken = torch.run(13, [root], np.sqrt(SQUARES).mean(), "aten.mean.default")
    torch.run(14, [taken], np.exp(np.sqrt(SQUARES).mean()), "aten.exp.default")
    passed = tf.run(22, [others, tf.enter(np.int64(3))], SQUARES, "StridedSlice")
    tf.run(24, [tf.run(23, [passed], SQUARES.mean(), "Mean")], np.exp(SQUARES.mean()), "Exp")
    lines = found(torch, tf, (np.exp(np.sqrt(SQUARES).mean()), np.exp(SQUARES.mean())))
    assert [each[1:3] for each in lines if each[0] == PARTS] == [("torch", 12), ("tf", 21), ("tf", 23)]


@pytest.mark.parametrize(("line", "where"), [(12, [21, 22]), (13, [22])])
def test_what_stands_in_a_statement_of_its_own_may_belong_to_the_one_before_on_the_other_side(line, where):
    (torch, squares), (tf, others) = begun()
    cut = torch.run(line, [squares], np.minimum(SQUARES, 1.5), "aten.clamp.default")
    torch.run(13, [cut], 1.25, "aten.mean.default")
    tf.run(22, [others], 2.75, "Mean")
    lines = found(torch, tf, (1.25, 2.75))
    assert [each[1:3] for each in lines if each[0] == PARTS] == [("torch", line), *(("tf", each) for each in where)]


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


def test_what_one_side_chooses_from_a_value_the_other_leaves_out_where_it_passes_the_value_on():
    (torch, squares), (tf, others) = begun()
    chosen = torch.run(12, [squares], SQUARES[:-1], "aten.slice.Tensor")
    torch.run(13, [chosen], np.prod(SQUARES[:-1]), "aten.prod.default", helper=3)
    tf.run(22, [others], np.prod(SQUARES), "Prod", helper=4)
    lines = found(torch, tf, (np.prod(SQUARES[:-1]), np.prod(SQUARES)))
    assert [each[1:3] for each in lines if each[0] == PARTS] == [("torch", 12), ("tf", 22)]


def test_what_one_side_does_before_both_join_it_with_the_same_is_left_out_on_the_other():
    """As a key that is normalised in several operations before it meets the query."""
    (torch, squares), (tf, others) = begun()
    norm = np.linalg.norm(SQUARES, axis=1, keepdims=True)
    lengths = torch.run(11, [squares], norm, "aten.linalg_vector_norm.default")
    unit = torch.run(11, [squares, lengths], SQUARES / norm, "aten.div.Tensor")
    joined = torch.run(12, [torch.enter(X), unit], np.einsum("ij,ij->i", X, SQUARES / norm), "aten.bmm.default")
    torch.run(13, [joined], (X * SQUARES / norm).sum(), "aten.sum.default")
    product = tf.run(22, [tf.enter(X), others], X * SQUARES, "Mul")
    tf.run(23, [product], (X * SQUARES).sum(), "Sum")
    lines = found(torch, tf, ((X * SQUARES / norm).sum(), (X * SQUARES).sum()))
    assert {("torch", 11), ("tf", 21), ("tf", 22)} <= {each[1:3] for each in lines if each[0] == PARTS}


def test_a_sign_that_is_turned_within_a_function_proves_nothing_and_the_lines_behind_are_named_too():
    """A loss of a library, and its formula, which weights all of it."""
    (torch, squares), (tf, others) = begun()
    present = X**2 * np.logaddexp(0, -SQUARES)
    torch.run(12, [squares, torch.enter(X**2)], present.mean(), "bce")
    negative = tf.run(22, [others], -SQUARES, "Neg")
    plus = tf.run(22, [negative], np.logaddexp(0, -SQUARES), "Softplus")
    made = tf.run(22, [tf.enter(X**2), plus], present, "Mul")
    tf.run(23, [tf.run(23, [made, tf.enter(3 + Y)], present * (3 + Y), "Mul")], (present * (3 + Y)).mean(), "Mean")
    lines = found(torch, tf, (present.mean(), (present * (3 + Y)).mean()))
    assert {("torch", 12), ("tf", 22), ("tf", 23)} <= {each[1:3] for each in lines if each[0] == PARTS}


@pytest.mark.parametrize(("added", "where"), [(SIDE_BY_SIDE + 2, [21, 22, 23]), (np.sqrt(SIDE_BY_SIDE), [22, 23])])
def test_what_is_added_behind_a_stack_may_be_left_out_where_that_was_made_which_is_stacked(added, where):
    (torch, squares), (tf, others) = begun()
    stacked = torch.run(12, [squares, squares], SIDE_BY_SIDE, "aten.stack.default")
    more = torch.run(13, [stacked], added, "aten.add.Tensor")
    torch.run(15, [torch.run(14, [more], np.exp(added), "aten.exp.default")], np.exp(added).mean(), "aten.mean.default")
    passed = tf.run(22, [others, others], SIDE_BY_SIDE, "Pack")
    bent = tf.run(23, [passed], np.exp(SIDE_BY_SIDE), "Exp")
    tf.run(24, [bent], np.exp(SIDE_BY_SIDE).mean(), "Mean")
    lines = found(torch, tf, (np.exp(added).mean(), np.exp(SIDE_BY_SIDE).mean()))
    parts = {each[1:3] for each in lines if each[0] == PARTS}
    assert sorted(line for side, line in parts if side == "tf") == where
