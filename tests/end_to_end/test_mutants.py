"""The judge has teeth: wrong ports come out `diverged`, with the place where they part."""

import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.judging.experiments import CaseExperiment
from compare.reporting.experiments import run_experiments
from compare.running.options import Options
from tests.end_to_end.mutants import every_mutant
from tests.end_to_end.mutants.basics import LEAK

MUTANTS = every_mutant()
# What they open first is less than is allowed where rounding is not measured.
SMALL = [mutant for mutant in MUTANTS if mutant.make.__name__ == "l2_without_biases"]


@pytest.fixture(scope="module")
def results():
    """Every mutant's result by its name; most part without nudges, which take as long again."""
    return results_of(MUTANTS, nudged=False) | results_of([*SMALL, LEAK], nudged=True)


def results_of(mutants, nudged):
    """All of them on the same two workers."""
    experiments = [
        CaseExperiment(make_inputs(cases.load(mutant.case), steps=mutant.steps), tf_function=mutant.side)
        for mutant in mutants
    ]
    done = run_experiments(experiments, Options("float64", nudged=nudged, differences="never"))
    return {experiment.tf_function: result for experiment, result in done}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.make.__name__)
def test_a_wrong_port_is_diverged_and_located(results, mutant):
    result = results[mutant.side]
    assert result.verdict == "diverged", result.findings
    first = result.judgement.first_divergence
    assert (first.key if first else None) == mutant.place


def test_a_learning_rate_rounded_to_float32_is_a_named_leak(results):
    result = results[LEAK.side]
    assert result.verdict == "equivalent"
    assert result.judgement.first_divergence.key == LEAK.place
    assert "leak" in result.findings[0]
    assert "learning_rate" in result.findings[0]
    assert "rounded to float32" in result.findings[0]
