"""Parity of every case: the default run of the report, judged once for the whole module."""

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.judging.experiments import CaseExperiment
from compare.reporting.experiments import run_experiments
from compare.traces.trace import STAGES

AUDITED = {"batch", "weights", "forward", "loss", "gradient", "rate", "update"}


@pytest.fixture(scope="module")
def results():
    return {
        result.case: result
        for _, result in run_experiments(CaseExperiment(make_inputs(cases.load(name))) for name in cases.NAMES)
    }


@pytest.mark.parametrize("case", cases.NAMES)
def test_a_case_is_equivalent_and_nothing_else_is_found(results, case):
    assert (results[case].verdict, results[case].findings) == ("equivalent", ())


@pytest.mark.parametrize("case", cases.NAMES)
def test_the_float64_losses_agree_to_1e_12_at_every_step(results, case):
    curves = results[case].curves.query("precision == 'float64'")
    assert len(curves) == results[case].subject.steps
    assert (np.abs(curves.torch_loss - curves.tf_loss) <= 1e-12 * np.abs(curves.torch_loss)).all()


@pytest.mark.parametrize("case", cases.NAMES)
def test_every_stage_of_the_first_step_is_inside_its_float64_envelope(results, case):
    stages = results[case].stages.query("precision == 'float64'")
    assert (stages.verdict == "within").all()
    assert set(stages[stages.step == 0].stage) - {"state", "buffer"} == AUDITED
    assert set(stages.stage) <= set(STAGES)


@pytest.mark.parametrize("case", cases.NAMES)
def test_what_the_optimizer_remembers_is_compared_for_every_weight_that_has_a_gradient(results, case):
    first = results[case].stages.query("precision == 'float64' and step == 0")
    remembered = {name.split()[0] for name in first[first.stage == "state"].tensor}
    with_gradient = {name.split()[0] for name in first[first.stage == "gradient"].tensor}
    assert with_gradient
    assert remembered in (with_gradient, set())  # SGD without momentum remembers nothing
    if {"epsilon", "momentum"} & set(cases.load(case).settings):
        assert remembered


@pytest.mark.parametrize("case", cases.NAMES)
def test_both_sides_are_set_alike(results, case):
    assert set(results[case].settings.verdict) == {"equal"}


@pytest.mark.parametrize("case", cases.NAMES)
def test_both_sides_learn(results, case):
    losses = results[case].epochs.query("precision == 'float32' and metric == 'loss'")
    for side in ("torch", "tf"):
        assert losses[side].iloc[-1] < 0.99 * losses[side].iloc[0]


@pytest.mark.parametrize("case", cases.NAMES)
def test_metrics_and_evaluations_agree_in_every_epoch(results, case):
    epochs = results[case].epochs.query("precision == 'float64'")
    assert ("evaluation_loss" in set(epochs.metric)) == (cases.load(case).held_out is not None)
    np.testing.assert_allclose(epochs.torch, epochs.tf, rtol=1e-12)
    assert (epochs.gap <= 1e-12).all()
    assert epochs[epochs.metric == "accuracy"].torch.between(0, 1).all()


def test_the_float32_gap_of_a_correct_port_is_that_of_a_nudge(results):
    for result in results.values():
        comparison = result.judgement.comparisons["float32"]
        assert comparison.parts_at is None
