"""A value taken apart into a sum of others, each times a number."""

import numpy as np
import pytest

from compare.judging.frontier import Stretch
from compare.judging.line import compared
from compare.judging.terms import behind_numbers, behind_passing, data_of, terms_of
from tests.helpers.recorded_operations import Recorded

X, Y = (np.random.default_rng(seed).normal(size=(4, 3)) for seed in (1, 2))


def taken_apart(make):
    """The terms of what one side makes of x and y, which the other side has too; and their stretch."""
    recorded, other = Recorded(), Recorded()
    other.enter(X), other.enter(Y)
    end = make(recorded, recorded.enter(X), recorded.enter(Y))
    step = compared(recorded.end(), other.end(), 1e-10)
    stretch = Stretch("torch", step.torch, step.alike, end)
    return terms_of(stretch, end), stretch


def test_sums_and_multiples_come_apart():
    def make(recorded, x, y):
        twice = recorded.run(1, [x], -2 * X, "mul")
        return recorded.run(2, [twice, y], -2 * X - Y, "sub")

    terms, _ = taken_apart(make)
    assert [(each.value, round(each.factor, 12)) for each in terms] == [(0, -2), (1, -1)]


def test_a_sum_of_more_than_two_comes_apart():
    terms, _ = taken_apart(lambda recorded, x, y: recorded.run(1, [x, y, x], 2 * X + Y, "AddN"))
    assert [(each.value, each.factor) for each in terms] == [(0, 1), (1, 1), (0, 1)]


def test_a_constant_that_is_added_changes_nothing_but_the_taker():
    terms, stretch = taken_apart(lambda recorded, x, y: recorded.run(1, [x, recorded.enter(0.5)], X + 0.5, "add"))
    assert [(each.value, each.factor) for each in terms] == [(0, 1)]
    assert stretch.record.operations[terms[0].taker].name == "add"


def test_a_number_that_python_takes_away_is_no_operand_and_turns_no_sign():
    terms, _ = taken_apart(lambda recorded, x, y: recorded.run(1, [x], X - 0.5, "aten.sub.Tensor"))
    assert [(each.value, each.factor) for each in terms] == [(0, 1)]
    terms, _ = taken_apart(lambda recorded, x, y: recorded.run(1, [recorded.enter(0.5), x], 0.5 - X, "Sub"))
    assert [(each.value, each.factor) for each in terms] == [(0, -1)]


@pytest.mark.parametrize(("name", "factor"), [("aten.add_.Tensor", 0.1), ("aten.add_.Tensor", -0.3), ("aten.sub", -2)])
def test_what_is_multiplied_as_it_is_added_counts_so_often_though_no_operand_says_so(name, factor):
    terms, _ = taken_apart(lambda recorded, x, y: recorded.run(1, [x, y], X + factor * Y, name))
    assert [(each.value, round(each.factor, 9)) for each in terms] == [(0, 1), (1, factor)]


def test_what_something_is_divided_by_is_no_term_of_it():
    terms, stretch = taken_apart(lambda recorded, x, y: recorded.run(1, [recorded.enter(2.0), x], 2 / X, "RealDiv"))
    assert [each.value for each in terms] == [stretch.target]
    assert data_of(stretch, stretch.target) == [0]


def test_numbers_that_are_added_or_multiply_are_looked_behind():
    def make(recorded, x, y):
        power = recorded.run(1, [x], np.exp(X), "exp")
        more = recorded.run(2, [power, recorded.enter(3.0)], np.exp(X) + 3, "AddV2")
        return recorded.run(3, [more], 2 * np.exp(X) + 6, "aten.mul.Tensor")

    _, stretch = taken_apart(make)
    assert behind_numbers(stretch, stretch.target) == 2


def test_a_product_of_two_values_is_a_term_of_its_own():
    terms, _ = taken_apart(lambda recorded, x, y: recorded.run(1, [x, y], X * Y, "mul"))
    assert [(each.value, each.factor) for each in terms] == [(2, 1)]


def test_what_only_changes_the_shape_is_looked_behind():
    def make(recorded, x, y):
        product = recorded.run(1, [x, y], X * Y, "mul")
        return recorded.run(2, [product], (X * Y).reshape(-1), "view")

    terms, stretch = taken_apart(make)
    assert [each.value for each in terms] == [2]
    assert behind_passing(stretch, stretch.target) == 2
