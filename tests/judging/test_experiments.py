"""An experiment says what each side is asked for, and what it costs."""

from pathlib import Path

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.judging.experiments import CaseExperiment, PortExperiment
from compare.running.request import TrainCase, Training, TrainPort

STEPS = 6
TRAINING = Training("float64")


def inputs(case="linear_regression", steps=STEPS):
    return make_inputs(cases.load(case), steps=steps)


def test_a_case_asks_each_side_for_its_own_function_or_for_the_cases_model():
    experiment = CaseExperiment(inputs(), tf_function="mutants:wrong")
    assert experiment.request(TRAINING, "torch", "in", "out") == TrainCase("out", "in", TRAINING, None)
    assert experiment.request(TRAINING, "tf", "in", "out") == TrainCase("out", "in", TRAINING, "mutants:wrong")


def test_a_port_asks_both_sides_for_its_whole_path(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    experiment = PortExperiment(Path("my_port.py"), seed=3, steps=7)
    for side in ("torch", "tf"):
        asked = experiment.request(TRAINING, side, "in", "out")
        assert asked == TrainPort("out", "in", TRAINING, str(tmp_path / "my_port.py"))
    assert (experiment.subject.name, experiment.subject.seed, experiment.subject.steps) == ("my_port", 3, 7)


def test_a_case_costs_its_steps_times_its_weights():
    assert CaseExperiment(inputs("linear_regression")).cost == STEPS * 2
    assert CaseExperiment(inputs("mlp_regression")).cost == STEPS * (2 * 10 + 10 + 10 + 1)
