"""A schedule that is one step early is named at the first step where it shows."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.rates import rates_apart, rates_beyond_apart
from compare.traces.rates import beyond
from compare.traces.trace import TracePair

STEPS = 50
WARM_UP = np.minimum(np.arange(1.0, STEPS + 1) / 10, 1) * 0.1
NAN = np.nan


def pair(torch, tf):
    return TracePair(*(SimpleNamespace(curves={"loss": [1.0] * STEPS} | curves) for curves in (torch, tf)))


def one(torch, tf):
    return rates_apart(pair({"learning_rate": torch}, {"learning_rate": tf}))


def test_equal_rates_are_not_apart_nor_is_one_that_is_held_in_float32():
    assert one(WARM_UP, WARM_UP.copy()) is None
    assert one(WARM_UP, WARM_UP.astype(np.float32).astype(float)) is None


def test_a_late_rate_is_rounded_as_the_largest_one_that_it_is_computed_from():
    decay = 0.05 * (1 + np.cos(np.pi * np.arange(STEPS) / STEPS))
    assert one(decay, np.float32(0.1) * (1 + np.cos(np.pi * np.arange(STEPS) / STEPS).astype(np.float32)) / 2) is None
    assert one(decay, decay + 1e-6).step == 0
    assert one(WARM_UP, WARM_UP + 5e-9).step == 0, "before the largest, it is not"


def test_a_warm_up_that_is_one_step_early_is_apart_at_once():
    found = one(WARM_UP[:-1], WARM_UP[1:])
    assert (found.step, found.torch, found.tf) == (0, WARM_UP[0], WARM_UP[1])
    assert str(found) == (
        "the learning rate differs from step 0 on (torch 0.01, tf 0.02): tf's schedule is one step early"
    )
    assert str(one(WARM_UP[1:], WARM_UP[:-1])).endswith("tf's schedule is one step late")
    assert str(one(WARM_UP, 2 * WARM_UP)).endswith("(torch 0.01, tf 0.02)")


def test_a_drop_that_is_one_step_early_is_apart_at_that_step():
    drop = np.where(np.arange(STEPS + 1) < 30, 0.1, 0.01)
    assert one(drop[:-1], drop[1:]).step == 29


@pytest.mark.parametrize("unknown", [NAN, np.inf])
def test_a_rate_that_one_side_does_not_know_is_not_compared(unknown):
    other = 2 * WARM_UP
    other[:7] = unknown
    assert one(WARM_UP, other).step == 7
    assert one(WARM_UP, np.full(STEPS, unknown)) is None
    assert rates_apart(pair({"learning_rate": WARM_UP}, {})) is None
    assert rates_apart(pair({}, {"learning_rate": WARM_UP})) is None


def test_of_several_optimizers_the_first_that_parts_is_named():
    torch = {"learning_rate (maker)": np.ones(STEPS), "learning_rate (critic)": np.ones(STEPS)}
    late, early = np.ones(STEPS), np.ones(STEPS)
    late[30:], early[20:] = 2, 2
    found = rates_apart(pair(torch, {"learning_rate (maker)": late, "learning_rate (critic)": early}))
    assert (found.step, found.curve) == (20, "learning_rate (critic)")


def of_whole_course(torch, tf, steps=20):
    """What is said of rates of which the first steps were trained, and the others would follow."""
    sides = [{"learning_rate": each[:steps], beyond("learning_rate"): each[steps:]} for each in (torch, tf)]
    both = TracePair(*(SimpleNamespace(curves={"loss": [1.0] * steps} | each, steps=steps) for each in sides))
    assert rates_apart(both) is None
    return rates_beyond_apart(both)


def test_schedules_that_part_behind_the_last_step_are_told_with_that_step():
    drop = np.where(np.arange(STEPS) < 30, 0.1, 0.01)
    said = of_whole_course(drop, np.full(STEPS, 0.1))
    assert said.startswith(
        "beyond the 20 steps that were trained the learning rate differs from step 30 on (torch 0.01"
    )


def test_schedules_that_agree_to_the_end_of_the_shorter_say_nothing():
    assert of_whole_course(WARM_UP, WARM_UP[:40]) is None
    assert of_whole_course(WARM_UP, WARM_UP.astype(np.float32).astype(float)) is None


def test_where_one_side_does_not_know_how_its_rates_go_on_nothing_is_said():
    assert of_whole_course(np.full(STEPS, 0.1), np.full(20, 0.1)) is None
