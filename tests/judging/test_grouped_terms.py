"""Terms that one side adds up first, and the other last."""

import numpy as np
import pytest

from compare.judging.frontier import Stretch
from compare.judging.grouped_terms import without_groups
from compare.judging.line import compared
from compare.judging.terms import Term
from tests.helpers.recorded_operations import Recorded

VALUES = 1.3, 0.45, 2.6


def stretches(whole):
    """Torch has three numbers, tf one that the first two make, and the third."""
    torch, tf = Recorded(), Recorded()
    for side, values in ((torch, VALUES), (tf, (whole, VALUES[2]))):
        for value in values:
            side.enter(value)
    step = compared(torch.end(), tf.end(), 1e-10)
    return [Stretch(side, step.record(side), step.alike, 0) for side in ("torch", "tf")]


@pytest.mark.parametrize("crosswise", [False, True])
@pytest.mark.parametrize("factor", [0.5, 0.25, -0.5])
def test_terms_that_are_one_together_are_left_out_and_told_where_the_factor_differs(factor, crosswise):
    one, other = stretches(VALUES[0] - VALUES[1])
    mine, theirs = [Term(0, 0.5, 0), Term(1, -0.5, 0), Term(2, 3.0, 0)], [Term(0, factor, 0), Term(1, 2.0, 0)]
    if crosswise:
        right, left, scaled = without_groups(other, one, theirs, mine)
        scaled = [pair[::-1] for pair in scaled]
    else:
        left, right, scaled = without_groups(one, other, mine, theirs)
    assert (left, right) == (mine[2:], theirs[1:])
    assert scaled == ([(mine[0], theirs[0])] if factor == 0.25 else [])


@pytest.mark.parametrize(("factor", "whole"), [(0.4, VALUES[0] - VALUES[1]), (0.5, 0.8), (0.5, VALUES[0] + VALUES[1])])
def test_what_has_another_factor_or_is_another_sum_is_no_group(factor, whole):
    one, other = stretches(whole)
    mine, theirs = [Term(0, 0.5, 0), Term(1, -factor, 0)], [Term(0, 0.5, 0)]
    assert without_groups(one, other, mine, theirs) == (mine, theirs, [])


def test_whole_numbers_are_sums_by_chance():
    torch, tf = Recorded(), Recorded()
    for side, values in ((torch, (3.0, 4.0)), (tf, (7.0,))):
        for value in values:
            side.enter(value)
    step = compared(torch.end(), tf.end(), 1e-10)
    one, other = (Stretch(side, step.record(side), step.alike, 0) for side in ("torch", "tf"))
    mine, theirs = [Term(0, 0.5, 0), Term(1, 0.5, 0)], [Term(0, 0.5, 0)]
    assert np.isclose(sum((3.0, 4.0)), 7.0)
    assert without_groups(one, other, mine, theirs)[0] == mine
