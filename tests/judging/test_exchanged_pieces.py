"""Pieces of one value that one side takes in another order."""

import numpy as np
import pytest

from compare.judging.exchanged_pieces import lines_of_exchanged
from compare.judging.frontier import Stretch
from compare.judging.line import PARTS, compared
from tests.helpers.parted_steps import SQUARES, X, begun, found
from tests.helpers.recorded_operations import Recorded

PIECES = [np.sin(SQUARES[:4]), np.cos(SQUARES[:4]), np.exp(SQUARES[:4])]


def moved(recorded, squares, line, scale, shift):
    """What both have, multiplied by one of three pieces and moved by another."""
    pieces, factor = recorded.pieces(line, squares, PIECES), np.cos(X[:4])
    spread = recorded.run(line + 1, [pieces[scale]], PIECES[scale][None], "unsqueeze")
    value = PIECES[scale][None] * factor
    product = recorded.run(line + 2, [spread, recorded.enter(factor)], value, "mul")
    total = (value + PIECES[shift]).sum()
    recorded.run(
        line + 4, [recorded.run(line + 3, [product, pieces[shift]], value + PIECES[shift], "add")], total, "sum"
    )
    return total


@pytest.mark.parametrize("other", [1, 2])
def test_the_lines_that_take_the_pieces_come_before_those_that_use_them(other):
    (torch, squares), (tf, others) = begun()
    ends = moved(torch, squares, 12, 0, other), moved(tf, others, 22, other, 0)
    parts = [each[1:3] for each in found(torch, tf, ends) if each[0] == PARTS]
    assert parts == [("torch", 12), ("tf", 22), ("torch", 14), ("tf", 24)]


@pytest.mark.parametrize("crosswise", [True, False])
def test_pieces_are_exchanged_too_where_one_of_them_is_taken_beside_what_both_have(crosswise):
    """A mean and a scale: one is taken from a value, and so starts from that as well as from the piece."""
    (torch, squares), (tf, others) = begun()
    ends = []
    for side, given, line, mean in ((torch, squares, 12, 0), (tf, others, 22, 1 if crosswise else 0)):
        pieces = side.pieces(line, given, PIECES)
        more = 0 if side is torch else 1
        apart, scale = np.cos(X[:4]) - PIECES[mean] - more, np.tanh(PIECES[1 - mean]) + more
        gap = side.run(line + 1, [side.enter(np.cos(X[:4])), pieces[mean]], apart, "sub")
        spread = side.run(line + 2, [pieces[1 - mean]], scale, "softplus")
        ends.append(apart / scale)
        side.run(line + 3, [gap, spread], ends[-1], "erf" if side is tf else "erfc")
    parts = [each[1:3] for each in found(torch, tf, ends) if each[0] == PARTS]
    assert (parts[:2] == [("torch", 12), ("tf", 22)]) is crosswise


@pytest.mark.parametrize(
    ("names", "of_one"),
    [
        (("aten.slice.Tensor", "StridedSlice"), True),
        (("aten.select.int", "StridedSlice"), True),
        (("aten.slice.Tensor", "StridedSlice"), False),
        (("aten.exp.default", "Exp"), True),
    ],
)
def test_pieces_that_are_cut_out_of_one_value_one_by_one_are_exchanged_where_they_are_cut_out(names, of_one):
    """Of halves, each side takes the hyperbolic tangent of its first, which is not the same half."""
    (torch, squares), (tf, others) = begun()
    ends, halves = [], [SQUARES[:4], SQUARES[4:]]
    for side, given, line, first, name in zip((torch, tf), (squares, others), (12, 22), (0, 1), names, strict=True):
        wholes = given, given if of_one else side.enter(np.cos(SQUARES))
        taken = [side.run(line + each, [wholes[each]], halves[each], name) for each in (0, 1)]
        bent = side.run(line + 2, [taken[first]], np.tanh(halves[first]), "tanh")
        ends.append(np.tanh(halves[first]) * halves[1 - first])
        side.run(line + 3, [bent, taken[1 - first]], ends[-1], "mul")
    parts = [each[1:3] for each in found(torch, tf, ends) if each[0] == PARTS]
    assert (parts[:2] == [("torch", 12), ("tf", 23)]) is (of_one and "exp" not in names[0])


def test_what_no_operation_made_together_is_not_exchanged():
    torch, tf = Recorded(), Recorded()
    parts = []
    for side, chosen in ((torch, 0), (tf, 1)):
        values = [side.run(number, [side.enter(PIECES[number] + 1)], PIECES[number]) for number in (0, 1)]
        parts.append(side.run(3, [values[chosen], side.enter(X[:4])], PIECES[chosen] * X[:4], "mul"))
    step = compared(torch.end(), tf.end(), 1e-10)
    one, other = (
        Stretch(side, step.record(side), step.alike, end) for side, end in zip(("torch", "tf"), parts, strict=True)
    )
    assert lines_of_exchanged(step, "the loss", one.made(parts[0]), other.made(parts[1])) == []
