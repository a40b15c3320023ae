"""What is a difference by itself, and what another one drags along."""

import numpy as np

from compare.judging.difference import difference
from compare.judging.stages import StageRow
from compare.traces.step import END
from tests.helpers.isolated_rows import found, row, setting


def test_of_rows_that_agree_nothing_is_found():
    assert found(row("forward", "fc", gap=0), row("loss", "loss", gap=0)) == []


def test_layers_of_one_kind_that_are_set_alike_are_one_difference():
    eps = [setting(layer, "eps", 1e-5, 1e-3) for layer in ("bn1", "bn2")]
    assert found(row("forward", "bn1"), row("forward", "bn2"), settings=eps) == [
        ("layer", ["bn1", "bn2"], "eps 1e-05 / 0.001")
    ]


def test_two_layers_that_are_given_the_same_wrong_tensor_are_one_difference():
    assert found(row("input", "fc input"), row("input", "head input")) == [
        ("between layers", ["fc input", "head input"], "")
    ]
    assert len(found(row("input", "fc input"), row("input", "head input", gap=0.25))) == 2


def test_the_same_place_of_repeated_blocks_is_one_difference_and_another_place_or_layers_in_a_row_are_not():
    blocks = [row("input", f"blocks.{number}.o input", gap=0.5 + number) for number in range(3)]
    every = ["blocks.0.o input", "blocks.1.o input", "blocks.2.o input"]
    assert found(*blocks) == [("between layers", every, "")]
    assert found(*blocks, row("input", "blocks.3.down input", gap=0.25)) == [
        ("between layers", every, ""),
        ("between layers", ["blocks.3.down input"], ""),
    ]
    assert len(found(row("input", "net.2 input"), row("input", "net.4 input", gap=0.25))) == 2


def test_the_output_of_a_layer_that_was_given_what_does_not_fit_says_nothing():
    unfit = StageRow(0, "input", "fc input", difference(np.zeros((2, 3)), np.zeros((2, 4))), 1e-13)
    assert found(unfit, row("forward", "fc")) == [("between layers", ["fc input"], "")]


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


def test_layers_of_one_kind_that_are_given_other_shapes_are_one_difference():
    unfit = difference(np.zeros((2, 3)), np.zeros((2, 4)))
    rows = [StageRow(0, "input", f"{layer} input", unfit, 1e-13) for layer in ("fc", "head", "conv")]
    assert [tensors for _, tensors, _ in found(*rows)] == [["fc input", "head input"], ["conv input"]]


def test_what_comes_through_a_layer_that_puts_out_another_shape_is_dragged_along():
    unfit = difference(np.zeros((2, 3)), np.zeros((2, 4)))
    conv = StageRow(0, "forward", "conv", unfit, 1e-13)
    rows = [conv, *(StageRow(0, "input", f"{layer} input", unfit, 1e-13) for layer in ("bn1", "bn2", "head"))]
    stride = [setting("conv", "stride", 1, 2)]
    flow = {"conv": ("fc",), "bn1": ("conv.weight", "fc"), "bn2": ("fc",), "head": ("bn2",), "loss": ("head",)}
    assert found(*rows, settings=stride, flow=flow) == [
        ("between layers", ["head input"], ""),
        ("layer", ["conv"], "stride 1 / 2"),
    ]
    assert len(found(conv, row("input", "bn1 input"), flow=flow)) == 2, "other numbers of the same shape"


def test_what_is_as_small_as_a_rounded_constant_is_none_though_a_flag_is_set_otherwise_and_one_where_a_number_is():
    flag, number = setting("loss", "from_logits", True, False), setting("loss", "delta", 1.0, 2.0)
    assert found(row("loss", "loss", gap=1e-9), settings=[flag]) == []
    assert found(row("loss", "loss", gap=1e-9), settings=[number]) == [("loss", ["loss"], "delta 1.0 / 2.0")]
    assert found(row("loss", "loss", gap=1e-3), settings=[flag]) == [("loss", ["loss"], "from_logits True / False")]
