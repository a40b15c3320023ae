"""A part of a weight that WEIGHTS gives away twice, while another is given to none, is said before any training."""

import pytest

from compare.traces.used_twice import say_used_twice

SHAPES = {"qkv.weight": (12, 8), "qkv.bias": (12,), "other": (4, 8)}


def said(**pairs):
    return say_used_twice(SHAPES, tuple(pairs.items()))


def test_rows_that_are_used_twice_while_others_are_left_out_are_named_with_what_uses_them():
    found = said(wq="qkv.weight[0:4].T", wk="qkv.weight[0:4].T", wv="qkv.weight[8:12].T")
    assert found.startswith("WEIGHTS uses qkv.weight[0:4] twice, for 'wq' and 'wk', and qkv.weight[4:8] not at all")


def test_columns_are_counted_too():
    found = said(a="qkv.weight.T[:, 0:4]", b="qkv.weight.T[:, 2:8]")
    assert found.startswith("WEIGHTS uses qkv.weight[2:4] twice, for 'a' and 'b', and qkv.weight[8:12] not at all")
    assert said(a="qkv.weight[:, 0:4]", b="qkv.weight[:, 0:4]").startswith("WEIGHTS uses 48 values of qkv.weight twice")


@pytest.mark.parametrize(
    "pairs",
    [
        {"wq": "qkv.weight[0:4].T", "wk": "qkv.weight[4:8].T", "wv": "qkv.weight[8:12].T"},
        {"wq": "qkv.weight[0:4].T", "wk": "qkv.weight[4:8].T"},  # a part may be left out on purpose
        {"a": "qkv.weight", "b": "qkv.weight"},  # as a weight that is shared
        {"a": "cat(other, qkv.weight[0:4])", "b": "qkv.weight[4:12]"},
        {"a": "qkv.bias[0:4] + qkv.bias[4:8]", "b": "qkv.bias[8:12]"},
        {"a": "cat(qkv.bias[0:4] + qkv.bias[0:4], other)", "b": "qkv.bias[0:4]"},  # too nested to tell
    ],
)
def test_parts_that_are_used_once_or_whole_or_left_out_alone_are_not_refused(pairs):
    assert said(**pairs) == ""


def test_what_is_said_to_have_no_partner_is_not_left_out():
    used = (("wq", "qkv.weight[0:4]"), ("wk", "qkv.weight[0:4]"), (None, "qkv.weight[4:12]"))
    assert say_used_twice(SHAPES, used) == ""
