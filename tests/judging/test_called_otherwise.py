"""A layer that one side calls for each time step and the other once is compared by all that it puts out."""

import numpy as np
import pytest

from compare.judging.first_divergence import first_divergence
from compare.judging.not_shown import not_shown
from compare.judging.stage_rows import stage_rows
from tests.helpers.recorded import Recorded

STEPS = np.random.default_rng(0).normal(size=(4, 3, 2))  # by time, of which each is a call of torch's
LOSS = {(0, "loss", "loss"): np.ones(())}


def rows(torch, tf):
    """The rows of outputs that each side puts out call by call; the loss differs, so that a difference counts."""
    sides = []
    for loss, outputs in ((1.0, torch), (2.0, tf)):
        named = {(0, "forward", f"fc{f' (call {n + 1})' if n else ''}"): each for n, each in enumerate(outputs)}
        sides.append(Recorded(named | {(0, "loss", "loss"): np.array(loss)}))
    return stage_rows(*sides, [], "float64")


@pytest.mark.parametrize("whole", [STEPS, np.swapaxes(STEPS, 0, 1), STEPS.reshape(12, 2)])
def test_the_same_numbers_in_another_number_of_calls_are_no_difference(whole):
    assert first_divergence(rows(STEPS, [whole])).stage == "loss"
    assert first_divergence(rows([whole], STEPS)).stage == "loss"


def test_other_numbers_part_there():
    other = STEPS.copy()
    other[1, 2, 0] += 0.1
    first = first_divergence(rows(STEPS, [other]))
    assert (first.stage, first.difference.kind) == ("forward", "value")
    assert first.difference.max_abs <= 0.1
    assert first.difference.detail == "all of 4 calls in torch, 1 in tf together"


def test_more_numbers_on_one_side_are_not_compared_and_said_to_be_so():
    found = rows(STEPS[:3], [STEPS])
    assert first_divergence(found).stage == "loss"
    assert "the output of fc comes of other calls on each side (3 calls in torch, 1 in tf): not compared" in (
        not_shown(found)
    )


def test_as_many_calls_of_other_shapes_part():
    assert first_divergence(rows(STEPS, STEPS[:, :, :1])).difference.kind == "shape"
