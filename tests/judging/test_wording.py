"""A finding says where two sides part, by how much, what still agreed, and how the loss goes on."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging import wording
from compare.judging.comparison import compare_runs
from compare.judging.difference import difference
from compare.judging.precision_loss import Off
from compare.judging.search import find_first_divergence
from compare.judging.stages import StageRow
from compare.judging.steps import Series
from compare.judging.study import make_runs
from compare.traces.step import END
from tests.helpers.synthetic import FakeSide, at, from_step, honest, runs_of

STEPS = 120


@pytest.fixture
def compared(tmp_path):
    """A comparison of a right side and one with this fault, and its first divergence."""

    def compare(fault=honest, stops=None, curves=(None, None), precision="float64"):
        sides = [FakeSide(), FakeSide(fault, stops)]
        sides = [replace(side, curves=of) if of else side for side, of in zip(sides, curves, strict=True)]
        run = runs_of(tmp_path, *sides, STEPS)
        runs = make_runs(run, (precision,), nudged=False)[precision]
        first, comparison = find_first_divergence(run, runs, compare_runs(runs))
        return comparison, first

    return compare


def test_the_place_the_gap_and_the_last_agreement_are_said(compared):
    said = wording.parting_sentence(*compared(from_step(30, "rate", 0.5)))
    assert said.startswith("parts at step 30, rate, learning_rate (gap 5.0e-01, allowed ")
    assert "; the last that agreed: step 30, " in said


def test_a_parting_is_told_with_place_numbers_and_what_last_agreed(compared):
    comparison = replace(compared()[0], gap=np.array([0, 0, 0, 0, 0, 1e-9, 2e-6, 0.5]))
    first = StageRow(4, "update", "fc1.weight", difference(np.array([1.0, 0.5]), np.array([1.0, 0.25])), 1e-13)
    agreed = replace(first, stage="gradient", allowed=1.0)
    comparison = replace(comparison, rows=[agreed, first])
    assert wording.parting_sentence(comparison, first) == (
        "parts at step 4, update, fc1.weight (gap 2.5e-01, allowed 1.0e-13, at [1] torch 0.5, tf 0.25); "
        "the last that agreed: step 4, gradient, fc1.weight; "
        "the loss is then apart by 1.0e-09 at step 5, 5.0e-01 at step 7"
    )


def test_a_missing_tensor_is_told_without_numbers(compared):
    comparison = replace(compared()[0], gap=np.array([0.25]))
    first = StageRow(0, "update", "conv1", difference(np.zeros(2), None), 1e-13)
    comparison = replace(comparison, rows=[first])
    assert wording.parting_sentence(comparison, first) == "parts at step 0, update, conv1 (missing in tf)"


def test_what_parts_at_the_end_does_not_go_on(compared):
    comparison = replace(compared()[0], gap=np.array([0.0, 0.25]))
    first = StageRow(END, "buffer", "bn.running_var", difference(np.zeros(2), None), 1e-13)
    comparison = replace(comparison, rows=[first])
    assert wording.parting_sentence(comparison, first) == "parts at the end, buffer, bn.running_var (missing in tf)"


def test_a_rate_and_its_float32_neighbour_are_recognised(compared):
    rounded = at(lambda key: key[1] == "rate", lambda value: np.float64(np.float32(value)))
    assert "one rounded to float32" in wording.parting_sentence(*compared(rounded))


def test_how_far_the_free_loss_is_apart_is_said_at_the_next_steps_and_at_the_end(compared):
    said = wording.parting_sentence(*compared(from_step(5, "loss", 2.0)))
    assert "; the loss is then apart by " in said
    assert [f" at step {step}" in said for step in (6, 15, 105, STEPS - 1)] == [True] * 4
    assert said.count("5.0e-01") == 5  # the gap of this step, and of four later ones: a loss twice as high


def test_of_the_last_step_nothing_goes_on(compared):
    assert "then apart" not in wording.parting_sentence(*compared(from_step(STEPS - 1, "loss", 2.0)))


def test_a_value_that_is_not_finite_has_no_gap(compared):
    said = wording.parting_sentence(*compared(from_step(30, "loss", np.nan)))
    assert said.startswith("parts at step 30, loss, loss (not finite, ")
    assert "gap" not in said.partition(")")[0]


def metric(last):
    return lambda steps: {"accuracy": [0.5] * (steps - 1) + [last]}


def test_a_curve_that_parts_alone_is_said_with_both_values(compared):
    comparison, first = compared(curves=(metric(0.5), metric(0.75)))
    assert wording.parting_sentence(comparison, first) == (
        f"the accuracy parts at step {STEPS - 1} (torch 0.5, tf 0.75), but no audited tensor does"
    )


def test_a_curve_that_one_side_has_not_is_missing_there(compared):
    comparison, first = compared(curves=(metric(0.5), None))
    assert "(torch 0.5, missing in tf)" in wording.parting_sentence(comparison, first)


def test_an_evaluation_is_quoted_by_the_step_after_which_it_was_made(compared):
    def evaluated(*values):
        return lambda steps: {"evaluation_step": [9, 19], "evaluation_loss": values}

    comparison, first = compared(curves=(evaluated(4.0, 3.0), evaluated(4.0, 6.0)))
    assert "the evaluation_loss parts at step 19 (torch 3, tf 6)" in wording.parting_sentence(comparison, first)


@pytest.mark.parametrize("stage", ["update", "buffer"])
def test_a_tensor_that_parts_where_no_audit_shows_it_is_said_with_its_gap(compared, stage):
    gap = np.array([0.0, 0.25])
    parting = Series(stage, "fc.weight", np.arange(2), gap, np.full(2, 1e-13))
    comparison = replace(compared()[0], series=(parting,))
    assert wording.parting_sentence(comparison, None) == (
        f"the {stage} of fc.weight parts at step 1 (gap 2.5e-01), but no audited tensor does"
    )


def test_a_side_that_ends_early_is_said_with_both_lengths(compared):
    said = wording.parting_sentence(*compared(stops=9))
    assert said == f"tf breaks off at step 9: torch trained {STEPS} steps, tf 9; as far as both go, nothing parts"


def test_a_leak_is_a_remark_on_its_place_alone(compared):
    comparison, first = compared(from_step(0, "rate", 1 + 1e-8))
    remark = wording.leak_remark(comparison, first)
    assert remark.startswith("leak of float32 precision: parts at step 0, rate, learning_rate (gap 1.0e-08, ")
    assert "then apart" not in remark


def test_less_than_any_constant_loses_by_rounding_comes_from_a_formula_that_cancels(compared):
    remark = wording.leak_remark(*compared(from_step(0, "rate", 1 + 1e-12)))
    assert remark.startswith("digits that one side loses, in a constant or a formula: parts at step 0, ")


def test_what_float32_alone_would_have_seen_is_said_where_it_was_measured(compared):
    comparison, _ = compared(precision="float32")
    said = wording.float32_alone(comparison)
    assert said.startswith("judged in float32 only: a difference of ")
    allowed = next(each.allowed for each in comparison.series if each.stage == "update")
    assert f"of {allowed.min():.0e} in the updates would have been seen" in said
    assert wording.float32_alone(replace(comparison, series=())) == "judged in float32 only"


def test_precision_alone_is_said_with_the_side_that_is_off_where_one_is(compared):
    double, _ = compared()
    why = "in float64 every step agrees, so this is precision: a dtype, a formula that loses digits, or a policy"
    assert wording.in_float32_only(double, None) == wording.in_float32_only(double, Off(1e-3, 1e-3)) == why
    assert wording.in_float32_only(double, Off(2e-6, 1e-3)) == (
        f"{why}; tf is off by 1.0e-03 from its own float64, the other side by 2.0e-06"
    )
    assert "; torch is off by 1.0e-03 " in wording.in_float32_only(double, Off(1e-3, 0.0))


def test_float64_is_said_to_agree_no_further_than_it_was_judged(compared):
    double, _ = compared()
    short = replace(double, series=tuple(replace(each, gap=each.gap[:7]) for each in double.series))
    assert wording.in_float32_only(short, None).startswith("in float64 the first 7 steps agree, so this is precision")
