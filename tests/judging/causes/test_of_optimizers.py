"""Which changes are tried where an optimizer parts."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.causes.files import Files
from compare.judging.causes.of_optimizers import of_companions, of_formulas, of_schedules
from compare.judging.judgement import Judgement
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS, EQUAL
from compare.traces.header import Setting
from compare.traces.place import Place
from tests.helpers.stage_row import BEYOND, row

PORT = """def torch_side():
    import torch
    optimizer = torch.optim.SGD(weights, lr=0.5)
    return LambdaLR(optimizer, lambda step: (step + 1) / 4)
def tf_side():
    import keras
    scale = LossScaleOptimizer(keras.optimizers.SGD(0.1))
    return model, loss, SGD(0.1)
def torch_step():
    return torch.amp.GradScaler(init_scale=8.0)
"""
KNOWN = (Setting("optimizer", "SGD", "momentum", 0.9), Setting("optimizer", "SGD", "dampening", 0.5))


@pytest.fixture
def found(tmp_path):
    """The texts that a rule makes of the port, where a stage of a step parts."""
    file = tmp_path / "port.py"
    file.write_text(PORT)

    def of(rule, stage, *rows):
        first = row(1, stage, "fc.weight", BEYOND)
        sides = {
            side: SimpleNamespace(
                header=SimpleNamespace(side=side, settings=KNOWN, made_at={"optimizer": (Place(str(file), line, ""),)}),
                curves={"learning_rate": np.array([0.125, 0.25, 0.375])},
            )
            for side, line in (("torch", 3), ("tf", 8))
        }
        comparison = SimpleNamespace(rows=[first], pair=SimpleNamespace(**sides))
        judgement = Judgement("diverged", (), {"float64": comparison}, first, rows)
        return [each.after.text for each in rule(judgement, first, Files({}, {}))]

    return of


def setting(name, torch, tf, verdict):
    return SettingRow("optimizer", "SGD", name, torch, tf, verdict, "", "optimizer")


def test_a_schedule_that_differs_is_of_the_rate_at_the_first_step_or_of_the_rate_in_the_code(found):
    differs = setting("schedule", "ExponentialLR(gamma=0.9)", None, DIFFERS)
    first, other, *_ = found(of_schedules, "rate", differs)
    assert "SGD(learning_rate=ExponentialLR(0.125, gamma=0.9))" in first
    assert "SGD(learning_rate=ExponentialLR(0.5, gamma=0.9))" in other
    assert found(of_schedules, "loss", differs) == []
    assert found(of_schedules, "rate", setting("schedule", None, None, EQUAL)) == []


def test_a_function_that_gives_the_rate_is_looked_for_in_all_of_pytorchs_code(found):
    changed = found(of_schedules, "rate", setting("schedule", "LambdaLR()", None, DIFFERS))
    assert any("SGD(learning_rate=LambdaLR(0.5, lambda step: (step + 1) / 4))" in each for each in changed)


def test_where_keras_gathers_gradients_its_schedule_moves_once_an_update(found):
    rows = (
        setting("schedule", "StepLR(gamma=0.5, step_size=3)", None, DIFFERS),
        setting("gradient_accumulation_steps", None, 2, DIFFERS),
    )
    assert "StepLR(0.125, gamma=0.5, step_size=6)" in found(of_schedules, "rate", *rows)[0]


def test_pytorchs_formula_has_what_only_pytorchs_side_states(found):
    equal = setting("lr", 0.1, 0.1, EQUAL)
    first, *_ = found(of_formulas, "state", equal)
    assert "from tf_impl.optimizers import SGD" in first
    assert "return model, loss, SGD(0.1, momentum=0.9, dampening=0.5)" in first
    assert found(of_formulas, "gradient", equal) == []


def test_what_stands_beside_an_optimizer_is_changed_wherever_it_is_made(found):
    [changed] = found(of_companions, "update")
    assert "SGD(0.1), initial_scale=8.0, dynamic_growth_steps=2000)" in changed
    assert found(of_companions, "forward") == []
