"""A gradient that is added up of several backward passes, in steps recorded by hand."""

import numpy as np
import pytest

from compare.judging.line import compared
from compare.judging.passes import lines_of_passes
from tests.helpers.recorded_operations import Recorded

W, X, Y = (np.random.default_rng(seed).normal(size=(5, 2)) for seed in (4, 5, 6))
LOOP = """def loss():
    for part in parts:
        value = loss(model, part)
        optimizer.zero_grad()
        (value / 2).backward()
"""


def step(
    first: int,
    before: float,
    behind: float,
    adds: bool,
    last: int = 2,
    file: str = "/home/user/port.py",
    odd=1.0,
    some=10,
):
    """The gradients of two passes, of losses times `before`; a side that `adds` them itself multiplies each by `behind`
    and has the weight in another layout. What is used is the sum of the `last`. What comes back in the first is `odd`
    times as much."""
    recorded = Recorded(file)
    own = (lambda array: np.ravel(array.T)[:some]) if adds else (lambda array: np.ravel(array)[:some])
    w, terms = recorded.weight("w", own(W)), []
    for number, given in enumerate((X, Y)):
        recorded.ask(w)
        value = recorded.run(first, [w, recorded.enter(own(given))], (W * given).sum(), "mul")
        root = recorded.run(first + 2, [value], before * (W * given).sum(), "div") if before != 1 else value
        comes = before * given * (odd if number == 0 else 1.0)
        gradient = recorded.run(first + 2, [root], own(comes), "back", of=recorded.of(value))
        if root != value:
            recorded.back(root, value, before)
        recorded.passed(value, w, gradient)
        terms.append(comes)
    if adds:
        recorded.run(first + 3, [gradient], own(behind * terms[-1]), "div")
    return recorded.end(), np.ravel(behind * sum(terms[-last:]))[:some]


def found(torch, tf):
    (one, left), (other, right) = torch, tf
    lines = lines_of_passes(compared(one, other, 1e-10), "the gradient of w", "w", (left, right))
    return [(each.side, each.at.line) for each in lines]


def test_of_parts_that_one_side_sums_the_lines_are_those_that_scale_and_that_add_up():
    assert found(step(10, 0.5, 1, adds=False), step(20, 1, 1, adds=True)) == [("torch", 12), ("tf", 23)]


def test_a_factor_before_is_one_behind():
    assert found(step(10, 0.5, 1, adds=False), step(20, 1, 0.5, adds=True)) == []


def test_where_only_the_last_pass_counts_the_line_that_clears_is_named(tmp_path):
    (tmp_path / "port.py").write_text(LOOP)
    forgets = step(3, 0.5, 1, adds=False, last=1, file=str(tmp_path / "port.py"))
    assert found(forgets, step(20, 1, 0.5, adds=True)) == [("torch", 4), ("torch", 5), ("tf", 23)]


@pytest.mark.parametrize("odd", [1.5, 0.0])
def test_what_parts_inside_of_a_pass_is_told_by_others(odd):
    assert found(step(10, 0.5, 1, adds=False, odd=odd), step(20, 1, 1, adds=True)) == []


def test_a_weight_of_one_number_tells_nothing():
    assert found(step(10, 0.5, 1, adds=False, some=1), step(20, 1, 1, adds=True, some=1)) == []
