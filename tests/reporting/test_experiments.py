"""Experiments come to their results, and whatever fails in one costs no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from compare.inputs import cases
from compare.inputs.arrays import sha256
from compare.inputs.case_inputs import make_inputs, read_inputs, write_inputs
from compare.judging import experiments
from compare.judging.experiments import CaseExperiment, PortExperiment
from compare.reporting.experiments import _is_changed, run_experiment, run_experiments
from compare.running.options import Options
from compare.running.pool import Pool
from compare.running.request import Training, TrainPort
from tests.helpers import fake_port_worker, fake_worker
from tests.helpers.port_texts import HEAD

STEPS = 6


def inputs(case="linear_regression", steps=STEPS):
    return make_inputs(cases.load(case), steps=steps)


@pytest.fixture
def options(tmp_path):
    """Both sides fake, in float64 and without nudges; what they do as in `fake_worker.python_that`."""

    def make(torch="trains", tf="trains"):
        pythons = {
            "torch_python": fake_worker.python_that(tmp_path, "torch", torch),
            "tf_python": fake_worker.python_that(tmp_path, "tf", tf),
        }
        return Options("float64", nudged=False, **pythons)

    return make


def test_a_result_is_of_the_inputs_that_both_sides_were_given(options, tmp_path):
    result = run_experiment(CaseExperiment(inputs()), options())
    assert (result.case, result.verdict, result.subject.steps) == ("linear_regression", "equivalent", STEPS)
    assert result.inputs_sha256 == write_inputs(inputs(), tmp_path / "again.npz") == sha256(tmp_path / "again.npz")
    assert read_inputs(tmp_path / "again.npz").steps == STEPS


def test_the_costliest_begins_first_and_a_failure_costs_its_own_case_only(options):
    experiments = [CaseExperiment(inputs(name)) for name in ("linear_regression", "mlp_regression", "cifar10_cnn")]
    begun: list[str] = []
    asked: list[bool] = []

    def watch(subject, progress):
        asked.append(progress.asked)
        if progress.side == "torch" and subject.name not in begun:
            begun.append(subject.name)

    failing = options(torch={"mlp_regression": ("fails", 2)}, tf={"cifar10_cnn": ("leaves no trace", 0)})
    results = {result.case: result for _, result in run_experiments(experiments, failing, watch)}
    assert begun[0] == "cifar10_cnn"
    assert asked[0], "a run is told of before it begins"
    assert not all(asked)
    assert {case: result.verdict for case, result in results.items()} == {
        "linear_regression": "equivalent", "mlp_regression": "error", "cifar10_cnn": "error",
    }  # fmt: skip
    assert fake_worker.MESSAGE in results["mlp_regression"].findings[0]
    assert results["cifar10_cnn"].findings[0].startswith("a worker left no readable trace: ")
    assert results["mlp_regression"].judgement is None


def test_several_pairs_of_workers_share_the_experiments_and_each_runs_its_own(options, monkeypatch):
    used: dict[str, set[Pool]] = {}
    fulfil = Pool.fulfil

    def watched(pool, requests, *given):
        used.setdefault(Path(requests[0][1].inputs).parent.name, set()).add(pool)
        return fulfil(pool, requests, *given)

    monkeypatch.setattr(Pool, "fulfil", watched)
    names = ("linear_regression", "mlp_regression", "cifar10_cnn", "gru")
    wanted = replace(options(tf={"gru": ("fails", 2)}), pairs=2)
    experiments = [CaseExperiment(inputs(name)) for name in names]
    results = {result.case: result.verdict for _, result in run_experiments(experiments, wanted)}
    assert results == dict.fromkeys(names[:3], "equivalent") | {"gru": "error"}
    assert {len(pools) for pools in used.values()} == {1}
    assert len(set.union(*used.values())) == 2


PORT = HEAD + "def batches(rng):\n    for _ in range({most}):\n        x = rng.normal(size=(16, 5))\n"
PORT += "        yield {{'x': x, 'y': np.tanh(x[:, :2])}}\n\ntorch_side = tf_side = len\n"


@pytest.fixture
def run_port(tmp_path):
    def run(text, steps=8):
        (tmp_path / "my_port.py").write_text(text)
        pythons = {f"{side}_python": fake_port_worker.python_that(tmp_path, side) for side in ("torch", "tf")}
        options = Options("float64", nudged=False, **pythons)
        return run_experiment(PortExperiment(tmp_path / "my_port.py", steps=steps), options)

    return run


def test_a_port_is_of_as_many_steps_as_it_has_batches(run_port):
    result = run_port(PORT.format(most=5))
    assert (result.verdict, result.subject.steps) == ("equivalent", 5)
    assert len(result.inputs_sha256) == 64


def test_a_port_that_cannot_be_read_is_an_error_without_inputs(run_port):
    result = run_port("import no_such_module\n")
    assert (result.verdict, result.inputs_sha256, result.subject.steps) == ("error", "", 8)
    assert "my_port.py, line 1" in result.findings[0]


def test_a_port_whose_weights_do_not_pair_is_an_error_that_names_them(run_port):
    result = run_port(PORT.format(most=5) + "WEIGHTS = {'dense.weight': None}\n")
    assert result.verdict == "error"
    assert "enter.weight" in result.findings[0]


def test_a_fault_in_judging_costs_its_own_case_and_keeps_its_traceback(options, monkeypatch):
    judge = experiments.CaseExperiment.study

    def study(experiment, *given):
        if experiment.inputs.name == "linear_regression":
            raise ZeroDivisionError("of our own")
        return judge(experiment, *given)

    monkeypatch.setattr(experiments.CaseExperiment, "study", study)
    both = [CaseExperiment(inputs(case)) for case in ("linear_regression", "mlp_regression")]
    found = {result.case: result for _, result in run_experiments(both, options())}
    assert found["mlp_regression"].verdict == "equivalent"
    assert found["mlp_regression"].traceback == ""
    assert found["linear_regression"].verdict == "error"
    assert "ZeroDivisionError: of our own" in found["linear_regression"].findings[0]
    assert "a fault of this program" in found["linear_regression"].findings[0]
    assert 'raise ZeroDivisionError("of our own")' in found["linear_regression"].traceback


def test_what_a_changed_port_warns_of_is_not_the_ports():
    plain = TrainPort("out", "in", Training("float64"), "port.py")
    changed = TrainPort("out", "in", Training("float64", patches=(("port.py", "changed.py"),)), "port.py")
    assert not _is_changed(plain)
    assert _is_changed(changed)
