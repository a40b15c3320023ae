"""A port that says which differences are meant, so that stock Keras' batch norm can be judged day by day."""

import pytest

from compare.judging.experiments import PortExperiment
from compare.reporting.experiments import run_experiments
from compare.running.options import Options
from tests.end_to_end.wrong_ports import WRONG_PORTS, text_of

WRONG = {(port.family, port.new): port for port in WRONG_PORTS}
VARIANCE = WRONG["normalisation", "(self.moving_variance - kept)"]
EPSILON = WRONG["normalisation", "momentum=0.9"]
ACCEPTED = {
    "variance": (VARIANCE, "BatchNorm running variance"),
    "epsilon": (EPSILON, "BatchNorm eps"),
    "another": (EPSILON, "BatchNorm running variance"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The result of each port by its name, all of them on the same two workers."""
    directory, experiments = tmp_path_factory.mktemp("accepted"), []
    for name, (port, words) in ACCEPTED.items():
        path = directory / f"{name}.py"
        path.write_text(text_of(port) + f"\n\nACCEPT = {{{words!r}: 'as it is'}}\n")
        experiments.append(PortExperiment(path))
    return {result.case: result for _, result in run_experiments(experiments, Options("both"))}


def test_a_running_variance_that_is_accepted_leaves_every_step_judged(results):
    result = results["variance"]
    assert result.verdict == "equivalent"
    assert result.findings[0].startswith(
        "equivalent but for 1 accepted difference: BatchNorm running variance (as it is)"
    )
    assert "all else was judged at each of" in result.findings[0]
    assert list(result.differences["difference"]) == ["BatchNorm running variance"]


def test_an_epsilon_that_is_accepted_leaves_the_rest_judged_by_itself(results):
    result = results["epsilon"]
    assert result.verdict == "equivalent"
    assert "all else was judged by itself in the steps" in result.findings[0]


def test_what_is_not_there_does_not_hide_what_is(results):
    result = results["another"]
    assert result.verdict == "diverged"
    assert any("'BatchNorm running variance' is accepted and was not found" in each for each in result.findings)
    assert list(result.differences["difference"]) == ["BatchNorm eps"]
