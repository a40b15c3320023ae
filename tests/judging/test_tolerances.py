"""The numbers that decide must keep the promises that the design makes for them."""

import numpy as np
import pytest

from compare.judging import tolerances


@pytest.mark.parametrize(("precision", "bits"), [("bfloat16", 7), ("float16", 10), ("float32", 23), ("float64", 52)])
def test_an_ulp_is_that_of_the_precision(precision, bits):
    assert tolerances.ulp(precision) == 2.0**-bits


@pytest.mark.parametrize("precision", ["bfloat16", "float16", "float32", "float64"])
def test_some_ulps_are_allowed_where_a_nudge_opened_nothing(precision):
    assert tolerances.allowed(0.0, precision) >= 2 * tolerances.ulp(precision)


@pytest.mark.parametrize("half", tolerances.HALF)
def test_in_half_precision_twice_a_value_is_never_allowed_as_rounding_alone(half):
    assert tolerances.allowed(0.0, half) < 0.5 / 4


def test_the_smallest_known_difference_of_meaning_is_never_allowed_as_rounding_alone():
    assert tolerances.allowed(0.0, "float64") < 1e-10 / 100


def test_more_is_allowed_where_a_nudge_opened_more_and_never_less_than_it_opened():
    gaps = np.array([0.0, 1e-16, 1e-12, 1e-6, 1e-2])
    for allow in (tolerances.allowed, tolerances.allowed_for_leak):
        allowed = allow(gaps, "float64")
        assert (allowed > gaps).all()
        assert (np.diff(allowed) >= 0).all()


def test_a_constant_rounded_to_float32_is_allowed_as_a_leak_and_not_as_rounding():
    constants = np.random.default_rng(0).random(1000)
    off = np.abs(constants - constants.astype(np.float32)) / constants
    assert off.max() <= tolerances.allowed_for_leak(0.0)
    assert np.median(off) > tolerances.allowed(0.0, "float64")


def test_a_leak_leaves_counts_certain_and_float32_does_not():
    assert tolerances.allowed_for_leak(0.0) < tolerances.COUNTS_ARE_CERTAIN_BELOW < tolerances.allowed(0.0, "float32")
