"""What one side computes at once and the other piece by piece is what both have."""

import numpy as np

from compare.judging.alike import alike
from compare.judging.composed import with_composed
from compare.judging.frontier import Stretch
from tests.helpers.recorded_operations import Recorded

RNG = np.random.default_rng(6)
BOXES = RNG.normal(size=(9, 4))
LOW, HIGH = np.sin(BOXES[:, :2]), np.cos(BOXES[:, 2:])


def sides(width=None, torch_also=None):
    """PyTorch computes the corners of boxes one by one, TensorFlow in pairs."""
    torch, tf = Recorded(), Recorded()
    boxes, same = torch.enter(BOXES), tf.enter(BOXES)
    corners = [torch.run(line, [boxes], each, "sin") for line, each in enumerate((*LOW.T, *HIGH.T), 1)]
    if torch_also is not None:
        torch.run(9, [boxes], torch_also, "other")
    low, high = tf.run(1, [same], LOW, "Sin"), tf.run(2, [same], HIGH, "Cos")
    widths = HIGH - LOW if width is None else width
    ends = (
        torch.run(10, corners, np.exp(HIGH - LOW).sum(), "op"),
        tf.run(11, [tf.run(10, [low, high], widths, "Sub")], np.exp(widths).sum(), "op"),
    )
    return torch.end(), tf.end(), ends


def frontiers(torch, tf, ends):
    found = with_composed(torch, tf, alike(torch, tf, 1e-10), 1e-10)
    stretches = [Stretch(side, *each) for side, *each in (("torch", torch, found, ends[0]), ("tf", tf, found, ends[1]))]
    return [[part.operation.stack[0].line for part in each.frontier()] for each in stretches], stretches


def test_values_that_the_other_side_has_piece_by_piece_are_what_both_have():
    lines, stretches = frontiers(*sides(width=HIGH + LOW))
    assert lines == [[10], [10]]
    starts = [{*each.frontier()[0].starts} for each in stretches]
    assert starts[0] == starts[1]
    assert len(starts[0]) == 4


def test_a_piece_that_the_other_side_lacks_is_followed():
    torch, _, ends = sides()
    wrong = Recorded()
    boxes = wrong.enter(BOXES)
    low = wrong.run(1, [boxes], np.column_stack([LOW[:, 0], LOW[:, 1] + 1]), "Sin")
    end = wrong.run(2, [low], np.exp(LOW).sum(), "op")
    assert frontiers(torch, wrong.end(), (ends[0], end))[0][1] == [1]


def test_what_may_be_the_same_in_another_order_is_no_composition():
    """The other side has the same numbers in one: the pieces may have been put together the wrong way round."""
    lines, _ = frontiers(*sides(torch_also=LOW[:, ::-1]))
    assert lines[1] == [1]
    assert frontiers(*sides(torch_also=LOW + 1))[0][1] == [10], "of the same size, and of other numbers"


def test_pieces_may_lie_along_any_axis():
    """Crops that one side takes apart in the middle, and the other keeps."""
    torch, tf = Recorded(), Recorded()
    crops = RNG.normal(size=(4, 3, 5))
    views = [torch.run(1, [torch.enter(crops)], np.sin(crops[:, each]), "sin") for each in range(3)]
    whole = tf.run(1, [tf.enter(crops)], np.sin(crops), "Sin")
    ends = torch.run(2, views, 1.25, "sum"), tf.run(2, [whole], 2.75, "Sum")
    lines, _ = frontiers(torch.end(), tf.end(), ends)
    assert lines == [[2], [2]]


def test_what_one_side_has_as_a_whole_and_the_other_in_two_of_any_size_is_what_both_have():
    """A graph of users and items, whose tables one side keeps together."""
    torch, tf = Recorded(), Recorded()
    whole = torch.run(1, [torch.enter(BOXES)], np.sin(BOXES), "sin")
    rows = [tf.run(line, [tf.enter(each)], np.sin(each), "Sin") for line, each in ((1, BOXES[:4]), (2, BOXES[4:]))]
    ends = torch.run(2, [whole], 1.25, "sum"), tf.run(3, rows, 2.75, "Sum")
    lines, stretches = frontiers(torch.end(), tf.end(), ends)
    assert lines == [[2], [3]]
    assert len({*stretches[0].frontier()[0].starts} & {*stretches[1].frontier()[0].starts}) == 2
