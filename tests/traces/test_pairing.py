"""Weights are paired in order and by kind, outputs too; what is left over is named, with the line that pairs it."""

import ast
import re
from types import SimpleNamespace

import pytest

from compare.inputs.port_batches import _explicit
from compare.traces.paired import Alone
from compare.traces.pairing import PairingError, RecordedModel, pair
from compare.traces.step import END
from compare.traces.weights import Tensor, WeightGroup
from tests.helpers.synthetic import header

WIDE, SQUARE = (6, 5), (6, 6)


def group(path, shape=SQUARE, kind="Linear", bias=True):
    tensors = {"weight": Tensor(f"{path}.weight", shape, False, True)}
    if bias:
        tensors["bias"] = Tensor(f"{path}.bias", shape[:1], False, True)
    return WeightGroup(kind, path, tensors)


def norm(path, size=6, buffers=("running_mean", "running_var"), weight=True):
    tensors = {"weight": Tensor(f"{path}.weight", (size,), False, True)} if weight else {}
    tensors |= {role: Tensor(f"{path}.{role}", (size,), True, False) for role in buffers}
    return WeightGroup("BatchNorm", path, tensors)


def model(*groups, outputs=None, kinds=None, batch=("x", "y")):
    """A model that runs its groups in the order in which they are defined, unless `outputs` says otherwise."""
    own = {one.path: one.kind for one in groups}
    return RecordedModel(
        list(groups), own | (kinds or {}), list(own) if outputs is None else outputs.split(), list(batch)
    )


def weights(torch, tf, explicit=()):
    return pair(torch, tf, explicit).weights


def of_layers(**layers):
    """What the weights and biases of these layers are paired as: tf=torch."""
    return {f"{tf}.{role}": f"{torch}.{role}" for tf, torch in layers.items() for role in ("weight", "bias")}


def test_layers_are_paired_in_order_whatever_their_names():
    torch, tf = model(group("fc1", WIDE), group("fc2")), model(group("dense", WIDE), group("dense_1"))
    assert weights(torch, tf) == of_layers(dense="fc1", dense_1="fc2")


def test_layers_are_paired_by_kind_though_others_stand_between():
    torch = model(group("fc1"), group("emb", kind="Embedding", bias=False), group("fc2"))
    tf = model(group("embedding", kind="Embedding", bias=False), group("d1"), group("d2"))
    assert weights(torch, tf) == {"embedding.weight": "emb.weight", **of_layers(d1="fc1", d2="fc2")}


def test_the_order_is_that_of_the_forward_pass_and_not_of_the_definition():
    torch = model(group("late"), group("early"), outputs="early late")
    tf = model(group("d1"), group("d2"))
    assert weights(torch, tf) == of_layers(d1="early", d2="late")
    assert weights(tf, torch) == of_layers(early="d1", late="d2")


def test_as_numbered_the_layers_of_tf_are_in_the_order_in_which_they_were_made():
    torch = model(norm("a"), norm("b"), norm("c"))
    tf = model(*map(norm, ("bn_10", "bn_9", "bn")), outputs="bn bn_10 bn_9")
    assert [(one.path, other.path) for one, other in pair(torch, tf).pairs] == [
        ("a", "bn"),
        ("b", "bn_10"),
        ("c", "bn_9"),
    ]
    found = {(one.path, other.path) for one, other in pair(torch, tf, as_numbered=True).pairs}
    assert found == {("a", "bn"), ("b", "bn_9"), ("c", "bn_10")}


def test_norms_alike_are_told_by_the_layers_that_they_come_behind():
    """A residual block, whose shortcut torch computes last; a functional model of Keras runs by depth."""

    def convolution(path, width):
        return group(path, (6, width), "Conv2d", bias=False)

    torch = model(convolution("conv", 3), norm("bn"), convolution("shortcut.0", 9), norm("shortcut.1"))
    tf = [convolution("block_0_conv", 9), norm("block_0_bn"), convolution("block_1_conv", 3), norm("block_1_bn")]
    for outputs in (None, "block_0_conv block_1_conv block_0_bn block_1_bn"):
        found = {(one.path, other.path) for one, other in pair(torch, model(*tf, outputs=outputs)).pairs}
        assert {("bn", "block_1_bn"), ("shortcut.1", "block_0_bn")} < found


def test_the_first_call_of_a_layer_that_is_called_twice_counts():
    torch = model(group("one"), group("two"), outputs="one two one")
    assert weights(torch, model(group("d1"), group("d2"))) == of_layers(d1="one", d2="two")


def test_layers_that_no_forward_pass_reached_come_last_in_the_order_of_definition():
    torch = model(group("unused"), group("spare"), group("used"), outputs="used")
    tf = model(group("d1"), group("d2"), group("d3"), outputs="d1")
    assert weights(torch, tf) == of_layers(d1="used", d2="unused", d3="spare")


def test_a_part_of_a_layer_has_the_place_of_its_layer():
    parts = [group(f"attn.{name}") for name in ("query", "key")]
    torch = RecordedModel([group("fc"), *parts], {"attn": "Attention", "fc": "Linear"}, ["attn", "fc"], [])
    tf = model(group("d1"), group("d2"), group("d3"))
    assert weights(torch, tf) == of_layers(d1="attn.query", d2="attn.key", d3="fc")


def test_names_that_agree_go_before_order_among_equal_shapes_and_not_among_others():
    torch, tf = model(group("key"), group("value")), model(group("b.value"), group("b.key"))
    assert weights(torch, tf) == of_layers(**{"b.key": "key", "b.value": "value"})
    assert pair(torch, tf, by_name=False).weights == of_layers(**{"b.value": "key", "b.key": "value"})
    torch = model(group("up", WIDE), group("down"))
    assert weights(torch, model(group("up"), group("down", WIDE))) == of_layers(up="down", down="up")


def trained(path, trains):
    return WeightGroup("Linear", path, {"weight": Tensor(f"{path}.weight", SQUARE, False, trains)})


def test_of_equal_layers_the_frozen_ones_are_each_others_partners():
    torch = model(trained("online.0", True), trained("copy.0", False))
    tf = model(trained("dense", False), trained("dense_1", True))
    assert weights(torch, tf) == {"dense.weight": "copy.0.weight", "dense_1.weight": "online.0.weight"}


def test_where_one_side_freezes_more_what_trains_decides_nothing():
    torch = model(trained("online.0", True), trained("copy.0", False))
    tf = model(trained("dense", True), trained("dense_1", True))
    assert weights(torch, tf) == {"dense.weight": "online.0.weight", "dense_1.weight": "copy.0.weight"}


def test_names_go_before_what_is_frozen():
    torch = model(trained("online", True), trained("target", False))
    tf = model(trained("target", True), trained("online", False))
    assert weights(torch, tf) == {"target.weight": "target.weight", "online.weight": "online.weight"}


def against_names(torch, tf, **options):
    return [(one.path, other.path) for one, other in pair(torch, tf, **options).against_names]


def test_pairs_of_which_each_has_a_partner_of_its_own_name_are_against_names():
    torch, tf = model(group("key"), group("value"), group("out")), model(group("value"), group("key"), group("dense"))
    assert against_names(torch, tf) == []
    assert against_names(torch, tf, by_name=False) == [("key", "value"), ("value", "key")]
    assert against_names(model(group("key")), model(group("value")), by_name=False) == []


def test_shapes_that_contradict_names_are_against_names():
    torch, tf = model(group("up", WIDE), group("down")), model(group("up"), group("down", WIDE))
    assert against_names(torch, tf) == [("down", "up"), ("up", "down")]


def test_what_was_paired_by_name_in_the_port_is_the_users_own_word():
    torch, tf = model(group("key"), group("value")), model(group("value"), group("key"))
    said = list(of_layers(value="key", key="value").items())
    assert against_names(torch, tf, explicit=said) == []


def test_a_branch_that_is_run_earlier_is_told_apart_by_its_shapes():
    torch = model(group("main", WIDE), group("branch", (3, 5)), group("end"))
    tf = model(group("d1", (3, 5)), group("d2", WIDE), group("d3"))
    assert weights(torch, tf) == of_layers(d1="branch", d2="main", d3="end")


def test_layers_with_and_without_bias_are_told_apart():
    torch, tf = model(group("a"), group("b", bias=False)), model(group("d1", bias=False), group("d2"))
    assert weights(torch, tf) == {"d1.weight": "b.weight", **of_layers(d2="a")}


def test_one_bias_is_the_sum_of_two():
    def cell(path, roles):
        return WeightGroup("LSTM", path, {role: Tensor(f"{path}.{name}", (24,), False, True) for role, name in roles})

    torch = model(cell("lstm", [("bias_ih", "bias_ih_l0"), ("bias_hh", "bias_hh_l0")]))
    tf = model(cell("cell", [("bias_ih + bias_hh", "bias")]))
    assert weights(torch, tf) == {"cell.bias": "lstm.bias_ih_l0 + lstm.bias_hh_l0"}


def attention(*rows):
    """Parts of an attention layer, whose weights are slices."""
    shapes = {"weight": SQUARE, "bias": (6,)}
    return [
        WeightGroup("Linear", f"attn.{row}", {
            role: Tensor(f"attn.in_{role}[{row}:{row + 6}]", shape, False, True) for role, shape in shapes.items()
        })
        for row in rows
    ]  # fmt: skip


def test_parts_of_one_tensor_are_paired_as_slices():
    torch, tf = model(*attention(0, 6, 12)), model(group("q"), group("k"), group("v"))
    expected = {f"{path}.weight": f"attn.in_weight[{row}:{row + 6}]" for path, row in (("q", 0), ("k", 6), ("v", 12))}
    assert expected.items() <= weights(torch, tf).items()


def test_buffers_are_paired_and_those_left_over_are_no_error():
    torch = model(norm("bn", buffers=("running_mean", "num_batches")))
    tf = model(norm("n", buffers=("running_mean", "other")))
    assert weights(torch, tf) == {"n.weight": "bn.weight", "n.running_mean": "bn.running_mean"}
    assert weights(torch, model(norm("n", buffers=()))) == {"n.weight": "bn.weight"}
    only_buffers = WeightGroup("Buffer", "mask", {"buffer": Tensor("mask", (3,), True, False)})
    assert weights(model(norm("bn"), only_buffers), model(norm("n")))["n.weight"] == "bn.weight"


# What is left over


def left_over(torch, tf, explicit=()):
    with pytest.raises(PairingError) as caught:
        pair(torch, tf, explicit)
    return str(caught.value)


def test_what_is_left_over_in_many_layers_is_counted_in_short_and_whole_in_the_message():
    torch, tf = (model(*(group(f"{name}{n}", (n + 2, size)) for n in range(50))) for name, size in (("a", 3), ("b", 5)))
    with pytest.raises(PairingError) as caught:
        pair(torch, tf)
    whole, short = str(caught.value), caught.value.in_short
    assert len(short) < 1000 < len(whole)
    assert short.count("... and ") == 4  # both sides, and the two parts of the line
    assert all(f"{name}{n}.weight" in whole for name in "ab" for n in range(50))
    assert (short[:60], short.index("a0.weight") < short.index("and 96 more")) == (whole[:60], True)


def test_what_tf_calls_by_another_name_is_known_by_that_of_torch():
    pairing = pair(model(group("fc"), group("same", (3, 2))), model(group("dense"), group("same", (3, 2))))
    assert pairing.tf_names == {"fc": "dense", "fc.weight": "dense.weight", "fc.bias": "dense.bias"}


def test_a_short_message_is_its_own_short_form():
    assert PairingError("one").in_short == "one"


def line_of(message):
    """The line to write, as a port file that has it would be read."""
    return _explicit("my_port.py", ast.literal_eval(re.search(r"WEIGHTS = (\{.*\})", message)[1]))


LEFT = {
    "on both sides": (model(group("fc1"), group("w", (3, 2), "Conv1d")), model(group("d1"), group("odd", (2, 3))),
                      "torch: w.weight (3x2), w.bias (3); tf: odd.weight (2x3), odd.bias (2)"),
    "in tf": (model(group("fc1")), model(group("d1"), group("d2")), "(tf: d2.weight (6x6), d2.bias (6))"),
    "in torch": (model(group("fc1"), group("fc2"), group("fc3")), model(group("d1")),
                 "(torch: fc2.weight (6x6), fc2.bias (6), fc3.weight (6x6), fc3.bias (6))"),
    "of another kind": (model(group("fc1", kind="Conv1d")), model(group("d1")), "tf: d1.weight (6x6), d1.bias (6)"),
    "a scalar": (model(), model(group("s", (), "Parameter", bias=False)), "(tf: s.weight (scalar))"),
}  # fmt: skip


@pytest.mark.parametrize(("torch", "tf", "said"), LEFT.values(), ids=LEFT.keys())
def test_what_is_left_over_is_named_and_the_line_that_is_shown_settles_it(torch, tf, said):
    message = left_over(torch, tf)
    assert message.startswith("weights without a partner on the other side (")
    assert said in message
    pair(torch, tf, line_of(message))


@pytest.mark.parametrize("buffer_of", ["torch", "tf"])
def test_a_weight_that_the_other_side_may_hold_as_a_buffer_is_proposed_with_it(buffer_of):
    """An average of the weights is a copy of the layer on one side, and a variable of its own on the other."""
    sides = [
        model(WeightGroup(kind, "own", {"weight": Tensor(f"of_{side}", (2, 3), kind == "Buffer", True)}))
        for side in ("torch", "tf")
        for kind in ["Buffer" if side == buffer_of else "Parameter"]
    ]
    assert line_of(left_over(*sides)) == (("of_tf", "of_torch"),)


@pytest.mark.parametrize(
    ("torch", "tf", "expected"),
    [((4, 2, 5, 3), (5, 3, 2, 4), "w.permute(2, 3, 1, 0)"), ((2, 3), (3, 4), None), ((2, 6), (3, 4), None)],
)
def test_a_partner_is_proposed_only_in_a_layout_in_which_it_fits(torch, tf, expected):
    sides = [
        model(WeightGroup(kind, "w", {"weight": Tensor("w", shape, False, True)}))
        for kind, shape in (("Linear", torch), ("Conv2d", tf))
    ]
    explicit = line_of(left_over(*sides))
    assert ("w", expected) in explicit
    pair(*sides, explicit)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("w", "WEIGHTS pairs 'd.weight' (6x5) with 'w' (5x6), whose shape differs: 'w.T' would fit"),
        ("w[0:4].T", "WEIGHTS pairs 'd.weight' (6x5) with 'w[0:4].T' (6x4), whose shape differs: expected \"name\""),
        ("w.T + w", "WEIGHTS: 'w.T + w' does not fit the shapes of its weights ("),
        ("w.permute(2, 1, 0)", "WEIGHTS: 'w.permute(2, 1, 0)' does not fit the shapes of its weights ("),
    ],
)
def test_shapes_that_differ_are_refused_with_both(expression, said):
    torch = model(WeightGroup("Parameter", "w", {"weight": Tensor("w", (5, 6), False, True)}))
    assert left_over(torch, model(group("d", WIDE, bias=False)), [("d.weight", expression)]).startswith(said)


def test_a_weight_in_another_layout_is_paired_as_it_is_written():
    torch = model(WeightGroup("Parameter", "w", {"weight": Tensor("w", (5, 6), False, True)}))
    tf = model(group("d", WIDE, bias=False))
    assert weights(torch, tf, [("d.weight", "w.T")]) == {"d.weight": "w.T"}


def test_the_shape_of_a_weight_that_is_listed_in_slices_is_that_of_all():
    tf = model(group("d", (18, 6), bias=False))
    rest = [(None, "attn.in_bias")]
    assert weights(model(*attention(0, 6, 12)), tf, [("d.weight", "attn.in_weight"), *rest]) == {
        "d.weight": "attn.in_weight"
    }


def test_buffers_of_other_shapes_are_no_partners():
    def mask(shape):
        return model(WeightGroup("Buffer", "mask", {"buffer": Tensor("mask", shape, True, False)}))

    assert weights(mask((3,)), mask((3,))) == {"mask": "mask"}
    assert weights(mask((3,)), mask((5, 5))) == {}
    assert weights(model(norm("a", 6)), model(norm("b", 6, buffers=()))) == {"b.weight": "a.weight"}


def test_weights_of_the_same_sizes_are_proposed_as_partners():
    torch, tf = model(group("w", (3, 2), "Embedding")), model(group("odd", (2, 3), bias=False))
    assert ("odd.weight", "w.weight.T") in line_of(left_over(torch, tf))
    assert (None, "w.bias") in line_of(left_over(torch, tf))


def test_a_slice_that_is_left_over_is_named():
    assert "attn.in_weight[12:18] (6x6)" in left_over(model(*attention(0, 6, 12)), model(group("q"), group("k")))


def test_the_line_for_a_slice_that_is_left_over_settles_it():
    pair(model(*attention(0)), model(), [(None, "attn.in_weight[0:6]"), (None, "attn.in_bias[0:6]")])


def test_a_slice_that_was_paired_by_name_is_not_paired_again():
    named = [("k.weight", "attn.in_weight[0:6]"), ("k.bias", "attn.in_bias[0:6]")]
    found = weights(model(*attention(0, 6)), model(group("q"), group("k")), named)
    assert found["q.weight"] == "attn.in_weight[6:12]"


# What is paired by name


def test_what_is_named_goes_before_order_and_the_rest_follows_in_order():
    torch, tf = model(group("a"), group("b"), group("c")), model(group("d1"), group("d2"), group("d3"))
    found = weights(torch, tf, [("d1.weight", "c.weight"), ("d1.bias", "c.bias")])
    assert found == of_layers(d1="c", d2="a", d3="b")


def test_the_output_of_a_layer_that_is_a_slice_of_the_others_is_not_the_others():
    torch, tf = model(group("qkv", (12, 6)), group("fc", WIDE)), model(group("q"), group("k"), group("d", WIDE))
    slices = [(f"{one}.{role}", f"qkv.{role}[{rows}]") for one, rows in (("q", "0:6"), ("k", "6:12"))
              for role in ("weight", "bias")]  # fmt: skip
    assert pair(torch, tf, slices).outputs == {"d": "fc"}
    cats = [(f"qkv.{role}", f"cat(q.{role}, k.{role})") for role in ("weight", "bias")]
    assert pair(tf, torch, cats).outputs == {"fc": "d"}
    whole = [("q.weight", "w.weight"), ("q.bias", "w.bias")]
    assert pair(model(group("w")), model(group("q")), whole).outputs == {"q": "w"}


def test_a_weight_that_is_said_to_have_no_partner_is_left_alone():
    torch, tf = model(group("a"), group("b", WIDE)), model(group("d1", (2, 2)), group("d2"))
    explicit = [("d1.weight", None), ("d1.bias", None), (None, "b.weight"), (None, "b.bias")]
    assert weights(torch, tf, explicit) == of_layers(d2="a")


def test_expressions_may_be_given_by_name():
    torch = model(group("w", (12, 6), "Parameter", bias=False), group("v", SQUARE, "Parameter", bias=False))
    tf = model(group("d", bias=False))
    assert weights(torch, tf, [("d.weight", "w.weight[0:6] + v.weight")]) == {"d.weight": "w.weight[0:6] + v.weight"}


@pytest.mark.parametrize(
    ("explicit", "said"),
    [
        (
            ("dense.wieght", "fc.weight"),
            "WEIGHTS names 'dense.wieght', which the tf side does not have: the nearest is 'dense.weight' (6x6, as",
        ),
        (
            ("dense.weight", "fc.wieght"),
            "WEIGHTS names 'fc.wieght', which the torch side does not have: the nearest is 'fc.weig",
        ),
        (("dense.weight", "fc.weight + fc.x"), "WEIGHTS names 'fc.x', which the torch side does not have"),
        (("dense.wieght", None), "WEIGHTS names 'dense.wieght', which the tf side does not have"),
    ],
)
def test_a_name_that_is_wrong_is_answered_with_the_nearest(explicit, said):
    assert left_over(model(group("fc")), model(group("dense")), [explicit]).startswith(said)


def test_a_name_on_a_side_without_weights_is_answered_so():
    message = left_over(model(), model(group("dense")), [("dense.weight", "fc.weight")])
    assert message == "WEIGHTS names 'fc.weight', which the torch side does not have: it has no weights"


def test_a_wrong_name_of_torch_without_a_partner_is_looked_for_on_the_torch_side():
    message = left_over(model(group("fc")), model(group("dense")), [(None, "fc.wieght")])
    assert message.startswith(
        "WEIGHTS names 'fc.wieght', which the torch side does not have: the nearest is 'fc.weight'"
    )


@pytest.mark.parametrize("expression", ["fc.weight[0", "fc.weight+fc.bias", ""])
def test_what_is_no_expression_is_an_error_of_the_pairing(expression):
    assert "is not a weight" in left_over(model(group("fc")), model(group("dense")), [("dense.weight", expression)])


def test_a_name_that_both_sides_have_is_taken_on_its_own_side_only():
    both = model(group("a"), group("b"))
    assert weights(both, both, [("a.weight", "b.weight"), ("a.bias", "b.bias")]) == of_layers(a="b", b="a")


def test_a_name_that_both_sides_have_is_left_alone_on_its_own_side_only():
    both = model(group("a"))
    assert "torch: a.weight" in left_over(both, both, [("a.weight", None), ("a.bias", None)])


# Weights that only one side has, and weights without a rule


def test_a_bias_that_one_side_lacks_is_alone_and_begins_at_zero():
    pairing = pair(model(group("a", bias=False), group("b", WIDE)), model(group("d1"), group("d2", WIDE, bias=False)))
    assert pairing.weights == {"d1.weight": "a.weight", "d2.weight": "b.weight"}
    assert (pairing.alone.torch, pairing.alone.tf) == ({"b.bias": 0}, {"d1.bias": 0})
    assert pair(model(group("a")), model(group("d"))).alone == Alone({}, {})


def test_a_scale_that_one_side_lacks_begins_at_one():
    assert pair(model(norm("bn")), model(norm("n", weight=False))).alone == Alone({"bn.weight": 1}, {})


def own(name, *shape):
    return WeightGroup("Parameter", name, {"weight": Tensor(name, shape, False, True)})


def test_a_layer_that_is_a_part_of_an_attention_is_known_as_such():
    torch = model(group("proj"), group("fc", WIDE))
    tf = RecordedModel(
        [group("a.output"), group("d", WIDE)], {"a": "MultiheadAttention", "d": "Linear"}, ["a", "d"], []
    )
    pairing = pair(torch, tf)
    assert pairing.layers == {"a": "proj", "d": "fc"}
    assert pairing.parts_of_a_whole == {"proj"}


def test_a_kernel_of_the_users_own_is_carried_over_transposed_with_its_layers_outputs():
    torch = model(group("fc", WIDE))
    tf = RecordedModel([own("own.kernel", 5, 6), own("own.bias", 6)], {"own": "Own"}, ["own"], [])
    pairing = pair(torch, tf)
    assert pairing.weights == {"own.kernel": "fc.weight.T", "own.bias": "fc.bias"}
    assert (pairing.loose, pairing.in_two_layouts, pairing.without_rule) == (["own.kernel"], [], {"fc"})
    assert pairing.outputs == {"own": "fc"}


def test_weights_of_the_users_own_on_both_sides_and_as_they_are_need_no_word():
    pairing = pair(model(own("w", 5, 6)), model(own("v", 5, 6)))
    assert (pairing.weights, pairing.loose) == ({"v": "w"}, [])
    assert pair(model(own("w", 5, 6)), model(own("v", 6, 5))).loose == ["v"]


def test_a_square_kernel_fits_in_two_layouts_and_can_be_turned():
    torch, tf = model(group("fc")), model(own("k", 6, 6), own("b", 6))
    pairing = pair(torch, tf)
    assert pairing.in_two_layouts == ["k"]
    assert pairing.weights["k"] == pair(torch, tf, turned=True).turned("k").weights["k"] == "fc.weight.T"
    assert pairing.turned("k").weights["k"] == pair(torch, tf, turned=True).weights["k"] == "fc.weight"


def test_a_layer_with_a_rule_goes_before_what_has_none():
    torch = model(group("fc", WIDE, bias=False), own("w", 5, 6))
    tf = model(own("k", 5, 6), group("dense", WIDE, bias=False))
    assert weights(torch, tf) == {"dense.weight": "fc.weight", "k": "w"}


# Groups that could be paired crosswise


def test_layers_alike_in_kind_and_shapes_are_a_group():
    layers = [group("a"), group("b", WIDE), group("c"), group("d", bias=False), group("e", kind="Conv1d"), group("f")]
    pairing = pair(model(*layers), model(*layers))
    groups = [[pairing.pairs[place][1].path for place in group] for group in pairing.alike]
    assert groups == [["a", "c", "f"]]


def test_crosswise_exchanges_two_partners_and_nothing_else():
    layers = [group("a"), group("b"), group("c")]
    plain = pair(model(*layers), model(group("d1"), group("d2"), group("d3")))
    crossed = plain.crosswise(0, 2)
    assert crossed.weights == of_layers(d1="c", d2="b", d3="a")
    assert crossed.layers == {"d1": "c", "d2": "b", "d3": "a"}
    assert plain.weights == of_layers(d1="a", d2="b", d3="c")
    assert crossed.crosswise(0, 2).pairs == plain.pairs


# Outputs and batches


def test_outputs_are_those_of_paired_layers_call_by_call():
    torch = RecordedModel([group("fc")], {"fc": "Linear"}, ["fc", "fc (call 2)", "fc (call 3)"], [])
    tf = RecordedModel([group("dense")], {"dense": "Linear"}, ["dense", "dense (call 2)"], [])
    assert pair(torch, tf).outputs == {"dense": "fc", "dense (call 2)": "fc (call 2)"}
    assert pair(tf, torch).outputs == {"fc": "dense", "fc (call 2)": "dense (call 2)"}


def stateless(*outputs, **kinds):
    return RecordedModel([], kinds, list(outputs), [])


def test_outputs_without_weights_are_paired_by_kind_in_order_of_their_calls():
    torch = stateless("relu", "pool", "relu (call 2)", relu="ReLU", pool="MaxPool")
    tf = stateless("a", "b", "p", a="ReLU", b="ReLU", p="MaxPool")
    assert pair(torch, tf).outputs == {"a": "relu", "b": "relu (call 2)", "p": "pool"}
    assert pair(torch, tf).all_layers == {"a": "relu", "b": "relu", "p": "pool"}


def test_outputs_of_a_kind_that_one_side_calls_more_often_are_not_paired():
    torch = stateless("relu", "relu (call 2)", "pool", relu="ReLU", pool="MaxPool")
    tf = stateless("a", "p", a="ReLU", p="MaxPool")
    assert pair(torch, tf).outputs == {"p": "pool"}


def test_outputs_of_layers_with_weights_are_not_paired_by_kind():
    torch = RecordedModel([group("fc1"), group("fc2")], {"fc1": "Linear", "fc2": "Linear"}, ["fc1", "fc2"], [])
    tf = RecordedModel([group("d1"), group("d2")], {"d1": "Linear", "d2": "Linear"}, ["d1"], [])
    assert pair(torch, tf).outputs == {"d1": "fc1"}


def test_layers_whose_weights_are_paired_by_name_have_their_outputs_paired():
    torch, tf = model(group("a"), group("b")), model(group("d1"), group("d2"))
    named = {"d1": "b", "d2": "a"}
    assert pair(torch, tf, of_layers(**named).items()).outputs == named


@pytest.mark.parametrize(
    ("torch", "tf", "expected"),
    [
        (["x", "y"], ["y", "x"], {"y": "y", "x": "x"}),
        (["x", "y"], ["images", "labels"], {"images": "x", "labels": "y"}),
        (["x", "y"], ["x", "labels"], {"x": "x", "labels": "y"}),
        (["x", "y"], ["x"], {"x": "x"}),
        (["x", "y"], [], {}),
    ],
)
def test_arrays_of_a_batch_are_paired_by_name_or_else_in_order(torch, tf, expected):
    assert pair(model(batch=torch), model(batch=tf)).batch == expected


def test_a_model_is_read_from_the_first_audited_step_of_a_trace():
    keys = [
        (4, "batch", "x"), (4, "forward", "fc"), (4, "forward", "fc (call 2)"), (5, "forward", "late"),
        (5, "batch", "late"), (END, "forward", "end"),
    ]  # fmt: skip
    said = header(weight_groups=(group("fc"),), kinds={"fc": "Linear"})
    assert RecordedModel.of(SimpleNamespace(keys=keys, header=said)) == (
        (group("fc"),), {"fc": "Linear"}, ["fc", "fc (call 2)"], ["x"], {},
    )  # fmt: skip


def test_what_is_computed_at_the_end_is_no_forward_pass_of_training():
    trace = SimpleNamespace(keys=[(END, "forward", "fc")], header=header())
    assert RecordedModel.of(trace).outputs == []


def test_a_layer_of_another_size_is_set_against_the_one_in_its_place():
    torch, tf = model(group("fc1", (16, 8)), group("fc2", (1, 16))), model(group("a", (17, 8)), group("b", (1, 17)))
    with pytest.raises(
        PairingError, match=r"^layers of the same kinds and in the same order have other sizes: fc1.weight"
    ):
        pair(torch, tf)
    with pytest.raises(PairingError, match=r"^weights without a partner"):
        pair(torch, model(group("a", (17, 8)), group("emb", (1, 17), "Embedding", bias=False)))


def test_weights_of_which_torch_has_one_in_two_places_begin_alike():
    torch = model(group("emb", kind="Embedding", bias=False))._replace(tied={"out.weight": "emb.weight"})
    tf = model(group("e", kind="Embedding", bias=False), group("d", bias=False))
    both = {"e.weight": "emb.weight", "d.weight": "emb.weight"}
    assert weights(torch, tf) == both
    assert pair(torch, tf).untied == {"d.weight": "emb.weight"}
    assert weights(torch, tf, (("d.weight", "emb.weight"),)) == both
    assert pair(torch, model(group("e", kind="Embedding", bias=False))).untied == {}
    with pytest.raises(PairingError, match=r"^weights without a partner"):
        pair(torch, model(group("e", kind="Embedding", bias=False), group("d", bias=False), group("f", bias=False)))
    with pytest.raises(PairingError, match=r"^weights without a partner"):
        pair(torch._replace(tied={}), tf)


def test_a_part_that_weights_uses_twice_is_refused_before_anything_is_paired():
    torch = model(group("qkv", (12, 6), bias=False))
    tf = model(*(group(path, (4, 6), bias=False) for path in "qk"))
    explicit = (("q.weight", "qkv.weight[0:4]"), ("k.weight", "qkv.weight[0:4]"))
    with pytest.raises(PairingError, match=r"^WEIGHTS uses qkv.weight\[0:4\] twice"):
        pair(torch, tf, explicit)
