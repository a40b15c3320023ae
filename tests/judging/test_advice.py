"""Where two recorded loops part, what to record next is said, and no more than that."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from compare import diff
from compare.judging.advice import IN_EVALUATION, settings_at, what_to_compare
from compare.judging.difference import Difference
from compare.judging.formulas.by_formula import BY_FORMULA
from compare.judging.isolated_difference import BETWEEN, LAYER, IsolatedDifference
from compare.judging.judgement import Judgement
from compare.judging.settings import SettingRow
from compare.judging.stages import Harmless, StageRow
from compare.traces.calls import without_call
from compare.traces.step import END
from tests.helpers.fake_port_worker import Network
from tests.helpers.synthetic import at, from_step
from tests.helpers.two_traces import Traces, of_loss


@pytest.fixture
def traces(tmp_path):
    return Traces(tmp_path)


PLACES = [
    ("batch", "y"), ("weights", "leave.weight"), ("forward", "branches.1"), ("loss", "loss"),
    ("gradient", "enter.bias"), ("rate", "learning_rate"), ("state", "leave.weight momentum_buffer"),
    ("update", "branches.0.weight"), ("buffer", "norm.running_mean"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "stage"),
    [
        (2, "weights"),
        (2, "buffer"),
        (0, "buffer"),
    ],
)
def test_where_the_step_before_was_audited_nothing_more_is_asked_for(traces, step, stage):
    tensor = dict(PLACES)[stage]
    findings = traces.judge(at(lambda key: key == (step, stage, tensor), lambda value: value * 1.01)).findings
    assert [each for each in findings if not each.startswith(BY_FORMULA)] == list(findings[:1])


def test_other_data_are_called_so(traces):
    findings = traces.judge(from_step(0, "batch", 1.5)).findings
    assert "were not given the same data" in findings[1]


def test_other_initial_weights_are_called_so(traces):
    traces.record("torch")
    traces.record("tf", weights=Network().start(seed=1))
    result = diff(traces.torch, traces.tf)
    assert result.judgement.first_divergence.key[:2] == (0, "weights")
    assert "the two loops started from different weights" in result.findings[1]


def test_data_that_are_other_later_are_not_called_other_from_the_start(traces):
    findings = traces.judge(from_step(2, "batch", 1.5)).findings
    assert findings[0].startswith("parts at step 2, batch, x")
    assert len(findings) == 1


def test_curves_that_part_where_no_step_was_audited_bring_the_audits_that_would_show_it(traces):
    result = traces.judge(of_loss(lambda step: 1.5 if step == 23 else 1.0))
    assert result.verdict == "diverged"
    assert result.findings[0].startswith("the loss parts at step 23 (torch ")
    assert "audits=range(21, 24)" in result.findings[1]


def test_audits_around_the_step_where_curves_part_show_the_cause(traces):
    result = traces.judge(from_step(23, "rate", 0.5), audits=range(21, 25))
    assert result.judgement.first_divergence.key == (23, "rate", "learning_rate")


def test_weights_that_differ_at_an_audited_step_bring_the_step_before(traces):
    result = traces.judge(from_step(19, "rate", 0.5), audits=(0, 20))
    assert result.findings[0].startswith("parts at step 20, weights, ")
    assert "step 19 was not audited: Recorder(..., audits=range(18, ...))" in result.findings[1]


def test_a_late_fault_is_advised_by_the_step_where_the_curves_part(traces):
    result = traces.judge(from_step(23, "rate", 0.5))
    assert "audits=range(22, 25)" in result.findings[1]


def test_without_any_audit_nothing_is_said_of_the_first_weights(traces):
    result = traces.judge(from_step(23, "rate", 0.5), audits=())
    assert result.verdict == "diverged"
    assert "the two loops started from different weights" not in " ".join(result.findings)
    assert "audits=range(" in " ".join(result.findings)


# What to compare in the code


def advice(stage, tensor, *settings, step=0, verdict="diverged"):
    rows = tuple(SettingRow(subject, "Kind", name, 1, 2, said, "") for subject, name, said in settings)
    return what_to_compare(Judgement(verdict, (), {}, StageRow(step, stage, tensor, None, 0.0), rows))


@pytest.mark.parametrize(("stage", "tensor"), [place for place in PLACES if place[0] not in ("batch", "weights")])
def test_every_stage_of_a_step_says_what_to_compare(stage, tensor):
    assert advice(stage, tensor).startswith("compare ")


def test_where_nothing_parts_nothing_is_to_be_compared():
    assert advice("loss", "loss", verdict="equivalent") == ""
    assert what_to_compare(Judgement("diverged", (), {}, None)) == ""


def test_evaluation_alone_is_looked_for_in_the_mode_of_the_model():
    assert advice("forward", "fc", step=END) == IN_EVALUATION
    assert advice("weights", "fc.weight", step=END) == ""


@pytest.mark.parametrize(
    ("stage", "tensor", "subject"),
    [
        ("forward", "norms.0", "norms.0"),
        ("forward", "norms.0 (call 2)", "norms.0"),
        ("gradient", "norms.0.weight", "norms.0"),
        ("buffer", "norms.0.running_mean", "norms.0"),
        ("loss", "loss", "loss"),
        ("rate", "learning_rate", "optimizer"),
        ("state", "norms.0.weight exp_avg", "optimizer"),
        ("update", "norms.0.weight", "optimizer"),
    ],
)
def test_the_settings_of_what_computes_the_first_tensor_that_parts_are_to_be_made_equal(stage, tensor, subject):
    apart = [(each, "mode", "differs") for each in ("norms.0", "norms.00", "norms.1", "loss", "optimizer")]
    assert advice(stage, tensor, *apart) == f"first give both sides the same mode ({subject}: torch 1, tf 2)"


def shown(stage, tensor, shape, gap):
    return StageRow(0, stage, tensor, Difference("value", shape, max_rel=gap), 1e-9)


@pytest.mark.parametrize(
    ("image", "tensor", "weight", "flat", "said"),
    [
        ("2x4x3x3", "fc", "10x36", "2x10", True),  # a reshape in the model's own code
        ("2x4x3x3", "flatten", "", "2x36", True),
        ("2x4x3x3", "fc", "10x4", "2x10", False),  # a mean over the image
        ("2x36x1x1", "fc", "10x36", "2x10", False),  # which has one order only
        ("2x36", "fc", "10x36", "2x10", False),
    ],
)
def test_where_an_image_is_flattened_it_is_said_how_to_do_so_in_pytorchs_order(image, tensor, weight, flat, said):
    rows = [shown("weights", f"{tensor}.weight", weight, 0.0)] if weight else []
    rows += [shown("forward", "conv", image, 0.0), first := shown("forward", tensor, flat, 1.0)]
    comparison = SimpleNamespace(rows=rows, pair=None)
    advised = what_to_compare(Judgement("diverged", (), {"float64": comparison}, first))
    assert ("keras.layers.Permute((3, 1, 2)) before Flatten" in advised) is said


@pytest.mark.parametrize(("same", "named"), [(("weight_decay",), "nesterov"), ((), "weight_decay")])
def test_a_setting_that_comes_to_the_same_in_its_gradients_stands_behind_another(same, named):
    first = shown("update", "fc.weight", "2x2", 1.0)
    gradient = replace(shown("gradient", "fc.weight", "2x2", 1.0), harmless=Harmless("decay by hand", False, same))
    comparison = SimpleNamespace(rows=[gradient, first], pair=None)
    settings = tuple(SettingRow("optimizer", "SGD", name, 1, 2, "differs", "") for name in ("weight_decay", "nesterov"))
    judgement = Judgement("diverged", (), {"float64": comparison}, first, settings)
    assert settings_at(judgement, first)[0].setting == named


def test_another_spectral_normalisation_is_advice_though_it_is_a_setting_of_the_model():
    apart = ("model", "spectral norm", "differs")
    assert advice("gradient", "0.weight", apart).startswith("first give both sides the same spectral norm (model")
    assert advice("rate", "learning_rate", apart).startswith("compare the learning rates")


def test_settings_that_are_equal_or_only_rounded_are_no_advice():
    both = [("optimizer", "lr", "equal"), ("optimizer", "betas", "rounded to float32")]
    assert advice("update", "fc.weight", *both).startswith("compare what the optimizers")


def test_of_many_settings_the_first_are_named_and_the_others_counted():
    found = advice("update", "fc.weight", *(("optimizer", f"s{n}", "differs") for n in range(8)))
    assert found.count("optimizer: ") == 3
    assert found.endswith(", and 5 more of the settings above")


def test_a_setting_of_the_layer_before_counts_where_its_output_was_the_last_that_agreed(traces):
    result = traces.judge(at(lambda key: key == (0, "forward", "leave"), lambda value: value * 1.01))
    rows = result.judgement.comparisons["float64"].rows
    before = [row.tensor for row in rows if row.stage == "forward" and row.step == 0]
    last = without_call(before[before.index("leave") - 1])
    setting = SettingRow(last, "Linear", "activation", "none", "relu", "differs", "")
    found = Judgement("diverged", (), result.judgement.comparisons, result.judgement.first_divergence, (setting,))
    assert what_to_compare(found) == f"first give both sides the same activation ({last}: torch none, tf relu)"


@pytest.mark.parametrize(
    ("stage", "setting"),
    [
        *(("forward", "padding_idx"), ("forward", "biases"), ("loss", "running variance"), ("state", "eps is added")),
        ("loss", "loss_weights"),
    ],
)
def test_a_setting_that_acts_later_than_what_parts_is_no_advice(stage, setting):
    subject = "optimizer" if stage == "state" else "loss" if stage == "loss" else "fc"
    assert advice(stage, "fc", (subject, setting, "differs"), (subject, "mode", "differs")).startswith(
        f"first give both sides the same mode ({subject}: "
    )
    assert advice(stage, "fc", (subject, setting, "differs")).startswith("compare ")


def test_a_layer_that_is_frozen_on_one_side_comes_before_what_the_optimizers_do():
    rows = [("optimizer", "schedule", "differs"), ("optimizer", "eps", "differs"), ("fc", "trainable", "differs")]
    said = advice("update", "fc.weight", *rows)
    assert [said.index(name) for name in ("trainable", "eps", "schedule")] == sorted(
        said.index(name) for name in ("trainable", "eps", "schedule")
    )
    assert "trainable" not in advice("update", "other.weight", *rows)


def test_a_penalty_of_a_layer_on_one_side_comes_into_question_where_the_loss_parts():
    assert "kernel_regularizer (fc: " in advice("loss", "loss", ("fc", "kernel_regularizer", "tf only"))


def test_a_weight_that_no_optimizer_moves_is_not_said_to_be_moved_by_one(traces):
    moved = at(lambda key: key[:2] == (0, "update"), lambda value: value * 1.5)
    result = traces.judge(moved)
    first = result.judgement.first_divergence
    assert "optimizers make of their state" in what_to_compare(result.judgement)
    [(precision, comparison)] = result.judgement.comparisons.items()
    given = [row for row in comparison.rows if not (row.stage in ("gradient", "state") and first.tensor in row.tensor)]
    by_hand = replace(result.judgement, comparisons={precision: replace(comparison, rows=given)})
    assert what_to_compare(by_hand).startswith("no optimizer moves this weight")


@pytest.mark.parametrize(
    ("torch", "tf", "kind", "advised"),
    [
        ([1, 1], [0, 0], "value", False),  # a function has padded before
        ([1, 1], [0, 0], "shape", True),
        ([1, 1], "same (extra padding after)", "value", True),
    ],
)
def test_less_padding_is_no_difference_where_the_layer_puts_out_as_much(torch, tf, kind, advised):
    padding = SettingRow("pool", "AvgPool2d", "padding", torch, tf, "differs", "")
    first = StageRow(0, "forward", "pool", Difference(kind, "2x4x3x3", max_rel=1.0), 0.0)
    counted = SettingRow("pool", "AvgPool2d", "count_include_pad", True, None, "torch only", "")
    said = what_to_compare(Judgement("diverged", (), {}, first, (padding, counted)))
    assert said.startswith("first give both sides the same padding") is advised
    assert said.startswith("compare") is not advised


@pytest.mark.parametrize(("setting", "advised"), [("padding", False), ("dilation", True)])
def test_the_padding_of_a_layer_that_puts_out_the_same_is_no_cause_of_what_parts_behind_it(setting, advised):
    rows = [
        StageRow(0, "forward", "conv", Difference("value", "2x4x3x3", max_rel=0.0), 1e-13),
        first := StageRow(0, "forward", "fc", Difference("value", "2x4", max_rel=1.0), 1e-13),
    ]
    comparison = SimpleNamespace(rows=rows, pair=None)
    row = SettingRow("conv", "Conv2d", setting, [1, 1], [0, 0], "differs", "")
    found = settings_at(Judgement("diverged", (), {"float64": comparison}, first, (row,)), first)
    assert found == [row] * advised


@pytest.mark.parametrize(("others", "advised"), [((), False), ((LAYER,), True)])
def test_no_setting_of_a_layer_is_advice_that_is_only_given_something_else(others, advised):
    """A layer with another order of its axes, say, that the code around it swaps."""
    batch_first = SettingRow("rnn", "GRU", "batch_first", False, True, "differs", "")
    first = StageRow(0, "forward", "rnn", Difference("value", "5x2", max_rel=1.0), 0.0)
    given = IsolatedDifference(BETWEEN, "", (replace(first, stage="input", tensor="rnn input"),))
    differences = given, *(IsolatedDifference(place, "GRU", (first,)) for place in others)
    said = what_to_compare(Judgement("diverged", (), {}, first, (batch_first,), differences=differences))
    assert said.startswith("first give both sides the same batch_first") is advised
