"""Settings of tf's calls as PyTorch's are."""

import pytest

from compare.judging.causes.settings import set_alike
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS
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


def test_a_schedule_is_no_argument():
    assert not statements(
        lambda passage: set_alike(passage, [row("schedule", "StepLR", "none", "SGD")]), "y = SGD(0.1)"
    )


def test_weights_that_pytorchs_layer_has_not_are_left_out_or_stay_as_they_begin():
    rows = [row("eps", 1e-5, 1e-3, "GroupNorm"), row("weight", False, True, "GroupNorm")]
    rows.append(row("trainable", None, True, "GroupNorm"))
    found = statements(lambda passage: set_alike(passage, rows), "y = layers.GroupNormalization(-1)")
    assert found[:2] == [
        "y = layers.GroupNormalization(-1, epsilon=1e-05, scale=False)",
        "y = layers.GroupNormalization(-1, epsilon=1e-05, trainable=False)",
    ]


def test_a_padding_is_set_by_a_layer_and_by_no_argument_where_keras_has_none():
    rows = [row("count_include_pad", True, False, "AvgPool2d"), row("padding", [1, 1], "same", "AvgPool2d")]
    found = statements(lambda passage: set_alike(passage, rows), "y = layers.AveragePooling2D(3, 1, 'same')")
    assert "keras.layers.ZeroPadding2D(1)" in found[0]
    assert not any("count_include_pad" in each for each in found)
