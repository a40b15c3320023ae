"""Weights without a rule are paired one by one, in the layout that fits; where two fit, in the likelier one first."""

import pytest

from compare.traces.loose import match_loose
from compare.traces.weights import Tensor, WeightGroup


def own(name, *shape, buffer=False, kind="Parameter"):
    return WeightGroup(kind, name, {"weight": Tensor(name, shape, buffer, not buffer)})


def linear(path, out, into):
    tensors = {
        role: Tensor(f"{path}.{role}", shape, False, True)
        for role, shape in (("weight", (out, into)), ("bias", (out,)))
    }
    return WeightGroup("Linear", path, tensors)


def paired(torch, tf, named=True, turned=False):
    found = match_loose(torch, tf, named, turned)
    tensors = [[each.tensors["weight"].name for each in pair] for pair in found.pairs]
    return {of_tf: of_torch + found.layouts[of_tf] for of_torch, of_tf in tensors}


def test_a_kernel_of_the_users_own_is_the_weight_of_a_layer_transposed():
    assert paired([linear("fc", 4, 6)], [own("k", 6, 4), own("b", 4)]) == {"k": "fc.weight.T", "b": "fc.bias"}
    assert paired([own("k", 6, 4), own("b", 4)], [linear("fc", 4, 6)]) == {"fc.weight": "k.T", "fc.bias": "b"}


def test_a_kernel_that_fits_only_as_it_is_is_not_turned():
    assert paired([linear("fc", 4, 6)], [own("k", 4, 6), own("b", 4)]) == {"k": "fc.weight", "b": "fc.bias"}


def test_pairs_are_in_the_order_of_the_tf_side():
    torch = [linear("a", 4, 6), linear("b", 4, 3)]
    assert list(paired(torch, [own("k2", 4, 3), own("k1", 6, 4)])) == ["k2", "k1"]


def test_a_convolution_is_found_in_the_layout_of_keras():
    torch = WeightGroup("Conv2d", "c", {"weight": Tensor("c.weight", (8, 3, 5, 7), False, True)})
    assert paired([torch], [own("k", 5, 7, 3, 8)]) == {"k": "c.weight.permute(2, 3, 1, 0)"}


@pytest.mark.parametrize(
    ("torch", "expected"), [(linear("fc", 6, 6), ("fc.weight.T", "fc.weight")), (own("w", 6, 6), ("w", "w.T"))]
)
def test_a_square_kernel_is_turned_beside_a_layer_and_as_it_is_beside_another_own(torch, expected):
    for turned, name in zip((False, True), expected, strict=True):
        assert paired([torch], [own("k", 6, 6)], turned=turned)["k"] == name


def test_up_and_down_are_not_taken_for_each_other_though_their_shapes_are():
    torch, tf = [linear("a", 24, 6), linear("b", 6, 24)], [own("k1", 6, 24), own("k2", 24, 6)]
    assert paired(torch, tf) == {"k1": "a.weight.T", "k2": "b.weight.T"}
    assert paired(torch, tf, turned=True) == {"k1": "b.weight", "k2": "a.weight"}


def test_two_layers_that_have_a_rule_each_are_no_partners():
    embedding = WeightGroup("Embedding", "e", {"weight": Tensor("e.weight", (6, 4), False, True)})
    assert paired([linear("fc", 6, 4)], [embedding]) == {}


def test_a_buffer_is_paired_with_buffers_of_its_shape_only():
    torch = [own("mask", 3, buffer=True, kind="Buffer"), own("scale", 3)]
    assert paired(torch, [own("m", 3, buffer=True, kind="Buffer")]) == {"m": "mask"}
    assert paired(torch, [own("m", 4, buffer=True, kind="Buffer")]) == {}
    assert paired([own("scale", 3)], [own("m", 3, buffer=True, kind="Buffer")]) == {}


def test_names_tell_apart_what_has_one_shape():
    torch, tf = [own("wk", 6, 4), own("wv", 6, 4)], [own("s.wv", 6, 4), own("s.wk", 6, 4)]
    assert paired(torch, tf) == {"s.wk": "wk", "s.wv": "wv"}
    assert paired(torch, tf, named=False) == {"s.wv": "wk", "s.wk": "wv"}


def test_the_weights_of_a_normalisation_are_paired_by_the_word_that_they_share():
    norm = WeightGroup("LayerNorm", "n", {role: Tensor(f"n.{role}", (6,), False, True) for role in ("weight", "bias")})
    assert paired([norm], [own("own.bias", 6), own("own.scale", 6)]) == {"own.bias": "n.bias", "own.scale": "n.weight"}


def test_axes_of_one_element_are_no_reason_to_have_no_partner():
    assert paired([own("token", 1, 1, 6), own("b", 6)], [own("bias", 1, 6), own("cls", 6)], named=False) == {
        "bias": "token.reshape(1, 6)",
        "cls": "b",
    }
    assert paired([own("scale", 1)], [own("s")]) == {"s": "scale.reshape(())"}


def test_what_has_equally_many_axes_is_paired_first():
    torch, tf = [own("a", 1, 6), own("b", 6)], [own("c", 6), own("d", 1, 1, 6)]
    assert paired(torch, tf, named=False) == {"c": "b", "d": "a.reshape(1, 1, 6)"}


def test_buffers_that_are_not_equally_many_are_paired_by_their_names_or_not_at_all():
    def buffers(*names):
        return [own(name, 1, 4, buffer=True, kind="Buffer") for name in names]

    torch, more = buffers("mean", "var"), buffers("m.average", "m.hidden", "v.average", "v.hidden")
    assert paired(torch, more) == {}
    assert paired(more, torch) == {}
    assert paired(torch, buffers("a", "b")) == {"a": "mean", "b": "var"}
    assert paired(torch, buffers("moving_variance", "count", "moving_mean")) == {
        "moving_variance": "var", "moving_mean": "mean",
    }  # fmt: skip
