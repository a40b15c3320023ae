"""The settings of two sides are compared by their values; what one side cannot know is left out."""

import numpy as np
import pytest

from compare.judging.settings import COLUMNS, INITIAL, SettingRow, compare_settings, differences, to_row, without_effect
from compare.judging.settings.notes import NOTES
from compare.traces.header import Setting
from compare.traces.settings.values import LOG_PROBABILITIES, NO_RULE


def side(subject, kind="", **settings):
    return [Setting(subject, kind, name, value) for name, value in settings.items()]


def verdicts(torch, tf, pairs=None):
    return [(row.subject, row.setting, row.verdict) for row in compare_settings(torch, tf, pairs or {})]


@pytest.mark.parametrize(
    ("torch", "tf", "verdict"),
    [
        (0.001, 0.001, "equal"),
        (0.001, float(np.float32(0.001)), "rounded to float32"),
        (float(np.float32(0.9)), 0.9, "rounded to float32"),
        (0.001, 0.0010001, "differs"),
        (0.1 + 0.2, 0.3, "equal"),
        (1, 1.0, "equal"),
        ("tanh", "tanh", "equal"),
        ("tanh", "relu", "differs"),
        (None, None, "equal"),
        (None, 0, "differs"),  # a padding_idx of 0 is one
        (True, False, "differs"),
        ([0.9, 0.999], [0.9, float(np.float32(0.999))], "rounded to float32"),
        ([0.9, 0.999], [0.8, float(np.float32(0.999))], "differs"),
        ([2, 2], 2, "equal"),
        ([1, 1], [0, 0], "differs"),
        ([1, 1], [1, 1, 1], "differs"),
        ([1, 1], "same (extra padding after)", "differs"),
    ],
)
def test_two_values_are_judged(torch, tf, verdict):
    assert verdicts(side("optimizer", "Adam", x=torch), side("optimizer", "Adam", x=tf)) == [
        ("optimizer", "x", verdict)
    ]


@pytest.mark.parametrize("neutral", [None, 0, 0.0, False, "none", [0, 0]])
def test_a_setting_of_one_side_is_left_out_where_it_is_neutral(neutral):
    assert not verdicts(side("optimizer", "SGD", x=neutral), side("optimizer", "SGD"))
    assert not verdicts(side("optimizer", "SGD", lr=1.0), side("optimizer", "SGD", lr=1.0, x=neutral))[1:]


def test_one_is_neutral_for_what_multiplies_only():
    torch = side("fc", "Conv2d", bias=True, dilation=[1, 1], groups=1, stride=1)
    assert verdicts(torch, side("fc", "Conv2d", bias=True), {"fc": "fc"}) == [
        ("fc", "bias", "equal"),
        ("fc", "stride", "torch only"),
    ]


def test_a_setting_of_one_side_that_is_not_neutral_is_named_with_its_side():
    torch, tf = side("optimizer", "SGD", lr=1.0, dampening=0.5), side("optimizer", "SGD", lr=1.0, use_it=True)
    assert verdicts(torch, tf)[1:] == [("optimizer", "dampening", "torch only"), ("optimizer", "use_it", "tf only")]


@pytest.mark.parametrize("name", ["activation", "dim", "eps is added", "momentum sense", "self.heads"])
def test_what_one_side_does_not_know_is_left_out(name):
    torch, tf = side("fc", "Linear", bias=True), side("fc", "Linear", bias=True, **{name: "ReLU"})
    assert verdicts(torch, tf, {"fc": "fc"}) == verdicts(tf, torch, {"fc": "fc"}) == [("fc", "bias", "equal")]
    both = side("fc", "Linear", **{name: "GELU"})
    assert verdicts(both, tf, {"fc": "fc"})[0] == ("fc", name, "differs")


def test_layers_are_paired_as_the_caller_says_and_others_have_no_rows():
    torch = side("fc1", "Linear", bias=True) + side("act", "ReLU", x=1)
    tf = side("dense", "Linear", bias=False) + side("drop", "Dropout", p=0.5)
    assert verdicts(torch, tf, {"dense": "fc1"}) == [("fc1", "bias", "differs")]
    assert not verdicts(torch, tf, {"dense": "gone", "lost": "fc1"})


def test_an_activation_that_is_a_paired_layer_has_rows_of_its_own_only():
    torch = side("fc", "Linear", activation="LeakyReLU(negative_slope=0.01)")
    torch += side("act", "LeakyReLU", negative_slope=0.01)
    tf = side("fc", "Linear", activation="LeakyReLU(negative_slope=0.3)") + side("a", "LeakyReLU", negative_slope=0.3)
    assert verdicts(torch, tf, {"fc": "fc", "a": "act"}) == [("act", "negative_slope", "differs")]
    assert verdicts(torch, tf, {"fc": "fc"}) == [("fc", "activation", "differs")]


def test_a_further_parameter_group_is_held_against_the_one_optimizer():
    torch = side("optimizer", "SGD", lr=0.02) + side("optimizer group 1", "SGD", lr=0.2)
    assert verdicts(torch, side("optimizer", "SGD", lr=0.02)) == [
        ("optimizer", "lr", "equal"),
        ("optimizer group 1", "lr", "differs"),
    ]


def test_a_group_that_only_tf_has_is_held_against_the_one_optimizer_of_torch():
    tf = side("optimizer", "AdamW", weight_decay=0.1) + side("optimizer group 1", "AdamW", weight_decay=0.0)
    assert verdicts(side("optimizer", "AdamW", weight_decay=0.1), tf) == [
        ("optimizer", "weight_decay", "equal"),
        ("optimizer group 1", "weight_decay", "differs"),
    ]


def test_of_two_kinds_only_the_kind_and_what_both_have_is_told():
    torch, tf = side("optimizer", "Adam", lr=0.1, betas=[0.9, 0.999]), side("optimizer", "RMSprop", lr=0.2, alpha=0.9)
    assert verdicts(torch, tf) == [("optimizer", "kind", "differs"), ("optimizer", "lr", "differs")]


def test_of_a_kind_of_ones_own_only_what_means_the_same_in_any_is_told():
    torch = side("optimizer", "LARS", lr=0.1, weight_decay=0.01, **{NO_RULE: True})
    tf = side("optimizer", "Lars", lr=0.2, weight_decay=0.0, **{NO_RULE: True})
    assert verdicts(torch, tf) == [("optimizer", "lr", "differs")]
    assert ("optimizer", "weight_decay", "differs") in verdicts(torch, side("optimizer", "LARS", weight_decay=0.1))


def test_of_two_optimizers_of_ones_own_only_what_may_mean_the_same_is_told_and_explains_nothing():
    torch = side(
        "optimizer", "Adan", lr=0.1, betas=[0.02, 0.08], eps=1e-8, weight_decay=0.1, gap=2.0, **{NO_RULE: True}
    )
    tf = side("optimizer", "Adan", lr=0.2, betas=[0.98, 0.92], eps=1e-7, weight_decay=0.0, **{NO_RULE: True})
    rows = compare_settings(torch, tf, {})
    assert [(row.setting, row.verdict, row.explains) for row in rows] == [
        ("lr", "differs", True),
        ("eps", "differs", False),
    ]


def test_what_only_one_side_says_is_nothing_where_the_other_is_a_class_of_ones_own_of_the_same_name():
    tf = side("norm", "LayerNorm", eps=1e-6, bias=True)
    assert verdicts(side("norm", "LayerNorm", **{NO_RULE: True, "self.dim": 3}), tf, {"norm": "norm"}) == []
    assert ("norm", "eps", "tf only") in verdicts(side("norm", "LayerNorm", bias=True), tf, {"norm": "norm"})


def test_one_formula_under_two_names_is_one_kind():
    torch, tf = side("optimizer", "AdamW", lr=0.1), side("optimizer", "Adam", lr=0.1)
    assert verdicts(torch, tf) == [("optimizer", "lr", "equal")]


def test_the_class_of_a_model_is_no_setting():
    assert verdicts(side("model", "Net", parameters=3), side("model", "Sequential", parameters=3)) == [
        ("model", "parameters", "equal")
    ]


def test_losses_are_paired_by_kind_and_one_that_the_other_side_writes_out_has_no_row():
    torch = side("loss", "MSELoss", reduction="mean") + side("loss 2", "L1Loss", reduction="sum")
    tf = side("loss", "L1Loss", reduction="sum") + side("loss 2", "MSELoss", reduction="mean")
    assert {verdict for *_, verdict in verdicts(torch, tf)} == {"equal"}
    assert verdicts(torch, tf[:1]) == [("loss 2", "reduction", "equal")]
    assert not verdicts(torch, [])
    assert verdicts(torch[:1], tf[:1])[0] == ("loss", "kind", "differs")


@pytest.mark.parametrize(
    ("tf", "same"), [((True, "none"), True), ((False, "Softmax"), True), ((True, "Softmax"), False)]
)
def test_log_probabilities_of_a_model_and_the_loss_for_them_are_right_together(tf, same):
    torch = side("fc", "Linear", activation="LogSoftmax") + side("loss", "NLLLoss", from_logits=LOG_PROBABILITIES)
    for pair in ((torch, logits_and_end(*tf)), (logits_and_end(*tf), torch)):
        assert (verdicts(*pair, {"fc": "fc"}) == []) is same


def test_a_loss_of_log_probabilities_beside_one_of_logits_is_told_where_the_model_is_not():
    torch, tf = side("loss", "NLLLoss", from_logits=LOG_PROBABILITIES), logits_and_end(True, "none")
    assert verdicts(torch, tf) == [("loss", "from_logits", "differs")]


def convolution(kernel=1, stride=1, padding=0, groups=1):
    windows = {"kernel_size": [kernel], "stride": [stride], "padding": [padding], "groups": groups, "dilation": [1]}
    return side("conv", "Conv1d", bias=True, padding_mode="zeros", **windows)


def test_a_convolution_of_single_positions_is_a_dense_layer():
    dense = side("dense", "Linear", bias=True)
    assert verdicts(convolution(), dense, {"dense": "conv"}) == [("conv", "bias", "equal")]
    assert verdicts(dense, convolution(), {"conv": "dense"}) == [("dense", "bias", "equal")]
    assert ("conv", "bias", "differs") in verdicts(
        convolution(), side("dense", "Linear", bias=False), {"dense": "conv"}
    )


@pytest.mark.parametrize("other", [{"kernel": 2}, {"stride": 2}, {"padding": 1}, {"groups": 2}])
def test_any_other_convolution_is_no_dense_layer(other):
    found = verdicts(convolution(**other), side("dense", "Linear", bias=True), {"dense": "conv"})
    assert ("conv", "kind", "differs") in found


def logits_and_end(logits, end):
    return side("fc", "Linear", activation=end) + side("loss", "CrossEntropyLoss", from_logits=logits)


def test_a_softmax_in_the_model_of_one_side_and_in_the_loss_of_the_other_is_no_difference():
    inside, outside = logits_and_end(False, "Softmax"), logits_and_end(True, "none")
    assert not verdicts(inside, outside, {"fc": "fc"})
    assert not verdicts(outside, inside, {"fc": "fc"})


@pytest.mark.parametrize("wrong", [(True, "Softmax"), (False, "none")])
def test_a_softmax_too_many_or_too_few_is_one(wrong):
    found = verdicts(logits_and_end(True, "none"), logits_and_end(*wrong), {"fc": "fc"})
    assert len([verdict for *_, verdict in found if verdict == "differs"]) == 1


def test_a_loss_that_leaves_its_rows_to_the_user_says_no_reduction():
    torch, tf = side("loss", "MSELoss", reduction="mean"), side("loss", "MSELoss", reduction="none")
    assert not verdicts(torch, tf)
    assert verdicts(torch, side("loss", "MSELoss", reduction="sum")) == [("loss", "reduction", "differs")]


def test_a_stacked_layer_of_one_side_may_be_several_of_the_other():
    torch = side("rnn", "LSTM", num_layers=2, bidirectional=False, hidden_size=4)
    tf = side("a", "LSTM", num_layers=1, bidirectional=False, hidden_size=4)
    tf += side("b", "LSTM", num_layers=1, bidirectional=False, hidden_size=5)
    assert verdicts(torch, tf, {"a": "rnn", "b": "rnn"}) == [
        ("rnn", "hidden_size", "equal"),
        ("rnn", "hidden_size", "differs"),
    ]
    assert ("rnn", "num_layers", "differs") in verdicts(torch, tf, {"a": "rnn"})


RATES = {"input dropout": 0.0, "dropout between layers": 0.0}


def stacked(*input_dropouts, layers=()):
    """The rows on rates of two layers of Keras', for one of PyTorch's that drops a quarter between its two."""
    torch = side("rnn", "GRU", **RATES | {"dropout between layers": 0.25})
    tf = [
        each
        for name, rate in zip("ab", input_dropouts, strict=True)
        for each in side(name, "GRU", **RATES | {"input dropout": rate})
    ]
    tf += [each for number, rate in enumerate(layers) for each in side(f"drop{number}", "Dropout", p=rate)]
    return {setting for _, setting, verdict in verdicts(torch, tf, {"a": "rnn", "b": "rnn"}) if verdict != "equal"}


def test_dropout_between_stacked_layers_is_keras_input_dropout_of_the_later_one_or_a_layer_between():
    assert stacked(0.0, 0.25) == stacked(0.0, 0.0, layers=[0.25]) == set()


@pytest.mark.parametrize("wrong", [(0.0, 0.5), (0.0, 0.0), (0.25, 0.0), (0.25, 0.25)])
def test_a_stack_that_drops_another_fraction_or_elsewhere_has_rows(wrong):
    assert stacked(*wrong) >= {"dropout between layers"}
    assert stacked(0.0, 0.25, layers=[0.25]) == set(), "a dropout layer may stand anywhere else"
    assert stacked(0.0, 0.0, layers=[0.5]) == {"dropout between layers"}


def test_differences_leave_the_equal_out_and_put_the_rounded_last():
    torch = side("optimizer", "Adam", lr=0.1, eps=1e-8, amsgrad=False)
    tf = side("optimizer", "Adam", lr=float(np.float32(0.1)), eps=1e-7, amsgrad=False)
    assert [row.setting for row in differences(compare_settings(torch, tf, {}))] == ["eps", "lr"]


def test_a_row_is_text_with_a_note_and_empty_where_a_side_has_nothing():
    torch = side("conv", "Conv2d", padding=[1, 1], stride=[2, 1], axes=[-2, -1], extra=3, limit=None)
    tf = side("conv", "Conv2d", padding=[0, 0], stride=[1, 2], axes=[-1], limit=2.5)
    rows = {row.setting: to_row(row) for row in compare_settings(torch, tf, {"conv": "conv"})}
    assert tuple(rows["padding"]) == COLUMNS
    assert [rows["stride"][name] for name in ("torch", "tf")] == ["2x1", "1x2"]
    assert [rows["axes"][name] for name in ("torch", "tf")] == ["-2, -1", "-1"]
    assert [rows["extra"][name] for name in ("torch", "tf", "verdict")] == ["3", "", "torch only"]
    assert [rows["limit"][name] for name in ("torch", "tf")] == ["none", "2.5"]
    assert rows["padding"]["note"] == NOTES["", "padding"]


def test_equal_rows_have_no_note():
    torch = side("bn", "BatchNorm", momentum=0.1)
    assert [row.note for row in compare_settings(torch, torch, {"bn": "bn"})] == [""]
    assert (
        compare_settings(torch, side("bn", "BatchNorm", momentum=0.2), {"bn": "bn"})[0].note
        == NOTES["BatchNorm", "momentum"]
    )


def precision(default, weights="float64", compute="float64"):
    settings = {"default dtype": default, "dtype of weights": [weights], "compute dtype": [compute]}
    return [Setting("precision", "", name, value) for name, value in settings.items()]


def test_a_default_dtype_that_neither_weights_nor_computations_have_is_no_difference():
    assert "default dtype" not in {
        row.setting for row in compare_settings(precision("float32"), precision("float64"), {})
    }
    assert [row.verdict for row in compare_settings(precision("float64"), precision("float64"), {})] == ["equal"] * 3
    for other in ({"weights": "float32"}, {"compute": "float32"}):
        rows = compare_settings(precision("float32", **other), precision("float64"), {})
        assert "default dtype" in {row.setting for row in rows if row.verdict == "differs"}


def test_a_factor_of_one_sides_loss_is_a_row_where_it_is_another_than_one():
    mse = side("loss", "MSELoss", reduction="mean")
    assert verdicts(mse, [*mse, Setting("loss", "MSELoss", "loss_weights", 0.5)]) == [
        ("loss", "reduction", "equal"),
        ("loss", "loss_weights", "tf only"),
    ]
    assert not verdicts(mse, [*mse, Setting("loss", "MSELoss", "loss_weights", 1.0)])[1:]


@pytest.mark.parametrize(
    ("subject", "setting", "verdict", "note", "said"),
    [
        ("loss", "ignore_index", "differs", "other rows", "no step shows it (other rows)"),
        ("loss", "from_logits", "differs", "the reverse", "no step shows it"),  # a sigmoid is in the model
        ("loss", "kind", "differs", "a different formula", "no step shows it"),
        ("model", "spectral norm", "torch only", "another training", "no step shows it"),
        ("fc", "colour", "differs", "", "no step shows it"),
        ("drop", "p", "differs", "another fraction", "another fraction"),
        (INITIAL, "fc.weight", "differs", "", ""),
        ("norm", "eps", "rounded to float32", "harmless", "harmless"),
    ],
)
def test_of_equivalent_sides_it_is_said_that_a_setting_moved_nothing_unless_it_was_set_alike(
    subject, setting, verdict, note, said
):
    assert without_effect(SettingRow(subject, "kind", setting, 1, 2, verdict, note)).note == said
