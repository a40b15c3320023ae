"""A value that parts because an earlier turn of its step moved the weights otherwise, in steps recorded by hand."""

import numpy as np

from compare.judging.earlier_turns import lines_of_shown
from compare.judging.line import PARTS, compared
from tests.helpers.recorded_operations import Recorded

W, X = (np.random.default_rng(seed).normal(size=(5, 2)) for seed in (4, 5))


def step(first: int, sign: float, scale: float = 1.0, rate: float = 0.1, library: bool = True):
    """w moves by the gradient of sum(w^2) + sign * sum(w x), which is taken `scale` times; the loss is then the sum of
    the sines of w. A library may move it, which has no line."""
    recorded = Recorded()
    w, total = recorded.weight("w", W), (W**2).sum() + sign * (W * X).sum()
    square = recorded.run(first, [w], (W**2).sum(), "sum")
    other = recorded.run(first + 1, [w, recorded.enter(X)], (W * X).sum(), "mul")
    loss = recorded.run(first + 2, [square, other], total, "add" if sign > 0 else "sub")
    scaled = recorded.run(first + 3, [loss, recorded.enter(scale)], scale * total, "mul")
    for each, given, back in ((scaled, loss, scale), (loss, square, scale), (loss, other, scale * sign)):
        recorded.back(each, given, back)
    parts = [recorded.run(first + 4, [scaled], scale * each, "back", of=2) for each in (2 * W, sign * X)]
    recorded.passed(square, w, parts[0])
    recorded.passed(other, w, parts[1])
    gradient = recorded.run(first + 4, parts, scale * (2 * W + sign * X), "add", of=2)
    plain = recorded.run(first + 5, [gradient, recorded.enter(scale)], 2 * W + sign * X, "div")
    moved = W - rate * (2 * W + sign * X)
    sine = recorded.run(
        first + 7, [recorded.run(None if library else first + 6, [w, plain], moved, "sub")], np.sin(moved), "sin"
    )
    recorded.run(first + 8, [sine], np.sin(moved).sum(), "sum")
    return recorded.end(), np.sin(moved).sum()


def found(torch, tf):
    (one, left), (other, right) = torch, tf
    lines = lines_of_shown(compared(one, other, 1e-10), "the loss", np.asarray(left), np.asarray(right))
    return [(each.side, each.at.line) for each in lines if each.role == PARTS]


def test_the_lines_are_those_of_the_loss_whose_gradients_part_and_not_the_call_that_asks_for_them():
    assert found(step(10, 1.0), step(20, -1.0)) == [("torch", 12), ("tf", 22)]


def test_where_that_call_is_not_to_blame_the_lines_of_the_value_stay():
    """What comes back differs by a number that is divided by later; the rates differ."""
    own = {"library": False}
    assert found(step(10, 1.0, scale=2.0, **own), step(20, 1.0, rate=0.2, **own)) == [("torch", 16), ("tf", 26)]
