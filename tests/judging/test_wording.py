"""A finding says where two sides part, by how much, what still agreed, and how the loss goes on."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging import wording
from compare.judging.comparison import compare_pair
from compare.judging.stages import first_divergence
from compare.running.request import Training
from compare.traces.trace import TracePair
from tests.helpers.synthetic import FakeSide, at, from_step, honest

STEPS = 120
AUDITED = (0, 1, 5, 7, 30, STEPS - 1)


@pytest.fixture
def compared(tmp_path):
    """A comparison of a right side and one with this fault, audited where the faults are; its first divergence."""

    def compare(fault=honest, stops=None, curves=(None, None)):
        sides = [FakeSide(), FakeSide(fault, stops)]
        sides = [replace(side, curves=of) if of else side for side, of in zip(sides, curves, strict=True)]
        paths = (tmp_path / f"{number}.npz" for number in range(2))
        traces = (
            side.trace(path, Training("float64", audits=AUDITED), STEPS)
            for side, path in zip(sides, paths, strict=False)
        )
        comparison = compare_pair("float64", TracePair(*traces), None)
        return comparison, first_divergence(comparison.rows)

    return compare


def test_the_place_the_gap_and_the_last_agreement_are_said(compared):
    said = wording.parting_sentence(*compared(from_step(30, "rate", 0.5)))
    assert said.startswith("parts at step 30, rate, learning_rate (gap 5.0e-01, allowed ")
    assert "; the last that agreed: step 30, gradient, weight" in said


def test_a_rate_and_its_float32_neighbour_are_recognised(compared):
    rounded = at(lambda key: key[1] == "rate", lambda value: np.float64(np.float32(value)))
    assert "one rounded to float32" in wording.parting_sentence(*compared(rounded))


def test_how_far_the_loss_is_apart_is_said_at_the_next_steps_and_at_the_end(compared):
    comparison, first = compared(from_step(5, "loss", 2.0))
    said = wording.parting_sentence(comparison, first)
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
    assert "the evaluation_loss parts at step 19 (torch 3.0, tf 6.0)" in wording.parting_sentence(comparison, first)


@pytest.mark.parametrize(
    ("fault", "stops", "said"),
    [
        (from_step(7, "loss", np.inf), None, "the loss breaks off at step 7 (torch {loss}, tf inf)"),
        (honest, 9, "the loss breaks off at step 9 (torch {loss}, missing in tf)"),
    ],
)
def test_a_loss_that_breaks_off_is_quoted_from_where_it_does(compared, fault, stops, said):
    comparison, _ = compared(fault, stops)
    step = int(said.split("step ")[1].split()[0])
    assert wording.break_sentence(comparison) == said.format(loss=comparison.pair.torch.curves["loss"][step])


def test_what_makes_no_port_wrong_begins_with_what_it_is(compared):
    comparison, first = compared(from_step(0, "rate", 1 + 1e-8))
    parting = wording.parting_sentence(comparison, first)
    assert wording.divergence_finding("diverged", comparison, first) == parting
    assert wording.divergence_finding("equivalent", comparison, first) == f"leak of float32 precision: {parting}"
    comparison, first = compared(from_step(0, "rate", 1 + 1e-12))
    assert wording.divergence_finding("equivalent", comparison, first).startswith("digits lost by a formula that ")
