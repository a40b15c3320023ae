"""The arguments of a call with some of them set."""

import ast

import pytest

from compare.judging.causes.code import Code
from compare.judging.causes.keras_arguments import arguments_of, in_keras, with_arguments
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS


def row(setting, torch, tf, kind="BatchNorm"):
    return SettingRow("layer", kind, setting, torch, tf, DIFFERS, "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SGD(0.1)", "SGD(0.1, momentum=0.9)"),
        ("SGD(0.1, 0.5, True)", "SGD(0.1, nesterov=True, momentum=0.9)"),
        ("SGD(0.1, momentum=0.5)", "SGD(0.1, momentum=0.9)"),
        ("SGD(*RATES, 0.5)", "SGD(*RATES, 0.5, momentum=0.9)"),
        ("Mine(0.1, 0.5)", "Mine(0.1, 0.5, momentum=0.9)"),
    ],
)
def test_what_is_set_takes_the_place_of_what_was_given(before, after):
    code = Code("port.py", f"y = {before}\n")
    call = code.tree.body[0].value
    assert isinstance(call, ast.Call)
    assert with_arguments(code, call, {"momentum": "0.9"}) == after


def test_what_is_of_pytorchs_formula_is_no_argument_of_keras():
    assert arguments_of([row("eps is added", "a", "b"), row("schedule", "StepLR()", None), row("eps", 1.0, 2.0)]) == {
        "epsilon": "1.0"
    }


def test_a_value_is_keras_own_or_for_tf_impl_pytorchs():
    momentum = row("momentum", 0.1, 0.01)
    assert arguments_of([momentum]) == {"momentum": "0.9"}
    assert arguments_of([momentum], of_tf_impl=True) == {"momentum": "0.1"}
    activation = row("activation", "LeakyReLU", "none", "Linear")
    assert (in_keras(activation, "LeakyReLU"), in_keras(activation, "none")) == ("leaky_relu", None)


@pytest.mark.parametrize(
    ("kind", "setting", "torch", "tf", "arguments"),
    [
        ("LayerNorm", "axes", [-2, -1], [-1], {"axis": "(-2, -1)"}),
        ("GroupNorm", "weight", False, True, {"scale": "False"}),
        ("BatchNorm", "bias", False, True, {"center": "False"}),
        ("Linear", "bias", False, True, {"use_bias": "False"}),
        ("BatchNorm", "axis", "channels", "axis 3", {"axis": "1"}),
        ("BatchNorm", "axis", "channels", "axis 1", {"axis": "-1"}),
        ("GRU", "reset gate", "after the matrix product", "before the matrix product", {"reset_after": "True"}),
        ("GroupNorm", "trainable", None, True, {"trainable": "False"}),
        ("BatchNorm", "trainable", None, True, {}),  # frozen, Keras' normalises by its running statistics
        ("GRU", "batch_first", False, True, {}),
        ("GRU", "biases", "two", "one", {}),
    ],
)
def test_a_layers_setting_is_an_argument_of_keras_or_none(kind, setting, torch, tf, arguments):
    assert arguments_of([row(setting, torch, tf, kind)]) == arguments
