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


GAPS = np.array([0.0, 1e-16, 1e-12, 1e-6, 1e-2])


@pytest.mark.parametrize("allow", [tolerances.allowed, tolerances.allowed_in_step, tolerances.allowed_behind_leak])
def test_more_is_allowed_where_a_nudge_opened_more_and_never_less_than_it_opened(allow):
    allowed = allow(GAPS, "float64")
    assert (allowed > GAPS).all()
    assert (np.diff(allowed) >= 0).all()
    assert allow(1e-6, "float64") == allowed[3]


def test_a_step_that_two_runs_begin_alike_is_allowed_less_than_a_free_run():
    for precision in ("float32", "float64"):
        assert (tolerances.allowed_in_step(GAPS, precision) < tolerances.allowed(GAPS, precision)).all()


ROUNDED = np.random.default_rng(0).random(1000)
OFF = np.abs(ROUNDED - ROUNDED.astype(np.float32)) / ROUNDED  # what rounding to float32 does to constants


def test_a_constant_rounded_to_float32_is_more_than_rounding_and_no_more_than_a_leak():
    assert np.median(OFF) > tolerances.allowed_in_step(0.0, "float64")
    assert OFF.max() <= tolerances.allowed_where_leak_enters(0.0)
    assert OFF.max() <= tolerances.allowed_behind_leak(0.0)


def test_an_update_that_no_rounded_constant_explains_is_more_than_a_leak():
    assert tolerances.allowed_where_leak_enters(OFF.max()) < 4e-7
    assert tolerances.allowed_where_leak_enters(1e-3) == pytest.approx(2e-3), "what is measured there counts"


def test_a_leak_leaves_counts_certain_and_float32_does_not():
    leak = tolerances.allowed_where_leak_enters(0.0)
    assert leak < tolerances.COUNTS_ARE_CERTAIN_BELOW < tolerances.allowed(0.0, "float32")


def test_of_nudges_by_one_ulp_the_widest_gap_counts():
    assert tolerances.opened_by([(1, 1e-9), (1, 3e-9), (1, 2e-9)], "float64") == 3e-9
    assert tolerances.opened_by([], "float64") == 0


def test_a_larger_nudge_that_opens_in_proportion_counts_for_nothing():
    assert tolerances.opened_by([(1, 1e-9), (4, 4e-9), (16, 16e-9)], "float64") == 1e-9


def test_a_unit_that_a_larger_nudge_flips_explains_a_flip_of_twice_its_size():
    opened = tolerances.opened_by([(1, 1e-12), (16, 1e-3)], "float64")
    assert tolerances.allowed_in_step(opened, "float64") == pytest.approx(2e-3)


def test_at_each_step_by_itself_it_is_told_what_nudges_opened():
    one, four = np.array([1e-9, 1e-9, 1e-5]), np.array([4e-9, 1e-3, 4e-5])
    opened = tolerances.opened_by([(1, one), (4, four)], "float64")
    np.testing.assert_allclose(tolerances.allowed_in_step(opened, "float64"), [8e-9, 2e-3, 8e-5])


def test_a_flip_that_only_a_larger_nudge_shows_counts_with_its_echo_until_it_is_in_proportion():
    usual = tolerances.FLOOR_ULPS * tolerances.ulp("float32")
    nothing, flipped = np.zeros(4), usual * np.array([1.0, 100, 10, 3])  # of two ulps: in proportion would be 2
    opened = tolerances.opened_by([(1, nothing), (2, flipped)], "float32")
    np.testing.assert_allclose(tolerances.STEP_FACTOR * opened, 2 * usual * np.array([0, 100, 10, 0]))
    alone = tolerances.opened_by([(1, nothing), (2, usual * np.array([1.0, 10, 10, 3]))], "float32")
    assert not alone.any(), "nothing flipped"


def test_what_a_leak_moved_before_tells_how_close_the_same_values_are():
    assert tolerances.alike(0.5, "float64") == 2e-7 == tolerances.alike(0.5, "float64", 1e-12)
    assert tolerances.alike(0.5, "float64", 1e-7) == 1.6e-6
    assert tolerances.alike(1e-6, "float64", 1e-8) == 1e-8  # what is looked for is smaller
    assert tolerances.alike(0.5, "float64", 0.1) == 1e-4


@pytest.mark.parametrize("constant", [1e-3, 0.1, 0.9])
def test_a_rounded_constant_makes_no_other_value_where_what_is_looked_for_is_far_apart(constant):
    rounded = abs(float(np.float32(constant)) - constant) / constant
    assert rounded <= tolerances.alike(0.5, "float64") < 1e-6
    assert tolerances.alike(100 * rounded, "float64") <= rounded * (1 + 1e-9), "it may be what is looked for"
