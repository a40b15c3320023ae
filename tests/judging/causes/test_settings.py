"""Settings of tf's calls as PyTorch's are."""

from dataclasses import replace

import pytest

from compare.judging.causes.settings import formula_alike, set_alike
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS, EQUAL
from tests.helpers.passages import statements


def row(setting, torch, tf, kind="BatchNorm"):
    return SettingRow("layer", kind, setting, torch, tf, DIFFERS, "")


@pytest.mark.parametrize(
    ("setting", "before", "after"),
    [
        (row("eps", 1e-5, 1e-3), "y = layers.BatchNormalization()", "y = layers.BatchNormalization(epsilon=1e-05)"),
        (row("momentum", 0.1, 0.01), "y = layers.BatchNormalization(momentum=0.99)",
         "y = layers.BatchNormalization(momentum=0.9)"),
        (row("momentum", 0.9, 0.0, "SGD"), "y = optimizers.SGD(0.1)", "y = optimizers.SGD(0.1, momentum=0.9)"),
        (row("betas", [0.9, 0.99], [0.9, 0.999], "Adam"), "y = Adam(0.1)", "y = Adam(0.1, beta_1=0.9, beta_2=0.99)"),
        (row("mode", "bilinear", "nearest", "Upsample"), "y = layers.UpSampling2D(2)",
         "y = layers.UpSampling2D(2, interpolation='bilinear')"),
        (row("bias", False, True, "Linear"), "y = layers.Dense(3)", "y = layers.Dense(3, use_bias=False)"),
    ],
)  # fmt: skip
def test_a_setting_is_given_under_keras_name(setting, before, after):
    assert after in statements(lambda passage: set_alike(passage, [setting]), before)


def test_the_optimizer_of_pytorchs_formula_stands_in_for_keras_with_all_that_pytorchs_has():
    rows = [row("eps", 1e-8, 1e-7, "Adam"), row("eps is added", "after", "before", "Adam")]
    every = [*rows, row("betas", [0.5, 0.9], [0.5, 0.9], "Adam"), row("amsgrad", False, False, "Adam")]
    found = statements(lambda passage: set_alike(passage, rows, every), "y = keras.optimizers.Adam(0.1, 0.5, 0.9)")
    made = "Adam(0.1, beta_1=0.5, beta_2=0.9)"
    assert found[0] == f"from tf_impl.optimizers import Adam; y = {made}"
    assert "y = keras.optimizers.Adam(0.1, 0.5, 0.9, epsilon=1e-08)" in found


def test_it_is_the_optimizer_of_pytorchs_side():
    rows = [row("kind", "RMSprop", "Adam", "RMSprop"), row("alpha", 0.9, None, "RMSprop")]
    found = statements(lambda passage: set_alike(passage, rows, rows), "y = Adam(learning_rate=RATE)")
    assert found[0] == "from tf_impl.optimizers import RMSprop; y = RMSprop(learning_rate=RATE, alpha=0.9)"


def test_an_optimizer_without_a_rate_of_its_own_is_given_pytorchs():
    rows = [row("eps is added", "inside", "behind", "Adamax")]
    every = [*rows, row("lr", 0.002, 0.001, "Adamax")]
    found = statements(lambda passage: set_alike(passage, rows, every), "y = Adamax()")
    assert found == ["from tf_impl.optimizers import Adamax; y = Adamax(learning_rate=0.002)"]


def test_keras_optimizer_is_tried_by_pytorchs_formula_though_no_setting_shows_it():
    rows = [replace(row("betas", [0.5, 0.9], [0.5, 0.9], "Adam"), verdict=EQUAL)]
    found = statements(lambda passage: formula_alike(passage, rows), "y = keras.optimizers.Adam(0.1)")
    assert found == ["from tf_impl.optimizers import Adam; y = Adam(0.1, beta_1=0.5, beta_2=0.9)"]
    assert not statements(lambda passage: formula_alike(passage, rows), "y = MyAdam(0.1)")


def test_a_layer_keeps_the_name_by_which_its_weights_are_paired():
    rows = [replace(row("running variance", "over N - 1", "over N"), tf_subject="features.batch_normalization_2")]
    found = statements(lambda passage: set_alike(passage, rows), "y = layers.BatchNormalization()")
    assert found == ["from tf_impl.layers import BatchNorm; y = BatchNorm(name='batch_normalization_2')"]


def test_several_settings_of_one_layer_are_set_at_once_and_then_each():
    rows = [row("eps", 1e-5, 1e-3), row("momentum", 0.1, 0.01)]
    found = statements(lambda passage: set_alike(passage, rows), "y = layers.BatchNormalization()")
    assert found == [
        "y = layers.BatchNormalization(epsilon=1e-05, momentum=0.9)",
        "y = layers.BatchNormalization(epsilon=1e-05)",
        "y = layers.BatchNormalization(momentum=0.9)",
    ]


def test_an_argument_by_its_position_gives_way_and_those_behind_it_are_named():
    rows = [row("activation", "Tanh", "Sigmoid", "Linear")]
    found = statements(lambda passage: set_alike(passage, rows), 'y = layers.Dense(3, "sigmoid", False)')
    assert found[0] == "y = layers.Dense(3, use_bias=False, activation='tanh')"
    assert found[1] == "y = layers.Dense(3, 'tanh', False)"


def test_a_value_that_a_function_of_the_users_is_given_becomes_pytorchs():
    rows = [row("activation", "none", "ReLU", "Linear"), row("eps", 1e-5, 1e-3)]
    found = statements(lambda passage: set_alike(passage, rows), "y = block(3, 'relu', 1e-3)")
    assert found == ["y = block(3, None, 0.001)", "y = block(3, 'relu', 1e-05)"]


def test_only_what_makes_something_is_given_a_setting():
    assert not statements(lambda passage: set_alike(passage, [row("eps", 1e-5, 1e-3)]), "y = normalise(logits)")


def test_the_batch_norm_of_tf_impl_has_pytorchs_running_variance_and_sense_of_momentum():
    rows = [row("running variance", "over N - 1", "over N")]
    every = [*rows, row("momentum", 0.2, 0.2), row("eps", 1e-5, 1e-5)]
    found = statements(lambda passage: set_alike(passage, rows, every), "y = layers.BatchNormalization(name='bn')(x)")
    assert found[0] == "from tf_impl.layers import BatchNorm; y = BatchNorm(name='bn', momentum=0.2)(x)"


def test_a_schedule_is_no_argument():
    assert not statements(
        lambda passage: set_alike(passage, [row("schedule", "StepLR", "none", "SGD")]), "y = SGD(0.1)"
    )
