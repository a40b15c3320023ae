"""Query, key and value that one side keeps in one tensor are paired as its parts, in the layout that it has."""

import pytest

from compare.traces.attentions import fused_attentions
from compare.traces.pairing import RecordedModel, pair
from compare.traces.weights import Tensor, WeightGroup

WIDTH = 4


def linear(path, out, into=WIDTH, kind="Linear"):
    weight, bias = Tensor(f"{path}.weight", (out, into), False, True), Tensor(f"{path}.bias", (out,), False, True)
    return WeightGroup(kind, path, {"weight": weight, "bias": bias})


def own(name, *shape):
    return WeightGroup("Parameter", name, {"weight": Tensor(name, shape, False, True)})


def attention(path, names=("query", "key", "value", "output")):
    return [linear(f"{path}.{name}", WIDTH) for name in names]


def paired(torch, tf):
    return pair(*(RecordedModel(groups, {}, [], []) for groups in (torch, tf))).weights


def test_they_are_the_rows_of_a_linear_layer_and_the_output_is_the_projection():
    torch = [linear("h.0.qkv", 3 * WIDTH), linear("h.0.proj", WIDTH), linear("h.1.qkv", 3 * WIDTH)]
    found = paired([*torch, linear("h.1.proj", WIDTH)], [*attention("block"), *attention("block_1")])
    assert found["block.key.weight"] == "h.0.qkv.weight[4:8]"
    assert found["block_1.value.bias"] == "h.1.qkv.bias[8:12]"
    assert (found["block.output.weight"], found["block_1.output.weight"]) == ("h.0.proj.weight", "h.1.proj.weight")


def test_they_are_the_columns_of_a_kernel_that_is_laid_out_in_out():
    torch = [own("c.weight", WIDTH, 3 * WIDTH), own("c.bias", 3 * WIDTH), linear("proj", WIDTH)]
    found = paired(torch, attention("a"))
    assert (found["a.query.weight"], found["a.key.bias"]) == ("c.weight[:, 0:4].T", "c.bias[4:8]")


def test_three_of_torch_are_side_by_side_in_one_of_tf_whatever_their_order():
    torch = attention("a", ("k_proj", "q_proj", "v_proj", "out_proj"))
    found = paired(torch, [linear("qkv", 3 * WIDTH), linear("proj", WIDTH)])
    assert found["qkv.weight"] == "cat(a.q_proj.weight, a.k_proj.weight, a.v_proj.weight)"
    kernel = [own("qkv", WIDTH, 3 * WIDTH), own("qkv_bias", 3 * WIDTH), linear("proj", WIDTH)]
    assert paired(torch, kernel)["qkv"] == "cat(a.q_proj.weight, a.k_proj.weight, a.v_proj.weight).T"


@pytest.mark.parametrize(
    ("torch", "tf"),
    [
        ([linear("qkv", 3 * WIDTH), linear("wide", 3 * WIDTH)], attention("a")),  # which of the two is it?
        ([linear("qkv", 2 * WIDTH)], attention("a")),
        ([linear("qkv", 3 * WIDTH)], attention("a", ("first", "second", "third"))),
        (attention("a"), attention("b")),
    ],
)
def test_what_is_not_certain_is_left_to_the_user(torch, tf):
    assert fused_attentions(torch, tf) == {}
