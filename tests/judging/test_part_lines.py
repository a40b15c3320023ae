"""The line of an operation that parts is its own, with what it makes and what is noted of it."""

from compare.judging.frontier import Part
from compare.judging.line import PARTS, compared
from compare.judging.part_lines import line_of_part, place_of_part
from tests.helpers.parted_steps import SQUARES, begun


def test_an_operation_has_the_line_that_ran_it():
    (torch, squares), (tf, others) = begun()
    step = compared(torch.end(), tf.end(), 1e-10)
    for side, value, line in (("torch", squares, 11), ("tf", others, 21)):
        number = step.record(side).producer[value]
        part = Part(side, step.record(side).operations[number], number, value)
        found = line_of_part(step, "the loss", part, "= 2 x")
        assert (found.place, found.side, found.role, found.at.line, found.note) == (
            "the loss",
            side,
            PARTS,
            line,
            "= 2 x",
        )
        assert found.value == f"mean magnitude {SQUARES.mean():.4g}"
        assert place_of_part(step, part) == found.at
