"""What a port accepts does not decide its verdict; what it does not, does, and so does what is hidden nowhere."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging.accepted import without_accepted
from compare.judging.difference import difference
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.stages import StageRow
from tests.helpers.synthetic import FakeSide, from_step, judge


def row(stage, tensor):
    return StageRow(0, stage, tensor, difference(np.array([1.0]), np.array([0.5])), 1e-13)


LOSS = IsolatedDifference("loss", "", (row("loss", "loss"),))
LAYER = IsolatedDifference("layer", "Linear", (row("forward", "fc"),))


@pytest.fixture
def judgement(tmp_path):
    """A judgement of two sides of which tf's has this fault."""
    return lambda fault: judge(tmp_path, tf=FakeSide(fault), steps=20).judgement


@pytest.fixture
def apart(judgement):
    return judgement(from_step(3, "loss", 1.5))


def test_where_nothing_is_accepted_nothing_changes(apart):
    assert without_accepted(apart, {}, [0]) == apart


def test_where_all_is_accepted_the_verdict_is_equivalent_and_says_why_by_how_much_and_where_the_rest_was_judged(apart):
    found = without_accepted(replace(apart, differences=(LOSS,)), {"LOSS": "another sum"}, [0, 3])
    assert found.verdict == "equivalent"
    assert found.first_divergence is None
    [said, *_] = found.findings
    assert said.startswith("equivalent but for 1 accepted difference: loss (another sum), gap 5.0e-01; the loss is ")
    assert "the loss is 3.3e-01 apart at the end, in evaluation 3.3e-01; " in said
    assert said.endswith("all else was judged by itself in the steps 0, 3 and in evaluation")


def test_what_is_not_accepted_still_decides_and_comes_first(apart):
    found = without_accepted(replace(apart, differences=(LAYER, LOSS)), {"Linear output": "meant"}, [0])
    assert found.verdict == "diverged"
    assert found.differences == (LOSS, LAYER)
    assert found.findings[1] == "beside 1 accepted difference: Linear output (meant), gap 5.0e-01"


def test_one_that_has_disappeared_is_a_remark_whatever_the_verdict(apart, judgement):
    same = judgement(lambda key, value: value)
    for each in (apart, same):
        found = without_accepted(each, {"BatchNorm eps": "stock Keras"}, [0])
        assert found.verdict == each.verdict
        assert found.findings[-1].startswith("'BatchNorm eps' is accepted and was not found")


def test_a_statistic_is_accepted_where_every_step_agrees_otherwise(tmp_path):
    def wrong(key, value):
        return value + 1 if key[1] == "buffer" else value

    for fault, expected in (
        (wrong, "equivalent"),
        (lambda *of: from_step(7, "update", 1.5)(of[0], wrong(*of)), "diverged"),
    ):
        apart = judge(tmp_path, tf=FakeSide(fault), steps=20).judgement
        found = replace(apart, differences=(IsolatedDifference("buffer", "Norm", (row("buffer", "running_mean"),)),))
        assert without_accepted(found, {"Norm running mean": "meant"}, [0]).verdict == expected
