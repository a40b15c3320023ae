"""Amplified rounding is told from a jump and from a drift, at any size and step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.judging import tolerances
from compare.judging.growth import find_parting, growth_parting

PROPERTY = settings(max_examples=50, deadline=None)
ULP = tolerances.ulp("float32")
FLOOR = tolerances.FLOOR_ULPS * ULP


@PROPERTY
@given(st.integers(0, 10**6), st.floats(1.05, 1.6), st.integers(20, 300))
def test_amplified_rounding_is_rounding_at_any_rate(seed, rate, steps):
    noise = np.abs(np.random.default_rng(seed).normal(size=steps)) + 0.3
    assert growth_parting(np.minimum(ULP * noise * rate ** np.arange(steps), 0.05 * noise), FLOOR) is None


@PROPERTY
@given(st.integers(0, 10**6), st.floats(1e-3, 1), st.integers(0, 99))
def test_a_jump_out_of_rounding_is_not_rounding_at_any_step(seed, height, step):
    gap = ULP * np.abs(np.random.default_rng(seed).normal(size=100))
    gap[step:] += height
    assert growth_parting(gap, FLOOR) is not None


@PROPERTY
@given(st.floats(1e-6, 1e-4))
def test_a_gap_that_grows_with_the_steps_is_not_rounding(slope):
    assert growth_parting(slope * np.arange(200), FLOOR) is not None


@PROPERTY
@given(st.floats(1e-5, 1e-3))
def test_a_gap_that_grows_with_the_steps_is_a_drift_behind_few_digits_too(slope):
    gap = slope * np.arange(2000)
    step, how = find_parting(gap, 1e-3, 0.5, 1.05e-3)
    assert how == "drift"
    assert gap[step - 1] <= 1e-3 < gap[step]


@PROPERTY
@given(st.floats(1.05, 1.6))
def test_amplified_rounding_is_not_a_drift_behind_few_digits(rate):
    assert find_parting(np.minimum(ULP * rate ** np.arange(400), 0.05), 1e-3, 0.5, 1.05e-3) is None


def test_a_gap_is_rounding_in_its_own_precision():
    gap = 1e-12 * 1.2 ** np.arange(60)
    assert growth_parting(gap, FLOOR) is None
    assert growth_parting(gap, tolerances.FLOOR_ULPS * tolerances.ulp("float64")) is not None
    assert growth_parting(gap / 2**13, tolerances.FLOOR_ULPS * tolerances.ulp("float64")) is None


def test_a_gap_that_is_not_finite_is_not_rounding():
    assert growth_parting(np.array([0, np.inf]), FLOOR) is not None
    assert growth_parting(np.array([0, np.nan]), FLOOR) is not None


@pytest.mark.parametrize(("gap", "index"), [([0.0, np.nan, 1.0], 1), ([np.inf, 0.0], 0)])
def test_a_gap_that_is_not_finite_is_a_jump_where_it_first_is_so(gap, index):
    assert find_parting(np.array(gap), FLOOR, 0.5, FLOOR) == (index, "jump")


@PROPERTY
@given(st.integers(0, 99), st.floats(1e-3, 1))
def test_a_jump_is_found_at_its_step(step, height):
    gap = np.full(100, ULP)
    gap[step:] = height
    assert find_parting(gap, FLOOR, tolerances.JUMP_FLOORS * FLOOR, FLOOR) == (step, "jump")


def test_a_jump_over_two_steps_begins_at_the_first_of_them():
    gap = np.full(100, FLOOR)
    gap[30], gap[31:] = 30 * FLOOR, 900 * FLOOR
    assert find_parting(gap, FLOOR, tolerances.JUMP_FLOORS * FLOOR, FLOOR) == (30, "jump")
