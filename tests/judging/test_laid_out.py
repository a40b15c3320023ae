"""A transpose of one side stands against what laid the value out on the other."""

import numpy as np
import pytest

from compare.judging.frontier import Stretch
from compare.judging.laid_out import before_laid_out, laid_out_by, reordered
from compare.judging.line import PARTS, compared
from compare.judging.pair_lines import lines_of_pair
from tests.helpers.recorded_operations import Recorded

X = np.random.default_rng(0).normal(size=(8, 3))


def frontier(laid_out, does):
    """What torch does to x, laid out by an operation, and tf's transpose of another layout of it."""
    torch, tf = Recorded(), Recorded()
    blocks = X.reshape(2, 4, 3)
    ours = torch.run(12, [torch.enter(X)], blocks, laid_out)
    torch.run(13, [ours], np.exp(blocks), does)
    theirs = X.reshape(4, 2, 3).swapaxes(0, 1)
    tf.run(22, [tf.run(22, [tf.enter(X)], X.reshape(4, 2, 3), "Reshape")], theirs, "Transpose")
    step = compared(torch.end(), tf.end(), 1e-10)
    targets = (step.torch, len(step.torch.values) - 1), (step.tf, len(step.tf.values) - 1)
    sides = zip(("torch", "tf"), targets, strict=True)
    [[one], [other]] = [Stretch(side, record, step.alike, end).frontier() for side, (record, end) in sides]
    return step, one, other


def test_the_line_of_what_laid_it_out_is_told_with_the_pair():
    step, torch, tf = frontier("aten.view.default", "aten.exp.default")
    stretches = tuple(Stretch(part.side, step.record(part.side), step.alike, part.output) for part in (torch, tf))
    lines = lines_of_pair(step, "the loss", stretches, torch, tf)
    assert ("torch", 12) in [(each.side, each.at.line) for each in lines if each.role == PARTS]


@pytest.mark.parametrize(
    ("laid_out", "does", "line"),
    [
        ("aten.view.default", "aten.exp.default", 12),
        ("aten.add.Tensor", "aten.exp.default", None),
        ("aten.view.default", "aten.permute.default", None),
    ],
    ids=["a view", "no layout", "itself"],
)
def test_what_laid_a_value_out_is_found_where_the_side_does_something_else_with_it(laid_out, does, line):
    step, torch, tf = frontier(laid_out, does)
    number = laid_out_by(step.torch, tf, torch)
    found = None if number is None else step.torch.operations[number].stack[0].line
    assert found == line
    assert laid_out_by(step.tf, torch, tf) is None, "of a transpose there is nothing to be found"


def heads(value, name="Reshape"):
    """What torch takes apart behind a permutation, and tf before it gives the pieces a shape."""
    torch, tf = Recorded(), Recorded()
    moved = X.reshape(4, 2, 3).swapaxes(0, 1)
    flat = [np.random.default_rng(4).permutation(each.ravel()) for each in moved]
    ours = torch.pieces(13, torch.run(12, [torch.enter(X)], moved, "aten.permute.default"), [*moved], "unbind")
    target = torch.run(14, [ours[0]], np.sin(moved[0]), "sin")
    theirs = tf.pieces(22, tf.enter(X), flat, "Split")
    laid_out = tf.run(23, [theirs[0]], value(moved[0], flat[0]), name)
    curved = tf.run(24, [laid_out], flat[0].reshape(4, 3), "Reshape")
    step = compared(torch.end(), tf.end(), 1e-10)
    both = tuple(Stretch(side, step.record(side), step.alike, end) for side, end in (("torch", target), ("tf", curved)))
    made = reordered(both, both[0].made(ours[0] - 1), both[1].made(theirs[0]), step.tolerance)
    return [(side, step.record(side).operations[number].stack[0].line) for side, number, _ in made]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (lambda right, flat: flat.reshape(4, 3), [("torch", 12), ("tf", 23)]),
        (lambda right, flat: flat.reshape(3, 4), [("torch", 12), ("tf", 24)]),
        (lambda right, flat: flat.reshape(4, 3) + 0.5, [("torch", 12), ("tf", 24)]),
    ],
    ids=["another order", "another shape first", "other numbers first"],
)
def test_what_comes_to_the_same_numbers_in_one_shape_in_another_order_was_laid_out_otherwise(value, found):
    assert heads(value) == found


def test_what_computes_something_lays_nothing_out():
    assert heads(lambda right, flat: flat.reshape(4, 3), "Einsum") == []


def test_what_was_stacked_of_one_value_alone_was_that_before():
    recorded = Recorded()
    made = recorded.run(10, [recorded.enter(X)], X**2, "Square")
    ones = recorded.run(11, [recorded.enter(8.0)], np.ones((2, 8, 3)), "Fill")
    grid = recorded.run(12, [made, ones], np.stack([X**2] * 2), "Mul")
    turned = recorded.run(13, [recorded.run(12, [made], X.T**2, "Transpose")], X**2, "Reshape")
    both = recorded.run(14, [grid, turned], np.stack([X**2] * 3), "Pack")
    scaled = recorded.run(15, [made, recorded.enter(2.0)], 2 * X**2, "Mul")
    further = recorded.run(16, [both, recorded.run(15, [made], np.cos(X), "Cos")], X, "Pack")
    moved = recorded.run(17, [made, ones], np.stack([X**2 + 1] * 2), "AddV2")
    record = recorded.end()
    assert before_laid_out(record, both) == made
    assert before_laid_out(record, further) is None  # of two
    assert [before_laid_out(record, each) for each in (made, scaled, ones, moved)] == [None] * 4
