"""Where a training of thousands of steps first parts is found in a few rounds of other audits."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from compare.judging.comparison import compare_pair
from compare.judging.search import AUDITS_A_ROUND, ROUNDS, find_first_divergence
from compare.running.request import Training
from tests.helpers.synthetic import FakeSide, from_step, runs_of

STEPS = 300


@dataclass(frozen=True)
class Searched:
    """What was found, and the trainings asked for, a list a round."""

    first: object
    comparison: object
    rounds: list


@pytest.fixture
def search(tmp_path):
    """Compares two sides at the first steps, and searches from there."""

    def of(tf, steps=STEPS, nudged=False, parts_at=None, audits=(0, 1, 2)):
        asked = []
        run = runs_of(tmp_path, FakeSide(), tf, steps, asked)
        plain, *rest = run([Training("float64", nudge, audits) for nudge in ((None, "float64") if nudged else (None,))])
        comparison = compare_pair("float64", plain, rest[0] if rest else None)
        if parts_at is not None:
            comparison = replace(comparison, parts_at=parts_at, parts_in="accuracy")
        return Searched(*find_first_divergence(run, comparison, nudged), asked[1:])

    return of


def test_what_was_audited_at_first_is_not_searched_for(search):
    searched = search(FakeSide(from_step(1, "rate", 0.5)))
    assert searched.first.key == (1, "rate", "learning_rate")
    assert searched.rounds == []


@pytest.mark.parametrize("step", [3, 10, 157, STEPS - 1])
@pytest.mark.parametrize("stage", ["batch", "loss", "buffer"])
def test_any_step_is_found_in_no_more_rounds_than_allowed(search, step, stage):
    searched = search(FakeSide(from_step(step, stage, 1.5)))
    assert searched.first.key[:2] == (step, stage)
    assert 1 <= len(searched.rounds) <= ROUNDS


def test_each_round_audits_a_few_steps_and_trains_no_further_than_they_are(search):
    searched = search(FakeSide(from_step(157, "buffer", 1.5)))
    for trainings in searched.rounds:
        [training] = trainings
        assert 1 <= len(training.audits) <= AUDITS_A_ROUND
        assert training.steps == max(training.audits) + 1
    spans = [max(one.audits) - min(one.audits) for [one] in searched.rounds]
    assert spans == sorted(spans, reverse=True)


def test_with_nudges_each_round_trains_a_nudged_twin(search):
    searched = search(FakeSide(from_step(157, "buffer", 1.5)), nudged=True)
    for plain, twin in searched.rounds:
        assert (plain.nudge, twin.nudge) == (None, "float64")
        assert replace(twin, nudge=None) == plain


def test_the_rows_of_all_rounds_stand_in_the_order_of_steps_each_once(search):
    searched = search(FakeSide(from_step(157, "buffer", 1.5)))
    keys = [row.key for row in searched.comparison.rows]
    assert len(keys) == len(set(keys))
    steps = [row.step for row in searched.comparison.rows]
    assert steps == sorted(steps)
    audited = {step for trainings in searched.rounds for one in trainings for step in one.audits}
    assert {0, 1, 2, *audited} <= set(steps)


def test_where_no_tensor_parts_none_is_found_and_the_searching_ends(search):
    searched = search(FakeSide(), parts_at=200)
    assert searched.first is None
    assert len(searched.rounds) <= ROUNDS
    assert all(row.within for row in searched.comparison.rows)


def test_a_weight_that_differs_is_followed_back_to_the_update_that_made_it(search):
    def fault(key, value):
        return value * 1.5 if key[:2] == (40, "update") else value

    searched = search(FakeSide(fault), audits=(0, 41, 42))
    assert searched.first.key == (40, "update", "weight")


def test_steps_are_spread_evenly_over_where_the_cause_must_lie(search):
    searched = search(FakeSide(from_step(157, "loss", 1.5)))
    [first] = searched.rounds[0]
    np.testing.assert_array_equal(first.audits, np.linspace(3, 157, AUDITS_A_ROUND).astype(int))
