"""The lines beside those of a pair: of what is laid out, given to a helper, counted, reduced, or set as a number."""

import numpy as np
import pytest

from compare.judging.frontier import Stretch
from compare.judging.further_lines import further_lines
from compare.judging.line import PARTS, compared
from tests.helpers.parted_steps import SQUARES, X, Y, begun, found
from tests.helpers.recorded_operations import Recorded


def test_what_one_side_lays_out_anew_is_held_against_the_line_where_the_other_did():
    (torch, squares), (tf, others) = begun()
    scale, blocks = np.arange(1.0, 13).reshape(4, 3), SQUARES.reshape(2, 4, 3)
    wrong = SQUARES.reshape(4, 2, 3).swapaxes(0, 1)
    ours = torch.run(12, [squares], blocks, "aten.view.default")
    ours = torch.run(13, [ours, torch.enter(scale)], blocks * scale, "aten.mul.Tensor")
    torch.run(14, [ours], (blocks * scale).sum(), "aten.sum.default")
    theirs = tf.run(22, [tf.run(22, [others], SQUARES.reshape(4, 2, 3), "Reshape")], wrong, "Transpose")
    theirs = tf.run(23, [theirs, tf.enter(scale)], wrong * scale, "Mul")
    tf.run(24, [theirs], (wrong * scale).sum(), "Sum")
    lines = found(torch, tf, ((blocks * scale).sum(), (wrong * scale).sum()))
    assert {("torch", 12), ("tf", 22)} <= {each[1:3] for each in lines if each[0] == PARTS}


@pytest.mark.parametrize("also", [False, True])
def test_where_both_do_the_same_to_other_data_the_lines_that_give_these_are_named_too(also):
    (torch, _), (tf, _) = begun()
    for side in (torch, tf):
        side.other = side.enter(np.cos(X))
    x, y = 0, 1  # as both entered them
    torch.run(12, [x, torch.other] if also else [x], np.tanh(X), "aten.tanh.default", helper=5)
    tf.run(22, [tf.other if also else y], np.tanh(np.cos(X) if also else Y), "Tanh", helper=6)
    lines = found(torch, tf, (np.tanh(X), np.tanh(np.cos(X) if also else Y)))
    parts = [("torch", 5), ("tf", 6)] if also else [("torch", 5), ("tf", 6), ("torch", 12), ("tf", 22)]
    assert [each[1:3] for each in lines if each[0] == PARTS] == parts


@pytest.mark.parametrize("outside", [True, False])
def test_what_a_helper_does_to_other_data_is_named_where_it_is_given_these(outside):
    """As keys of which only one side gives those that are normalised; the helper is called once."""
    (torch, _), (tf, _) = begun()
    waves = torch.run(12, [0], np.sin(X), "aten.sin.default")
    others = tf.run(22, [0], np.sin(X), "Sin", helper=0 if outside else 7)
    made = torch.run(13, [0], np.tanh(X), "aten.tanh.default")
    given = tf.run(23, [others], np.tanh(np.sin(X)), "Tanh", helper=6)
    ends = np.sin(X) * np.tanh(X), np.sin(X) * np.tanh(np.sin(X))
    torch.run(14, [waves, made], ends[0], "aten.mul.Tensor"), tf.run(24, [others, given], ends[1], "Mul")
    parts = [each[1:3] for each in found(torch, tf, ends) if each[0] == PARTS]
    assert parts[:2] == [("torch", 13), ("tf", 6)]
    assert (("tf", 23) in parts) is outside


def test_what_a_helper_makes_of_exchanged_values_is_named_where_it_is_called():
    """Two views and two targets, of which one side pairs each view with its own target."""
    (torch, _), (tf, _) = begun()
    data = [np.sin(X + shift) for shift in range(4)]
    sides = []
    for side, line, crosswise in ((torch, 10, False), (tf, 20, True)):
        one, other, mine, theirs = (side.run(line, [side.enter(X + n)], each, "sin") for n, each in enumerate(data))
        pairs = [(one, theirs), (other, mine)] if crosswise else [(one, mine), (other, theirs)]
        order = [(0, 3), (1, 2)] if crosswise else [(0, 2), (1, 3)]
        products = [data[left] * data[right] for left, right in order]
        made = [
            side.run(line + 2 + call, pair, product, "mul", helper=line - 5, call=call)
            for call, (pair, product) in enumerate(zip(pairs, products, strict=True), 1)
        ]
        total = products[0].sum() + products[1].sum()
        side.run(line + 8, made, total, "sum")
        sides.append(total)
    parts = [each[1:3] for each in found(torch, tf, tuple(sides)) if each[0] == PARTS]
    assert {("torch", 5), ("tf", 15)} & {*parts}
    assert {("torch", 13), ("tf", 23)} <= {*parts} or {("torch", 14), ("tf", 24)} <= {*parts}


def test_where_one_side_ends_with_a_mean_what_it_is_of_may_lack_the_factor_too():
    (torch, squares), (tf, others) = begun()
    more = torch.run(12, [squares], SQUARES + 2, "aten.add.Tensor")
    torch.run(13, [torch.run(13, [more], SQUARES + 2, "view")], (SQUARES + 2).mean(), "aten.mean.default")
    mean = tf.run(23, [tf.run(22, [others], SQUARES + 2, "AddV2")], (SQUARES + 2).mean(), "Mean")
    tf.run(24, [mean], 0.4 * (SQUARES + 2).mean(), "Mul")
    lines = found(torch, tf, ((SQUARES + 2).mean(), 0.4 * (SQUARES + 2).mean()))
    assert [each[1:3] for each in lines if each[0] == PARTS] == [("torch", 13), ("tf", 24), ("torch", 12)]


@pytest.mark.parametrize("where", [22, 23])
def test_where_both_reduce_other_data_what_takes_these_is_named_too(where):
    """As the greatest of what was shifted, and of what was not, which is divided by behind."""
    (torch, squares), (tf, others) = begun()
    greatest = torch.run(12, [squares], SQUARES.max(0), "aten.amax.default")
    over = torch.run(12, [squares, greatest], SQUARES / SQUARES.max(0), "aten.div.Tensor")
    other = tf.run(22, [0], X.max(0), "Max")
    without = tf.run(where, [others, other], SQUARES / X.max(0), "RealDiv")
    torch.run(14, [over], 1.25, "aten.prod.default"), tf.run(24, [without], 2.75, "Prod")
    lines = [each[1:3] for each in found(torch, tf, (1.25, 2.75)) if each[0] == PARTS]
    assert lines == [("torch", 12), ("tf", 22), *([("tf", 23)] if where == 23 else [])]


def test_a_cell_whose_first_call_is_right_by_chance_is_named_beside_the_loop_that_calls_it():
    (torch, squares), (tf, others) = begun()
    ends = []
    for side, given, line, helper, times in ((torch, squares, 12, 5, 2), (tf, others, 22, 6, 3)):
        first = side.run(line, [0], np.sin(X), "mul", helper=helper, call=1)
        second = side.run(line, [given], times * SQUARES, "mul", helper=helper, call=2)
        ends.append(np.sin(X) + np.exp(times * SQUARES))
        bent = side.run(line + 1, [second], np.exp(times * SQUARES), "exp")
        side.run(line + 2, [first, bent], ends[-1], "add")
    parts = [each[1:3] for each in found(torch, tf, ends) if each[0] == PARTS]
    assert parts == [("torch", 12), ("tf", 22), ("torch", 5), ("tf", 6)]


def test_a_count_that_only_one_side_divides_by_is_named_where_it_is_made():
    (torch, squares), (tf, others) = begun()
    torch.run(12, [squares], SQUARES.mean(), "aten.mean.default")
    count = tf.run(22, [tf.enter(np.ones((5, 6)))], 30.0, "Sum")
    tf.run(24, [tf.run(23, [others], SQUARES.sum(), "Sum"), count], SQUARES.sum() / 30, "RealDiv")
    lines = found(torch, tf, (SQUARES.mean(), SQUARES.sum() / 30))
    assert {("torch", 12), ("tf", 24), ("tf", 22)} <= {each[1:3] for each in lines if each[0] == PARTS}


def test_numbers_that_differ_are_named_where_they_are_set(tmp_path):
    file = tmp_path / "port.py"
    file.write_text(
        "HERE = 0.5\nTHERE = 2.5\n\ndef loss(x):\n    return x + HERE\n\ndef other(x):\n    return x + THERE\n"
    )
    torch, tf = (Recorded(str(file)) for _ in range(2))
    torch.run(5, [torch.enter(SQUARES)], SQUARES + 0.5, "aten.add.Tensor")
    tf.run(8, [tf.enter(SQUARES)], SQUARES + 2.5, "AddV2")
    lines = found(torch, tf, (SQUARES + 0.5, SQUARES + 2.5))
    parts = [("torch", 5), ("tf", 8), ("torch", 1), ("tf", 2)]
    assert [each[1:3] for each in lines if each[0] == PARTS] == parts


def test_numbers_that_a_step_computes_in_python_are_named_where_it_does(tmp_path):
    file, text = tmp_path / "port.py", "def {}(x, count):\n    rate = 0.1 * {}\n    return x * rate\n"
    file.write_text(text.format("one", "(count + 1)") + text.format("other", "count"))
    torch, tf = (Recorded(str(file)) for _ in range(2))
    torch.run(3, [torch.enter(SQUARES)], SQUARES * 0.2, "aten.mul.Tensor")
    tf.run(6, [tf.enter(SQUARES)], SQUARES * 0.1, "Mul")
    lines = found(torch, tf, (SQUARES * 0.2, SQUARES * 0.1))
    parts = [("torch", 3), ("tf", 6), ("torch", 2), ("tf", 5)]
    assert [each[1:3] for each in lines if each[0] == PARTS] == parts


@pytest.mark.parametrize(
    ("takes_apart", "of_both", "whole"), [("Unpack", False, [22]), ("Roll", False, []), ("Unpack", True, [])]
)
def test_what_was_taken_apart_before_a_loop_joins_its_pieces_is_named_where_it_was_computed(
    takes_apart, of_both, whole
):
    (torch, squares), (tf, others) = begun()
    cubes, waves = SQUARES**3, np.stack([np.sin(SQUARES), SQUARES / 7])
    mine = torch.run(12, [squares], cubes, "aten.mul.Tensor")
    if of_both:
        torch.run(13, [squares], waves, "aten.stack.default")
    ours = torch.run(12, [squares, mine], SQUARES + cubes, "aten.add.Tensor")
    both = tf.run(22, [others], waves, "Cast")
    pieces = tf.pieces(23, both, waves, takes_apart)
    taken = tf.run(24, [others], SQUARES**2, "Mul")
    theirs = tf.run(24, [pieces[0], taken], waves[0] + SQUARES**2, "AddV2")
    step = compared(torch.end(), tf.end(), 1e-10)
    one, other = Stretch("torch", step.torch, step.alike, ours), Stretch("tf", step.tf, step.alike, theirs)
    lines = further_lines(step, "the loss", (one, other), one.made(mine), other.made(taken))
    assert [each.at.line for each in lines if each.side == "tf"] == whole
