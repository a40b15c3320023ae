"""Gradients that differ by themselves, and those that another difference drags along."""

import pytest

from compare.judging.isolated_gradients import say_not_told
from tests.helpers.isolated_rows import GRADIENT_OF_CODES, KINDS, found, isolated, places, row, ways


def test_a_gradient_that_comes_back_through_a_loss_that_differs_is_dragged_along():
    assert found(row("loss", "loss"), row("upstream", "head 0")) == [("loss", ["loss"], "")]


def test_a_gradient_that_comes_back_through_what_agrees_is_a_difference():
    assert found(row("upstream", "head 0")) == [("backward", ["head 0"], "")]


@pytest.mark.parametrize("stage", ["forward", "input"])
def test_a_gradient_that_comes_back_through_a_layer_that_differs_is_dragged_along(stage):
    tensor = "fc" if stage == "forward" else "fc input"
    place = "layer" if stage == "forward" else "between layers"
    assert found(row(stage, tensor), row("upstream", "bn2 0")) == [(place, [tensor], "")]


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


def test_a_gradient_that_comes_back_through_a_call_that_hands_on_its_own_is_explained_behind_it():
    rows = [row("upstream", "conv 0"), row("input", "head input"), row("upstream", "bn2 0", gap=0)]
    through = {"lstm": ("conv",), "head": ("lstm",), "loss": ("head",)}
    assert [place for place, *_ in found(*rows, flow=through)] == ["between layers"]
    shown = (*rows, row("upstream", "lstm 0", gap=0))
    assert [place for place, *_ in found(*shown, flow=through)] == ["between layers", "backward"]


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


def test_that_a_gradient_cannot_be_told_behind_what_differs_is_said():
    rows = [row("loss", "loss"), *GRADIENT_OF_CODES]
    tied, apart = ({"loss": sources} for sources in (("head", "codes.weight"), ("head",)))
    [said] = say_not_told(isolated(*rows, flow=ways(tied, tied)), KINDS)
    assert said.startswith("the gradient of codes.weight comes through what differs: ")
    assert say_not_told(isolated(*rows, flow=ways(apart, apart)), KINDS) == []


def test_of_a_layer_that_differs_itself_that_is_not_said():
    rows = [row("forward", "fc"), row("gradient", "fc.weight"), row("update", "fc.weight")]
    assert say_not_told(isolated(*rows), KINDS) == []


def test_of_a_call_that_hands_on_its_own_gradient_nothing_is_told_beside_a_loss_that_differs():
    assert places(row("loss", "loss"), row("gradient", "conv.weight"), row("update", "conv.weight")) == ["loss"]
    alone = [row("upstream", "conv 0", gap=0), row("gradient", "conv.weight"), row("update", "conv.weight")]
    assert places(row("loss", "loss"), *alone) == ["loss", "gradient"]
