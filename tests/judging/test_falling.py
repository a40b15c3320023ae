"""Whether a loss falls is told by one batch before and after, or by means that differ by more than their noise."""

import numpy as np
import pytest

from compare.judging.falling import FIRST_BATCH, QUARTERS, Fall, falls, not_falling, say_falling
from compare.traces.trace import ONCE_MORE, Trace, TraceWriter
from tests.helpers.synthetic import header

EPS = float(np.finfo(np.float32).eps)
FALLING, RISING = np.linspace(3.0, 2.0, 40), np.linspace(2.0, 3.0, 40)


@pytest.fixture
def trace(tmp_path):
    """A trace with this loss, and the first batch's loss after the end."""
    paths = iter(tmp_path / f"{number}.npz" for number in range(9))

    def trace(loss, once_more=None):
        path = next(paths)
        extra = {} if once_more is None else {ONCE_MORE: [once_more]}
        TraceWriter(path).close({"loss": loss, **extra}, header())
        return Trace(path)

    return trace


def noisy(steps, fall):
    """A loss that falls by `fall` in all, 0.6 up and down from step to step."""
    return 2.0 - np.linspace(0, fall, steps) + 0.3 * np.resize([1, -1], steps)


@pytest.mark.parametrize(("after", "expected"), [(1.9, True), (2.1, False), (2.0, False), (np.nan, False)])
def test_the_first_batch_decides_before_and_after(trace, after, expected):
    assert falls(trace([2.0] * 40, after)) == pytest.approx(Fall(expected, FIRST_BATCH, 2.0, after), nan_ok=True)


def test_a_first_batch_that_falls_decides_after_any_number_of_steps_and_against_the_means(trace):
    assert falls(trace([2.0], 1.9)).falls is True
    assert falls(trace(RISING, 1.9)).falls is True


def test_a_first_batch_that_rises_is_outvoted_by_means_that_fall(trace):
    found = falls(trace(FALLING, 3.1))
    assert (found.falls, found.measured) == (True, QUARTERS)


def test_noisy_steps_decide_nothing_where_they_are_few(trace):
    assert falls(trace(noisy(20, 0.1), 2.4)).falls is None
    assert falls(trace(noisy(20, 0.1))).falls is None
    assert falls(trace(noisy(44, 0.1))).falls is False
    assert falls(trace(noisy(20, 1.5))).falls is True
    assert falls(trace(noisy(20, -1.5))).falls is False


@pytest.mark.parametrize("steps", [20, 400])
def test_a_fall_in_the_first_step_alone_is_seen(trace, steps):
    assert falls(trace([9.0] + [1.0] * (steps - 1))).falls is True


def test_means_are_those_of_the_first_and_the_last_quarter(trace):
    loss = [4.0] * 5 + [0.0] * 10 + [3.0] * 5
    assert falls(trace(loss)) == Fall(True, QUARTERS, 4.0, 3.0)


@pytest.mark.parametrize("steps", [1, 19])
def test_from_less_than_twenty_steps_without_a_witness_nothing_is_said(trace, steps):
    assert falls(trace(FALLING[:steps])).falls is None


@pytest.mark.parametrize("value", [2.0, 0.0, -1.0, np.nan])
def test_a_constant_loss_does_not_fall(trace, value):
    assert falls(trace([value] * 20)).falls is False
    assert falls(trace([value] * 20, value)).falls is False


def test_a_fall_that_a_nudge_could_make_is_none(trace):
    plain = trace([3.0] * 40, 2.5)
    assert falls(plain, trace([3.0] * 40, 1.5)).falls is False
    assert falls(plain, trace([3.0] * 40, 2.25)).falls is True
    assert falls(trace(FALLING), trace(FALLING - 2)).falls is False


def test_a_fall_below_float32_rounding_is_none_without_a_nudge(trace):
    assert falls(trace([1.0] * 40, 1 - EPS / 2)).falls is False
    assert falls(trace([1.0] * 40, 1 - 2 * EPS)).falls is True


DOWN, UP, SHORT = (Fall(answer, FIRST_BATCH, 2.0, after) for answer, after in ((True, 1.5), (False, 2.5), (None, 2.5)))


def test_both_sides_falling_is_not_said():
    assert say_falling({"float64": (DOWN, DOWN)}, agree=True, must_fall=True) == []
    assert not not_falling({"float64": (DOWN, SHORT)})


def test_neither_side_falling_is_said_of_sides_that_agree_with_the_values_and_the_precision():
    found = {"float64": (DOWN, DOWN), "float32": (UP, UP)}
    [said] = say_falling(found, agree=True, must_fall=False)
    assert said == (
        "the loss falls on neither side (loss of the first batch, before and after, in float32: torch 2, 2.5, "
        "tf 2, 2.5); if it must, say so: MUST_FALL = True in a port, or --must-fall"
    )
    assert say_falling(found, agree=True, must_fall=True) == [said.partition(";")[0]]
    assert say_falling(found, agree=False, must_fall=True) == []
    assert not_falling(found)


@pytest.mark.parametrize(("agree", "must_fall"), [(False, False), (False, True), (True, True)])
def test_one_side_falling_is_said_where_they_part_or_both_must(agree, must_fall):
    [said] = say_falling({"float64": (UP, DOWN)}, agree, must_fall)
    assert said.startswith("only tf's loss falls (loss of the first batch, before and after, in float64: torch 2, 2.5")


def test_of_sides_that_agree_and_need_not_fall_chance_makes_one_fall():
    assert say_falling({"float64": (UP, DOWN)}, agree=True, must_fall=False) == []


def test_too_few_steps_are_said_of_sides_that_agree():
    assert say_falling({"float64": (SHORT, DOWN)}, True, False) == ["too short to judge whether the loss falls"]
    assert say_falling({"float64": (SHORT, SHORT)}, False, False) == []
