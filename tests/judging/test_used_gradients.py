"""The lines of gradients that a loop adds up over several passes, in steps recorded by hand."""

import numpy as np

from compare.judging.line import PARTS, compared
from compare.judging.used_gradients import lines_of_used_gradient
from tests.helpers.recorded_operations import Recorded

W, X, Y = (np.random.default_rng(seed).normal(size=(5, 2)) for seed in (4, 5, 6))


def step(first: int, before: float, behind: float, largest: float):
    """The gradients of two passes, each times `before`, are added up, multiplied by `behind`, and cut off."""
    recorded = Recorded()
    w, terms, total = recorded.weight("w", W), [], np.zeros((5, 2))
    recorded.ask(w)
    for number, given in enumerate((X, Y)):
        loss = recorded.run(first, [w, recorded.enter(given)], (W * given).sum(), "mul")
        scaled = recorded.run(first + 1, [loss], before * (W * given).sum(), "mul")
        terms.append(recorded.run(first + 2, [scaled], before * given, "back", of=recorded.of(loss)))
        recorded.back(scaled, loss, before)
        recorded.passed(loss, w, terms[-1])
        total = total + before * given
        recorded.ask(w) if number == 0 else None
    added = recorded.run(first + 3, terms, total, "add")
    whole = recorded.run(first + 4, [added], behind * total, "mul") if behind != 1 else added
    used = np.clip(behind * total, -largest, largest)
    recorded.run(first + 5, [whole], used, "clip")
    return recorded.end(), used


def found(torch, tf):
    (one, left), (other, right) = torch, tf
    lines = lines_of_used_gradient(compared(one, other, 1e-10), "the gradient of w", "w", (left, right))
    return [(each.side, each.at.line) for each in lines if each.role == PARTS]


def test_where_both_add_up_to_the_same_the_lines_are_those_behind_the_passes():
    assert found(step(10, 0.5, 1, 0.9), step(20, 1, 0.5, 0.4)) == [("torch", 15), ("tf", 25)]


def test_where_they_do_not_the_lines_are_those_of_what_comes_back():
    assert found(step(10, 0.5, 1, 9.0), step(20, 0.7, 1, 9.0)) == [("torch", 11), ("tf", 21)]


def test_where_one_uses_what_the_last_pass_alone_brings_the_lines_are_those_that_add_up():
    (torch, _), tf = step(10, 0.5, 1, 9.0), step(20, 0.5, 1, 9.0)
    assert found((torch, 0.5 * Y), tf) == [("torch", 11), ("torch", 13), ("tf", 21), ("tf", 23)]


def changed(first: int, times: float):
    """What comes back is x, and the optimizer is given what no record leads to from there."""
    recorded = Recorded()
    w = recorded.weight("w", W)
    loss = recorded.run(first, [w, recorded.enter(X)], (W * X).sum(), "mul")
    recorded.back(loss, w, X)
    recorded.run(first + 1, [recorded.enter(Y)], times * Y, "mul")
    return recorded.end(), times * Y


def test_where_what_comes_back_is_the_same_the_lines_are_those_of_what_is_made_of_it():
    assert found(changed(10, 2.0), changed(20, 3.0)) == [("torch", 11), ("tf", 21)]
