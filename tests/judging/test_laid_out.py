"""A transpose of one side stands against what laid the value out on the other."""

import numpy as np
import pytest

from compare.judging.frontier import Stretch
from compare.judging.laid_out import laid_out_by
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
