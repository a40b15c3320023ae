"""Settings of tf's calls as PyTorch's are."""

import pytest

from compare.judging.causes.settings import pytorchs_formula, same_setting
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS
from tests.helpers.passages import statements


def row(setting, torch, tf, kind="BatchNorm2d"):
    return SettingRow("layer", kind, setting, torch, tf, DIFFERS, "")


@pytest.mark.parametrize(
    ("setting", "before", "after"),
    [
        (row("eps", 1e-5, 1e-3), "y = layers.BatchNormalization()", "y = layers.BatchNormalization(epsilon=1e-05)"),
        (row("momentum", 0.1, 0.01), "y = layers.BatchNormalization(momentum=0.99)",
         "y = layers.BatchNormalization(momentum=0.9)"),
        (row("momentum", 0.9, 0.0, "SGD"), "y = optimizers.SGD(0.1)", "y = optimizers.SGD(0.1, momentum=0.9)"),
        (row("betas", [0.9, 0.99], [0.9, 0.999], "Adam"), "y = Adam(0.1)", "y = Adam(0.1, beta_1=0.9, beta_2=0.99)"),
        (row("bias", False, True, "Linear"), "y = layers.Dense(3)", "y = layers.Dense(3, use_bias=False)"),
    ],
)  # fmt: skip
def test_a_setting_is_given_under_keras_name(setting, before, after):
    assert after in statements(lambda passage: same_setting(passage, setting), before)


def test_the_optimizer_of_pytorchs_formula_stands_in_for_keras():
    [found] = statements(
        lambda passage: pytorchs_formula(passage, row("eps is added", "a", "b")), "y = keras.optimizers.Adam(0.1)"
    )
    assert found == "y = __import__('tf_impl.optimizers').optimizers.Adam(0.1)"


def test_only_what_makes_something_is_given_a_setting():
    assert not statements(lambda passage: same_setting(passage, row("eps", 1e-5, 1e-3)), "y = normalise(logits)")
