"""What the table of the judge's power calls detected, missed, and too small to be seen."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging import tolerances
from compare.judging.difference import Difference
from compare.judging.stages import StageRow
from compare.judging.steps import Series
from tests import power, power_sides
from tests.power_trainings import LONG, SHORT, TRAININGS

PLANTED = power.Planted(TRAININGS["momentum_sgd"], "rate_1e-03")
AT = PLANTED.training.late
KEY = ("update", "head.weight")


def result(envelope, first=None):
    """A judgement of a training whose nudged followers open `envelope` in the one update, at every step."""
    steps = np.arange(PLANTED.training.steps)
    allowed = np.full(len(steps), tolerances.STEP_FACTOR * envelope)
    comparison = SimpleNamespace(
        series=(Series(*KEY, steps, np.full(len(steps), envelope / 4), allowed),), parting=None
    )
    verdict = "diverged" if first else "equivalent"
    judgement = SimpleNamespace(comparisons=dict.fromkeys(power.PRECISIONS, comparison), first_divergence=first)
    return SimpleNamespace(verdict=verdict, findings=["said"], judgement=judgement)


def row(precision, size, envelope, first=None):
    """The row of a fault that is so large in float64."""
    return power.row(PLANTED, precision, result(envelope, first), {KEY: size})


def found(step, stage):
    return StageRow(step, stage, "learning_rate", Difference("value", "()", max_rel=1e-3), 1e-6)


def test_a_fault_found_at_its_step_and_stage_is_detected():
    measured = row("float64", 1e-3, 1e-14, found(AT, "rate"))
    assert measured["detected"] == "yes"
    assert (measured["found_step"], measured["found_stage"], measured["gap"]) == (AT, "rate", 1e-3)
    assert measured["findings"] == ""


@pytest.mark.parametrize("place", [(AT + 1, "rate"), (AT, "state"), (0, "rate")])
def test_a_fault_found_at_another_step_or_stage_is_missed(place):
    measured = row("float64", 1e-3, 1e-14, found(*place))
    assert (measured["detected"], measured["findings"]) == ("no", "said")


def test_what_is_not_found_is_missed_in_float64_and_in_float32_above_ten_envelopes():
    assert row("float64", 1e-15, 1e-14)["detected"] == "no"
    assert row("float32", 11e-6, 1e-6)["detected"] == "no"
    below = row("float32", 9e-6, 1e-6)
    assert (below["detected"], below["found_step"]) == ("below ten envelopes", None)
    assert below["envelopes"] == pytest.approx(9)


def test_what_was_not_found_shows_the_widest_gap_of_its_step_and_the_least_that_would_have_been_seen():
    measured = row("float32", 9e-6, 1e-6)
    assert (measured["gap"], measured["allowed"]) == pytest.approx((0.25e-6, 8e-6))
    assert measured["smallest_update_seen"] == pytest.approx(8e-6)


def test_every_row_has_the_columns_of_the_table():
    assert tuple(row("float64", 1e-3, 1e-14)) == power.COLUMNS


def test_there_are_twelve_trainings_and_every_fault_is_planted_in_some_of_them_late():
    assert len(SHORT) >= 12
    assert {each.name for each in SHORT} >= set(LONG)
    for fault, planted in power_sides.FAULTS.items():
        assert any(planted.stage(training) for training in TRAININGS.values()), fault
    assert {(each.steps, each.late) for each in TRAININGS.values()} == {(30, 20), (300, 200)}


def test_a_planted_side_is_found_by_its_name_and_no_other_is_there():
    module, _, name = power_sides.place_of(PLANTED.training, PLANTED.fault).partition(":")
    assert module == power_sides.__name__
    assert getattr(power_sides, name).args == ("momentum_sgd", "rate_1e-03", AT)
    with pytest.raises(AttributeError, match=r"nothing\.rate\.1: expected TRAINING\.FAULT\.STEP"):
        getattr(power_sides, "nothing.rate.1")


def test_the_second_example_is_in_the_place_of_the_first_and_masks_stay():
    tokens = np.arange(12).reshape(2, 3, 2)
    assert power_sides._second_for_first("tokens", tokens)[0].tolist() == [[2, 3], [2, 3], [4, 5]]
    assert power_sides._second_for_first("x", np.arange(3)).tolist() == [1, 1, 2]
    assert power_sides._second_for_first("masks", np.arange(3)).tolist() == [0, 1, 2]
