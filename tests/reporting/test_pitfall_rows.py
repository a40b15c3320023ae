"""The row of a pitfall, of what its two versions came to."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from compare.inputs.catalogue import Pitfall
from compare.judging.causes.cause import Cause
from compare.judging.steps import Series
from compare.reporting.pitfall_rows import COLUMNS, OF_CAUSES, cause_rows, is_right, row
from tests.helpers.stage_row import BEYOND
from tests.helpers.stage_row import row as stage_row

PITFALL = Pitfall("adam_eps", "optimizer", "Epsilon.", "s", "c", "f", "src", "update", Path("adam_eps.py"))
CAUSE = Cause("the update", "has another formula", "f.py", 1, "a", "b", 0.1, 0.0, True, True, "of_settings")


def outcome(verdict, stage="update", causes=()):
    series = (Series("loss", "loss", np.array([0]), np.array([1e-16]), np.array([1e-13])),)
    comparison = SimpleNamespace(gap=np.array([0.0, 0.5]), series=series)
    first = stage_row(0, stage, "w", BEYOND) if verdict == "diverged" else None
    judgement = SimpleNamespace(first_divergence=first, comparisons={"float64": comparison}, causes=causes)
    return SimpleNamespace(verdict=verdict, judgement=None if verdict == "error" else judgement)


def test_a_pitfall_is_detected_located_mended_and_its_cause_proven():
    found = row(PITFALL, outcome("diverged", causes=(CAUSE,)), outcome("equivalent"))
    assert tuple(found) == COLUMNS
    assert (found["detected"], found["located"], found["proven"], found["cause"]) == (
        *(True, True, True),
        "has another formula",
    )
    assert (found["naive_gap"], found["effect"], found["fixed_gap"]) == (BEYOND, 0.5, 1e-16)
    assert is_right(found)


@pytest.mark.parametrize(
    ("naive", "fixed"),
    [
        (outcome("equivalent"), outcome("equivalent")),
        (outcome("diverged", "loss"), outcome("equivalent")),
        (outcome("diverged"), outcome("diverged")),
        (outcome("error"), outcome("equivalent")),
        (outcome("diverged"), outcome("error")),
    ],
)
def test_a_pitfall_that_does_not_part_where_it_must_or_is_not_mended_is_not_right(naive, fixed):
    assert not is_right(row(PITFALL, naive, fixed))


def test_each_change_that_was_found_is_a_row_with_the_rule_that_proposed_it():
    again = replace(CAUSE, closes=False, makes_equivalent=False, rule="other_signs")
    found = cause_rows(PITFALL, outcome("diverged", causes=(CAUSE, again)))
    assert [tuple(each) for each in found] == [OF_CAUSES] * 2
    assert [(each["rule"], each["new"], each["proven"], each["equivalent"]) for each in found] == [
        ("of_settings", "b", True, True),
        ("other_signs", "b", False, False),
    ]
    assert cause_rows(PITFALL, outcome("error")) == []


def test_one_that_shows_elsewhere_need_not_part():
    elsewhere = replace(PITFALL, stage="")
    assert is_right(row(elsewhere, outcome("equivalent"), outcome("equivalent")))
    assert row(elsewhere, outcome("equivalent"), outcome("equivalent"))["detected"] is None
    assert not is_right(row(elsewhere, outcome("error"), outcome("equivalent")))
