"""What is a difference by itself, and what another one drags along."""

import numpy as np
import pytest

from compare.judging.difference import difference
from compare.judging.isolated_differences import isolated_differences
from compare.judging.isolation import Isolated
from compare.judging.settings import SettingRow
from compare.judging.stages import Harmless, StageRow
from compare.judging.ways import Ways
from compare.running.request import Training
from compare.traces.step import END
from compare.traces.trace import TracePair

KINDS = {"conv": "Conv2d", "bn1": "BatchNorm", "bn2": "BatchNorm", "fc": "Linear", "head": "Linear"}
TRAINING = Training("float64")
FLOW = {"conv": (), "bn1": ("conv",), "bn2": ("bn1",), "fc": ("bn2",), "head": ("fc",), "loss": ("head", "fc.weight")}


def row(stage, tensor, step=0, gap=0.5, harmless=None):
    return StageRow(step, stage, tensor, difference(np.array([1.0]), np.array([1.0 - gap])), 1e-13, harmless)


def setting(subject, name, torch, tf, verdict="differs"):
    return SettingRow(subject, KINDS.get(subject, ""), name, torch, tf, verdict, "")


class Shown(Isolated):
    """Rows with numbers of their gaps behind them."""

    def shown(self, row):
        return np.array([1.0]), np.array([1.0 - row.difference.max_rel])


def found(*rows, given=None, settings=(), flow=FLOW):
    ways = flow if isinstance(flow, Ways) else Ways.alike({to: frozenset(of) for to, of in flow.items()})
    isolated = Shown(rows, rows if given is None else given, ways, TracePair(None, None), TRAINING)
    return [
        (each.place, [row.tensor for row in each.rows], each.cause)
        for each in isolated_differences(isolated, KINDS, settings)
    ]


def test_of_rows_that_agree_nothing_is_found():
    assert found(row("forward", "fc", gap=0), row("loss", "loss", gap=0)) == []


def test_layers_of_one_kind_that_are_set_alike_are_one_difference():
    eps = [setting(layer, "eps", 1e-5, 1e-3) for layer in ("bn1", "bn2")]
    assert found(row("forward", "bn1"), row("forward", "bn2"), settings=eps) == [
        ("layer", ["bn1", "bn2"], "eps 1e-05 / 0.001")
    ]


def test_a_gradient_that_comes_back_through_a_loss_that_differs_is_dragged_along():
    assert found(row("loss", "loss"), row("upstream", "head 0")) == [("loss", ["loss"], "")]


def test_a_gradient_that_comes_back_through_what_agrees_is_a_difference():
    assert found(row("upstream", "head 0")) == [("backward", ["head 0"], "")]


@pytest.mark.parametrize("stage", ["forward", "input"])
def test_a_gradient_that_comes_back_through_a_layer_that_differs_is_dragged_along(stage):
    tensor = "fc" if stage == "forward" else "fc input"
    place = "layer" if stage == "forward" else "between layers"
    assert found(row(stage, tensor), row("upstream", "bn2 0")) == [(place, [tensor], "")]


def test_two_layers_that_are_given_the_same_wrong_tensor_are_one_difference():
    assert found(row("input", "fc input"), row("input", "head input")) == [
        ("between layers", ["fc input", "head input"], "")
    ]
    assert len(found(row("input", "fc input"), row("input", "head input", gap=0.25))) == 2


def test_the_output_of_a_layer_that_was_given_what_does_not_fit_says_nothing():
    unfit = StageRow(0, "input", "fc input", difference(np.zeros((2, 3)), np.zeros((2, 4))), 1e-13)
    assert found(unfit, row("forward", "fc")) == [("between layers", ["fc input"], "")]


def test_a_weight_of_a_layer_that_differs_has_another_gradient_for_that_reason():
    rows = [row("forward", "fc"), row("gradient", "fc.weight"), row("update", "fc.weight")]
    given = [row("forward", "fc"), row("gradient", "fc.weight"), row("update", "fc.weight", gap=0)]
    assert found(*rows, given=given) == [("layer", ["fc"], "")]


def test_gradients_of_weights_that_are_then_moved_differently_are_one_difference():
    rows = [row(stage, f"{layer}.weight") for stage in ("gradient", "update") for layer in ("fc", "head")]
    given = [each for each in rows if each.stage == "gradient"]
    assert found(*rows, given=given) == [("gradient", ["fc.weight", "head.weight"], "")]


def test_a_gradient_that_reaches_nothing_is_none():
    assert found(row("gradient", "fc.weight"), row("update", "fc.weight", gap=0)) == []


def test_an_optimizer_that_moves_a_weight_otherwise_given_the_same_gradient_differs_by_its_settings():
    settings = [setting("optimizer", "momentum", 0.9, 0.8), setting("optimizer", "lr", 0.1, 0.1, "equal")]
    assert found(row("update", "fc.weight"), settings=settings) == [("optimizer", ["fc.weight"], "momentum 0.9 / 0.8")]


def test_an_update_that_is_right_with_its_own_gradient_is_no_difference():
    own = [row("gradient", "fc.weight"), row("update", "fc.weight", gap=0)]
    assert found(*own, given=[row("update", "fc.weight")]) == []


def test_a_decay_inside_the_tape_explains_that_the_optimizer_has_none():
    why = Harmless(
        "torch's optimizer adds the weight decay of 0.01 that tf's gradient includes", False, ("weight_decay",)
    )
    settings = [setting("optimizer", "weight_decay", 0.01, 0.0), setting("optimizer", "eps", 1e-8, 1e-7)]
    rows = [row("gradient", "fc.weight", harmless=why), row("update", "fc.weight")]
    assert found(*rows, settings=settings) == [("optimizer", ["fc.weight"], "eps 1e-08 / 1e-07")]


def test_updates_that_are_as_far_apart_as_the_rates_are_dragged_along():
    rows = [row("rate", "learning_rate"), row("update", "fc.weight"), row("update", "fc.weight", step=1)]
    places = [place for place, *_ in found(*rows, settings=[setting("optimizer", "lr", 0.1, 0.2)])]
    assert places == ["learning rate", "optimizer"]
    assert [place for place, *_ in found(*rows[:2])] == ["learning rate"]


def test_an_optimizer_that_differs_beside_its_rate_moves_a_weight_by_more_than_that():
    settings = [setting("optimizer", "lr", 0.1, 0.2), setting("optimizer", "momentum", 0.9, 0.0)]
    rows = [row("rate", "learning_rate"), row("update", "fc.weight", gap=0.75)]
    assert found(*rows, settings=settings) == [
        ("learning rate", ["learning_rate"], "lr 0.1 / 0.2"),
        ("optimizer", ["fc.weight"], "momentum 0.9 / 0.0"),
    ]


def test_a_velocity_with_earlier_rates_inside_says_nothing_where_these_were_apart_otherwise():
    sense = [setting("optimizer", "momentum sense", "rate outside the buffer", "rate inside the velocity")]
    before, at = row("rate", "learning_rate", gap=0), row("rate", "learning_rate", step=1)
    moved = row("update", "fc.weight", step=1, gap=0.75)
    assert [place for place, *_ in found(before, at, moved)] == ["learning rate", "optimizer"]
    assert [place for place, *_ in found(before, at, moved, settings=sense)] == ["learning rate"]


def test_a_momentum_of_running_statistics_is_told_apart_from_what_a_layer_puts_out():
    settings = [setting("bn1", "eps", 1e-5, 1e-3), setting("bn1", "momentum", 0.1, 0.9)]
    rows = [row("forward", "bn1"), row("buffer", "bn1.running_mean")]
    assert found(*rows, settings=settings) == [
        ("layer", ["bn1"], "eps 1e-05 / 0.001"),
        ("buffer", ["bn1.running_mean"], "momentum 0.1 / 0.9"),
    ]


def test_statistics_of_a_layer_that_differs_are_dragged_along_where_no_setting_of_theirs_does():
    assert found(row("forward", "bn1"), row("buffer", "bn1.running_mean")) == [("layer", ["bn1"], "")]


def test_an_epsilon_says_nothing_of_running_statistics():
    rows = [row("forward", "bn1"), row("buffer", "bn1.running_var")]
    assert len(found(*rows, settings=[setting("bn1", "eps", 1e-5, 1e-3)])) == 2
    assert len(found(row("input", "bn1 input"), row("buffer", "bn1.running_var"))) == 2


def test_a_gradient_that_comes_back_through_a_call_that_hands_on_its_own_is_explained_behind_it():
    rows = [row("upstream", "conv 0"), row("input", "head input"), row("upstream", "bn2 0", gap=0)]
    through = {"lstm": ("conv",), "head": ("lstm",), "loss": ("head",)}
    assert [place for place, *_ in found(*rows, flow=through)] == ["between layers"]
    shown = (*rows, row("upstream", "lstm 0", gap=0))
    assert [place for place, *_ in found(*shown, flow=through)] == ["between layers", "backward"]


def ways(tf, torch, values=None):
    """Where gradients come from on each side; tf has these values, or those that it differentiates."""
    each = (values or tf, tf, torch)
    return Ways(*({to: frozenset(sources) for to, sources in one.items()} for one in each))


def places(*rows, flow=FLOW):
    """The places of what is found where the optimizer moves all weights alike, given the same gradients."""
    return [place for place, *_ in found(*rows, given=[each for each in rows if each.stage != "update"], flow=flow)]


GRADIENT_OF_CODES = [row("gradient", "codes.weight"), row("update", "codes.weight")]


def test_a_gradient_that_tf_stops_is_a_difference_beside_another_of_what_it_would_come_from():
    tied = {"loss": ("head", "codes.weight")}
    rows = [row("loss", "loss"), *GRADIENT_OF_CODES]
    assert places(*rows, flow=ways(tied, tied)) == ["loss"]
    stopped = ways({"loss": ("head",)}, tied, values=tied)
    assert places(*rows, flow=stopped) == ["loss", "gradient"]


def test_a_gradient_of_what_tf_leaves_out_is_dragged_along_by_what_lacks_it():
    left_out = ways({"loss": ("head",)}, {"loss": ("head", "codes.weight")})
    assert places(row("loss", "loss"), *GRADIENT_OF_CODES, flow=left_out) == ["loss"]


def test_a_decay_in_the_tape_is_a_difference_beside_a_loss_that_does_not_have_it():
    rows = [row("loss", "loss"), *GRADIENT_OF_CODES]
    flow = {"loss": ("head",)}
    assert places(*rows, flow=ways(flow, flow)) == ["loss", "gradient"]


def test_a_gradient_that_comes_to_one_place_in_place_of_another_is_one_difference():
    rows = [row("upstream", "conv 0"), row("upstream", "bn2 0"), *GRADIENT_OF_CODES]
    turned = ways({"head": ("codes.weight", "bn2")}, {"head": ("conv",)})
    assert places(*rows, flow=turned) == ["backward"]
    both = ways({"head": ("codes.weight", "bn2", "conv")}, {"head": ("conv",)})
    assert places(*rows, flow=both) == ["backward", "backward", "gradient"]


def test_a_weight_of_a_layer_that_is_given_torchs_gradient_back_has_a_difference_of_its_own():
    rows = [
        row("input", "head input"),
        row("upstream", "fc 0"),
        row("gradient", "fc.weight"),
        row("update", "fc.weight"),
    ]
    assert places(*rows) == ["between layers", "gradient"]


def test_a_gradient_that_is_right_with_what_comes_back_in_tf_is_no_difference():
    rows = [row("upstream", "fc 0"), row("gradient", "fc.weight"), row("update", "fc.weight")]
    right = [row("gradient", "fc.weight", gap=0)]
    assert found(*rows, given=right, flow=ways({"loss": ("fc",)}, {"loss": ("fc",)})) == []


def test_a_frozen_batch_norm_differs_by_that_and_not_by_what_another_one_has_too():
    eps = [setting(layer, "eps", 1e-5, 1e-3) for layer in ("bn1", "bn2")]
    frozen = setting("bn2", "trainable", True, False)
    rows = [row("forward", "bn1"), row("forward", "bn2"), row("buffer", "bn2.running_mean")]
    assert found(*rows, settings=[*eps, frozen]) == [
        ("layer", ["bn1"], "eps 1e-05 / 0.001"),
        ("layer", ["bn2"], "eps 1e-05 / 0.001; trainable True / False"),
    ]


def test_what_differs_in_evaluation_alone_is_said_so_and_what_did_before_is_not_said_again():
    assert found(row("forward", "fc", step=END)) == [("evaluation", ["fc"], "")]
    assert found(row("forward", "fc"), row("forward", "fc", step=END)) == [("layer", ["fc"], "")]


def test_what_is_given_to_the_first_layer_is_the_batch():
    rows = [row("batch", "x"), row("input", "conv input")]
    assert found(*rows) == [("batch", ["x"], "")]
    assert [place for place, *_ in found(*rows, row("input", "fc input", gap=0.25))] == ["batch", "between layers"]


def test_differences_come_in_the_order_of_causes():
    rows = [row("update", "head.weight"), row("buffer", "bn2.running_var"), row("loss", "loss"), row("forward", "fc")]
    assert [place for place, *_ in found(*rows)] == ["layer", "loss", "optimizer", "buffer"]


def test_what_a_constant_rounded_to_float32_does_is_no_difference_unless_a_setting_says_so():
    assert found(row("forward", "fc", gap=1e-8)) == []
    assert len(found(row("forward", "fc", gap=1e-6))) == 1
    assert len(found(row("forward", "bn1", gap=1e-8), settings=[setting("bn1", "eps", 1e-5, 1e-3)])) == 1


def test_that_the_rate_is_inside_the_velocity_makes_a_rounded_constant_no_difference():
    sense = setting("optimizer", "momentum sense", "rate outside the buffer", "rate inside the velocity")
    assert found(row("update", "fc.weight", gap=3e-8), settings=[sense]) == []
    assert len(found(row("update", "fc.weight", gap=3e-8), settings=[sense, setting("optimizer", "eps", 0, 1)])) == 1


def test_layers_of_one_kind_that_are_given_other_shapes_are_one_difference():
    unfit = difference(np.zeros((2, 3)), np.zeros((2, 4)))
    rows = [StageRow(0, "input", f"{layer} input", unfit, 1e-13) for layer in ("fc", "head", "conv")]
    assert [tensors for _, tensors, _ in found(*rows)] == [["fc input", "head input"], ["conv input"]]
