"""Numbers that somebody wrote are told from those that came out, and counted where there are as many of something."""

import numpy as np
import pytest

from compare.judging.formulas.numbers import counted, is_round, shown
from tests.helpers.evidence import evidence


def test_as_many_digits_are_shown_as_are_sure():
    assert shown(0.12345678) == "0.12346"


@pytest.mark.parametrize(("number", "expected"), [(0.5, True), (1.0 - 1e-7, True), (0.123, False), (0.0, False)])
def test_a_number_of_two_digits_is_round(number, expected):
    assert is_round(number) is expected


@pytest.fixture
def step():
    """One with a batch of 8 examples, and an output of 5 for each."""
    gradient = {"w": np.ones(4)}
    return evidence("gradient", gradient, gradient, batch={"x": np.ones((8, 3))}, forward={"out": np.ones((8, 5))})


@pytest.mark.parametrize(
    ("by", "what", "adding"),
    [
        (8, "examples in the batch", "tf"),
        (1 / 8, "examples in the batch", "torch"),
        (5, "elements in an example", "tf"),
        (40, "elements in the output", "tf"),
    ],
)
def test_a_factor_is_counted(step, by, what, adding):
    assert f"as many as there are {what}: {adding} adds up" in counted(by, step)


@pytest.mark.parametrize("by", [1.0, 2.5, 7, 8.001])
def test_any_other_factor_is_not(step, by):
    assert counted(by, step) == ""
