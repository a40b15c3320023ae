"""Layers alike are matched by name, by what they hold and train, and in order; one without a bias fits one with it."""

import pytest

from compare.traces.matching import fits, is_dispensable, match, of_a_shape, without_effect
from compare.traces.weights import Tensor, WeightGroup

SHAPES = {"weight": (6, 5), "weight_ih": (24, 5), "weight_hh": (24, 6)}


def group(roles, kind="Linear", path="fc", trainable=True, shapes=SHAPES):
    shapes = {} if kind.endswith("Norm") else shapes
    return WeightGroup(kind, path, {
        role: Tensor(f"{path}.{role}", shapes.get(role, (6,)), role.startswith("running"), trainable)
        for role in roles.split(", ")
    })  # fmt: skip


ONE_BIAS = group("weight_ih, weight_hh, bias_ih + bias_hh", "LSTM")


@pytest.mark.parametrize(
    ("torch", "tf", "expected"),
    [
        (group("weight, bias"), group("weight, bias"), True),
        (group("weight"), group("weight, bias"), True),
        (group("weight, bias"), group("weight"), True),
        (group("weight"), group("bias"), False),
        (group("bias"), group("weight, bias"), False),
        (group("weight"), group("weight", shapes={"weight": (5, 6)}), False),
        (group("weight, bias"), group("weight, bias", shapes={"weight": (6, 5), "bias": (5,)}), False),
        (group("weight_ih, weight_hh, bias_ih, bias_hh", "LSTM"), ONE_BIAS, True),
        (group("weight_ih, weight_hh", "LSTM"), ONE_BIAS, True),
        (group("weight_ih", "LSTM"), group("weight_ih, weight_hh", "LSTM"), False),
        (group("weight, bias, running_mean", "BatchNorm"), group("bias, running_mean", "BatchNorm"), True),
        (group("weight, bias, running_mean", "BatchNorm"), group("running_mean", "BatchNorm"), True),
        (group("weight", "LayerNorm"), group("bias", "LayerNorm"), False),
    ],
)  # fmt: skip
def test_layers_fit_that_share_weights_of_one_shape_and_lack_only_what_is_dispensable(torch, tf, expected):
    assert fits(torch, tf) is expected


@pytest.mark.parametrize(
    ("kind", "role", "expected"),
    [("Linear", "bias", True), ("LSTM", "bias_ih + bias_hh", True), ("Linear", "weight", False),
     ("LayerNorm", "weight", True), ("LSTM", "weight_ih", False)],
)  # fmt: skip
def test_a_bias_is_dispensable_and_a_weight_only_of_a_normalisation(kind, role, expected):
    assert is_dispensable(group(role, kind), role) is expected


def test_a_scale_does_nothing_at_one_and_a_bias_at_zero():
    assert (without_effect("weight"), without_effect("bias"), without_effect("bias_ih + bias_hh")) == (1, 0, 0)


def matched(torch, tf, named=True):
    return [(one.path, other.path) for one, other in match(torch, tf, fits, of_a_shape, named)]


def test_layers_of_a_shape_are_matched_in_order_whether_or_not_they_have_a_bias():
    torch = [group("weight", path="a"), group("weight", path="b"), group("weight, bias", path="c")]
    tf = [group("weight, bias", path=path) for path in ("x", "y", "z")]
    assert matched(torch, tf) == [("a", "x"), ("b", "y"), ("c", "z")]


def test_where_both_sides_have_as_many_biases_those_with_one_are_matched():
    torch = [group("weight, bias", path="a"), group("weight", path="b")]
    assert matched(torch, [group("weight", path="x"), group("weight, bias", path="y")]) == [("b", "x"), ("a", "y")]


def test_normalisations_of_two_sizes_are_no_partners():
    def norm(path, size):
        return WeightGroup("LayerNorm", path, {"weight": Tensor(f"{path}.weight", (size,), False, True)})

    assert matched([norm("a", 6), norm("b", 4)], [norm("x", 4), norm("y", 6)]) == [("b", "x"), ("a", "y")]


def test_names_count_only_where_they_shall():
    torch, tf = ([group("weight", path=path) for path in paths] for paths in (("key", "value"), ("value", "key")))
    assert matched(torch, tf) == [("value", "value"), ("key", "key")]
    assert matched(torch, tf, named=False) == [("key", "value"), ("value", "key")]


def test_one_without_a_partner_leaves_the_others_theirs():
    torch = [group("weight", path="a"), group("weight", path="b")]
    assert matched(torch, [group("weight", path="x")]) == [("a", "x")]
    assert matched(torch, []) == matched([], torch) == []
