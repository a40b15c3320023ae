"""The lines that make what two operations start from, where these may be to blame."""

import numpy as np
import pytest

from compare.judging.line import PARTS
from tests.helpers.parted_steps import SQUARES, X, begun, found

TOTAL = SQUARES.sum(1)


def named(torch, tf, ends):
    return [each[1:3] for each in found(torch, tf, ends) if each[0] == PARTS]


@pytest.mark.parametrize("taken_at", [22, 23])
@pytest.mark.parametrize("alone", [True, False])
def test_what_one_side_makes_and_goes_on_with_in_one_statement_may_lack_the_rest_on_the_other(taken_at, alone):
    """Torch halves a sum where it takes it; tf takes it as it is."""
    (torch, squares), (tf, others) = begun()
    total = torch.run(12, [squares], TOTAL, "sum")
    half = torch.run(12, [total] if alone else [total, torch.enter(X[:, 0])], TOTAL / 2, "mul")
    theirs, shown = tf.run(22, [others], TOTAL, "Sum"), tf.enter(X[:, 0])
    curved = tf.run(taken_at, [theirs], np.cos(TOTAL), "Cos")
    curved = tf.run(24, [curved, shown], np.cos(TOTAL) * X[:, 0], "Mul")
    ends = np.tanh(TOTAL / 2) * X[:, 0], np.cos(TOTAL) * X[:, 0]
    torch.run(14, [torch.run(13, [half], np.tanh(TOTAL / 2), "tanh"), 0], ends[0], "mul")
    lines = named(torch, tf, ends)
    assert {("torch", 12), ("tf", taken_at)} <= {*lines}
    assert (("tf", 22) in lines) is (taken_at == 22 or alone)


def test_of_two_operations_of_one_kind_none_is_what_the_other_side_lacks():
    (torch, squares), (tf, others) = begun()
    total = torch.run(12, [squares], TOTAL, "sum")
    curved, theirs = torch.run(12, [total], np.sin(TOTAL), "sin"), tf.run(22, [others], TOTAL, "Sum")
    curved, other = torch.run(13, [curved], np.sin(TOTAL) ** 3, "pow"), tf.run(23, [theirs], np.sin(TOTAL) ** 2, "Sin")
    tf.run(24, [other], np.sin(TOTAL) ** 2 + 1, "AddV2")
    lines = named(torch, tf, (np.sin(TOTAL) ** 3, np.sin(TOTAL) ** 2 + 1))
    assert {("torch", 12), ("tf", 23)} <= {*lines}
    assert ("tf", 22) not in lines


def test_another_form_of_the_other_sides_may_be_too_much_in_the_statement_that_makes_what_it_takes():
    """Of logits, tf has taken the softmax already as it takes their logarithmic softmax."""
    (torch, squares), (tf, others) = begun()
    logits = np.sin(SQUARES)
    soft = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    twice = soft - np.log(np.exp(soft).sum(1, keepdims=True))
    theirs = tf.run(22, [tf.run(22, [others], logits, "Sin")], soft, "Softmax")
    tf.run(24, [tf.run(23, [theirs], twice, "LogSoftmax")], twice.max(), "GatherV2")
    ours = torch.run(13, [torch.run(12, [squares], logits, "sin")], np.log(soft), "log_softmax")
    torch.run(14, [ours], np.log(soft).max(), "nll_loss")
    lines = named(torch, tf, (np.log(soft).max(), twice.max()))
    assert {("torch", 12), ("tf", 22)} <= {*lines}


@pytest.mark.parametrize("width", [3, 1])
@pytest.mark.parametrize("at_once", [True, False])
def test_where_each_takes_other_data_beside_the_same_the_lines_that_make_these_are_named(at_once, width):
    """As the values of a memory, in whose place one side takes its keys, both made by one helper. They are of one
    shape, or one would not be taken for the other."""
    (torch, squares), (tf, others) = begun()
    made = [np.sin(SQUARES), np.tanh(SQUARES[:, :width])]
    weights, ends = made[0] + made[1], [((made[0] + made[1]) * each).sum(1) for each in made]
    for side, given, line, chosen in ((torch, squares, 10, 0), (tf, others, 20, 1)):
        both = [side.run(line + 2 + which, [given], made[which], "curve", line - 5, which + 1) for which in (0, 1)]
        shown = side.run(line + 4, both, weights, "add")
        product = weights * made[chosen]
        if side is torch or not at_once:
            product = side.run(line + 5, [shown, both[chosen]], product, "mul")
            side.run(line + 5, [product], ends[chosen], "sum")
        else:
            side.run(line + 5, [shown, both[chosen]], ends[chosen], "einsum")
    assert (named(torch, tf, ends)[-2:] == [("torch", 12), ("tf", 23)]) is (width == 3)


@pytest.mark.parametrize(
    ("grouped", "name", "is_named"),
    [((4, 2, 3), "Reshape", True), ((4, 2, 3), "Einsum", False), ((24, 1), "Reshape", False)],
)
def test_axes_that_one_side_has_split_may_be_split_wrongly(grouped, name, is_named):
    (torch, squares), (tf, others) = begun()
    value = SQUARES - SQUARES.mean(0)
    torch.run(12, [squares], value, "native_group_norm")
    theirs = tf.run(22, [others], SQUARES.reshape(grouped), name)
    mean = SQUARES.reshape(grouped).mean(0, keepdims=True)
    tf.run(24, [theirs, tf.run(23, [theirs], mean, "Mean")], SQUARES.reshape(grouped) - mean - 1, "Sub")
    lines = named(torch, tf, (value, SQUARES.reshape(grouped) - mean - 1))
    assert ("tf", 23) in lines
    assert (("tf", 22) in lines) is is_named


def test_the_same_numbers_in_one_shape_but_another_order_are_laid_out_wrongly_where_they_come_to_it():
    """Heads that one side takes apart behind a permutation, and the other before a reshape."""
    (torch, squares), (tf, others) = begun()
    moved, scale = SQUARES.reshape(4, 2, 3).swapaxes(0, 1), np.arange(1.0, 13).reshape(4, 3)
    flat = [np.random.default_rng(4).permutation(each.ravel()) for each in moved]
    ours = torch.pieces(13, torch.run(12, [squares], moved, "permute"), [*moved], "unbind")
    theirs = tf.pieces(22, others, flat, "Split")
    laid_out = [tf.run(23, [each], value.reshape(4, 3), "Reshape") for each, value in zip(theirs, flat, strict=True)]
    ends = [(one * scale + np.sin(other)).sum() for one, other in (moved, [each.reshape(4, 3) for each in flat])]
    for side, line, (one, other), values in (
        (torch, 14, ours, [*moved]),
        (tf, 24, laid_out, [each.reshape(4, 3) for each in flat]),
    ):
        scaled = side.run(line, [one, side.enter(scale)], values[0] * scale, "mul")
        curved = side.run(line + 1, [other], np.sin(values[1]), "sin")
        side.run(line + 2, [side.run(line + 2, [scaled, curved], values[0] * scale + np.sin(values[1]), "add")],
                 (values[0] * scale + np.sin(values[1])).sum(), "sum")  # fmt: skip
    assert {("torch", 12), ("tf", 23)} <= {*named(torch, tf, ends)}
