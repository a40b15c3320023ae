"""A loss that a step takes of two parts, in steps recorded by hand: the first part that differs tells why."""

import numpy as np

from compare.judging.earlier_turns import lines_of_shown
from compare.judging.line import PARTS, compared
from tests.helpers.recorded_operations import Recorded

X, Y = (np.random.default_rng(seed).normal(size=(5, 2)) ** 2 for seed in (4, 5))


def step(first: int, times: float, divides: bool, reduced: str = "mean"):
    """The mean of the losses of two parts, each `times` the sum of its squares: of what is divided the sum, or the mean
    of all, for which a side may take the sum."""
    recorded, values = Recorded(), []
    for number, part in enumerate((X, Y)):
        given = recorded.enter(part)
        total = (part**2).sum()
        square = recorded.run(first + 20, [given], total, "sum", helper=first, call=number + 1)
        own = total * times
        values.append((recorded.run(first + 20, [square], own, "mul", helper=first + 1, call=number + 1), own))
    if divides:
        halves = [recorded.run(first + 22, [value], own / 2, "div") for value, own in values]
        loss = sum(own for _, own in values) / 2
        recorded.run(first + 22, halves, loss, "add")
    else:
        both = recorded.run(first + 22, [value for value, _ in values], [own for _, own in values], "stack")
        loss = (np.mean if reduced == "mean" else np.sum)([own for _, own in values])
        recorded.run(first + 23, [both], loss, reduced)
    return recorded.end(), loss


def found(torch, tf):
    (one, left), (other, right) = torch, tf
    lines = lines_of_shown(compared(one, other, 1e-10), "the loss", np.asarray(left), np.asarray(right))
    return [(each.side, each.at.line) for each in lines if each.role == PARTS]


def test_the_lines_are_those_of_the_loss_though_what_one_makes_of_a_part_is_what_the_other_had_before():
    assert found(step(100, 1.4, divides=True), step(200, 0.7, divides=False)) == [("torch", 101), ("tf", 201)]


def test_where_all_parts_are_the_same_the_lines_are_those_behind_them():
    lines = found(step(100, 1.4, divides=True), step(200, 1.4, divides=False, reduced="sum"))
    assert lines == [("torch", 122), ("tf", 223)]
