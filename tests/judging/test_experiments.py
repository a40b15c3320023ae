"""An experiment says what each side is asked for, and what it costs."""

from pathlib import Path

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.inputs.port_inputs import PortInputs, write
from compare.judging import experiments
from compare.judging.experiments import CaseExperiment, PortExperiment
from compare.running.options import Options
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


def test_the_loss_of_a_case_must_fall_except_in_its_first_steps_alone(monkeypatch):
    asked = []
    monkeypatch.setattr(experiments, "study", lambda run, steps_per_epoch, *_, must_fall: asked.append(steps_per_epoch))
    for falling in (True, False):
        CaseExperiment(inputs()).study(None, None, Options(falling=falling, differences="never"))
    assert asked == [1, None]


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("option", [True, False])
def test_the_loss_of_a_port_must_fall_where_it_or_the_command_says_so(monkeypatch, tmp_path, said, option):
    asked = []
    monkeypatch.setattr(experiments, "study_port", lambda *given: asked.append(given[-3:]))
    write(PortInputs("my_port", 0, "dicts", [{"x": np.ones(3)}], 1, must_fall=said), tmp_path / "inputs.npz")
    PortExperiment(tmp_path / "my_port.py").study(None, tmp_path / "inputs.npz", Options(must_fall=option))
    assert asked == [(said or option, "apart", False)]


def test_only_tfs_side_of_a_port_is_made_by_another_function():
    experiment = PortExperiment(Path("/my_port.py"), tf_function="tf_side_fixed")
    assert experiment.request(TRAINING, "torch", "in", "out").function is None
    assert experiment.request(TRAINING, "tf", "in", "out").function == "tf_side_fixed"
