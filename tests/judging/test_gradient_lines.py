"""The lines where a gradient parts, found in steps that are recorded by hand."""

import numpy as np

from compare.judging.gradient_lines import CUT, lines_of_gradient
from compare.judging.line import BOTH, PARTS, compared
from tests.helpers.recorded_operations import Recorded

W, B = (np.random.default_rng(seed).normal(size=(5, 2)) for seed in (4, 5))


def step(first: int, cut_at: int | None, extra: float = 1.0):
    """b = cos(w) on the first line, the loss the sum of its squares two lines later, where `cut_at` may cut it off."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    b = recorded.run(first, [w], B, "cos")
    used = b if cut_at is None else recorded.run(cut_at, [b], B, "detach", stops=True)
    squares = recorded.run(first + 1, [used], B**2, "pow")
    loss = recorded.run(first + 2, [squares], (B**2).sum(), "sum")
    if cut_at is None:
        recorded.back(loss, squares, np.ones((5, 2)))
        recorded.back(squares, b, 2 * extra * B)
        recorded.back(b, w, 2 * extra * B * W)
    return recorded


def found(torch, tf, role=PARTS):
    step = compared(torch.end(), tf.end(), 1e-10)
    lines = lines_of_gradient(step, "the gradient of w", "w")
    return [(each.side, each.at.line, each.note) for each in lines if each.role == role]


def test_where_a_gradient_is_cut_off_as_the_value_is_made_the_other_side_makes_it_without():
    assert found(step(10, 10), step(20, None)) == [("torch", 10, CUT), ("tf", 20, "")]
    assert found(step(10, None), step(20, 20)) == [("torch", 10, ""), ("tf", 20, CUT)]


def test_where_it_is_cut_off_as_the_value_is_used_the_other_side_uses_it_without():
    assert found(step(10, 11), step(20, None)) == [("torch", 11, CUT), ("tf", 21, "")]


def test_where_both_have_a_gradient_that_differs_both_lines_are_those_that_it_comes_through():
    assert found(step(10, None), step(20, None, extra=3.0)) == [("torch", 11, ""), ("tf", 21, "")]
    assert found(step(10, None), step(20, None, extra=3.0), BOTH) == [("torch", 10, ""), ("tf", 20, "")]


def test_where_nothing_differs_nothing_is_said():
    assert found(step(10, None), step(20, None)) == []
    assert found(step(10, 10), step(20, 20)) == []


def through_one_of_two(first: int, of_sum: bool):
    """n = sin(z) once more as z + (n - z): the square of n is taken of that sum or of n itself."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    z = recorded.run(first, [w], B, "cos")
    nearest = recorded.run(first + 1, [recorded.weight("codes", W + 1)], W - B, "gather")
    passed = recorded.run(first + 2, [z, nearest], W - B, "add")
    used = passed if of_sum else nearest
    square = recorded.run(first + 3, [used], (W - B) ** 2, "pow")
    cube = recorded.run(first + 4, [passed], (W - B) ** 3, "exp")
    loss = recorded.run(first + 5, [square, cube], ((W - B) ** 2 + (W - B) ** 3).sum(), "sum")
    for value in (square, cube):
        recorded.back(loss, value, np.ones((5, 2)))
    recorded.back(square, used, 2 * (W - B))
    recorded.back(cube, passed, 3 * (W - B) ** 2)
    gradient = 3 * (W - B) ** 2 + (2 * (W - B) if of_sum else 0)
    recorded.back(passed, z, gradient)
    recorded.back(nearest, recorded.end().weights["codes"], W)
    recorded.back(z, w, gradient * W)
    return recorded


def test_what_comes_back_to_another_value_with_the_same_content_is_told():
    """Both have n twice, and the gradient of n is the same on the whole: only one side has it pass through the sum."""
    assert found(through_one_of_two(10, of_sum=False), through_one_of_two(20, of_sum=True)) == [
        ("torch", 13, ""),
        ("tf", 23, ""),
    ]
