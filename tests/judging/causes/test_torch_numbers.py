"""The numbers that PyTorch's code names."""

import ast

import pytest

from compare.judging.causes.torch_numbers import number_of, numbers_of, rates_in

CODE = """
TOTAL, WARM = 8, 3
BASE = 2.0
scale = BASE ** 4
twice = 1
twice = 2
def made(optimizer, warm, last=5):
    return Schedule(optimizer, warm, last)
made(optimizer, warm=WARM + 1)
optimizer = SGD(weights, lr=1e-2 / BASE)
"""


def number(text):
    tree = ast.parse(CODE).body
    return number_of(ast.parse(text, mode="eval").body, numbers_of(tree))


@pytest.mark.parametrize(
    ("text", "value"),
    [("TOTAL - WARM", 5), ("scale", 16.0), ("-WARM", -3), ("warm", 4), ("last", 5), ("TOTAL // WARM", 2)],
)
def test_a_number_is_what_its_name_was_given(text, value):
    assert number(text) == value


@pytest.mark.parametrize("text", ["twice", "unknown", "optimizer", "'word'", "TOTAL / 0", "f(TOTAL)"])
def test_what_is_given_twice_or_is_no_number_is_not_known(text):
    assert number(text) is None


def test_the_rates_are_those_that_optimizers_are_given():
    assert rates_in(ast.parse(CODE).body) == [0.005]
