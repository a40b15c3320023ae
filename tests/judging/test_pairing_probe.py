"""A probe shows how far both sides agree: in the first step, or as far as it is told."""

import pytest

from compare.judging.difference import Difference
from compare.judging.pairing_probe import Probed, how_far, training_until
from compare.judging.stages import StageRow
from compare.running.request import Start
from compare.traces.pairing import RecordedModel, pair
from compare.traces.step import END

NOWHERE = Start("weights.npz", ())


@pytest.mark.parametrize(("step", "audits", "steps"), [(0, (0,), 1), (3, (0, 3), 4), (END, (0,), None)])
def test_a_run_until_a_step_shows_the_first_and_that_one(step, audits, steps):
    training = training_until(step, "float64", NOWHERE)
    assert (training.audits, training.steps) == (audits, steps)


def test_what_parts_later_agrees_further():
    pairing = pair(*(RecordedModel([], {}, ["a", "b"], []) for _ in range(2)))
    places = [(0, "forward", "a"), (0, "forward", "b"), (0, "loss", ""), (0, "gradient", "w"), (1, "forward", "a"),
              (1, "update", "w"), (END, "loss", "")]  # fmt: skip
    rows = [StageRow(*place, Difference("value", 1.0, 1.0), 0.0) for place in places]
    reached = [how_far(pairing, row) for row in rows]
    assert reached == sorted(reached)
    assert len(set(reached)) == len(reached)


def test_what_agrees_because_less_is_shown_is_no_further():
    """A policy that is held against its target, which no gradient reaches."""
    pairing = pair(*(RecordedModel([], {}, ["a", "b"], []) for _ in range(2)))
    parts_early, parts_late = (
        StageRow(0, stage, "w", Difference("value", 1.0, 1.0), 0.0) for stage in ("loss", "gradient")
    )
    best = Probed(pairing, parts_early, None, 4)
    assert not Probed(pairing, None, None, 3).is_further_than(best)
    assert Probed(pairing, None, None, 4).is_further_than(best)
    assert Probed(pairing, parts_late, None, 5).is_further_than(best)
    assert not Probed(pairing, parts_early, None, 5).is_further_than(best)
