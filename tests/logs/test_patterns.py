"""Curves with one pattern in common are diagnosed so: flat, a factor, an offset, noise."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.judging import tolerances
from compare.logs.diagnose import diagnose
from tests.helpers.numpy_training import log
from tests.logs.curves import FALLING, OPTIMIZERS, PRINTED, PROPERTY, SEEDS, compare, diagnose_training

ULP = tolerances.ulp("float32")


def test_a_curve_that_does_not_move_is_flat_on_either_side():
    falling, still = np.linspace(2, 1, 10), np.full(10, 2.0) + ULP * np.arange(10) / 4
    for left, right, name in ((falling, still, "right.csv"), (still, falling, "left.csv")):
        diagnosis = compare(left, right)
        assert (diagnosis.pattern, diagnosis.step) == ("one is flat", 1)
        assert diagnosis.sentence.startswith(f"{name} does not move")


def test_a_curve_that_falls_by_rounding_only_makes_no_flat_one_of_the_other():
    falling = 2.0 - ULP * 200 * np.linspace(0, 1, 10)
    assert compare(falling, np.full(10, 2.0)).pattern == "equal"


def test_a_flat_curve_beside_a_rising_one_is_not_the_one_that_fails():
    assert compare(np.linspace(2, 3, 10), np.full(10, 2.0)).pattern == "apart at step 1"


def test_two_flat_curves_agree_and_it_says_nothing():
    assert "says nothing about the training" in compare([2.0, 2.0, 2.0], [2.0, 2.0, 2.0]).sentence
    assert compare([2.0, 2.0, 2.0], [3.0, 3.0, 3.0]).pattern == "apart at step 0"


@PROPERTY
@given(st.floats(1e-3, 1e3).filter(lambda factor: abs(factor - 1) > 1e-2), st.integers(3, 60))
def test_any_factor_is_found(factor, steps):
    diagnosis = compare(FALLING[:steps], FALLING[:steps] * factor)
    assert diagnosis.pattern == "constant factor"
    assert diagnosis.factor == pytest.approx(factor, rel=1e-9)


@PROPERTY
@given(st.floats(1e-2, 10), st.sampled_from([1, -1]), st.integers(3, 60))
def test_any_offset_is_found(offset, sign, steps):
    assert compare(FALLING[:steps], FALLING[:steps] + sign * offset).pattern == "constant offset"


@pytest.mark.parametrize(
    ("factor", "batch_size", "words"),
    [
        (32, 32, "32 is the batch size"),
        (1 / 32, 32, "32 is the batch size"),
        (32, None, "32 is a count"),
        (10, 32, "10 is a count"),
        (2, None, "one formula has a factor of 1/2"),
        (0.5, None, "one formula has a factor of 1/2"),
        (np.log(2), None, "base 2"),
        (1 / np.log(2), None, "base 2"),
        (1.7321, None, "a different number of"),
    ],
)
def test_a_factor_is_named(factor, batch_size, words):
    diagnosis = compare(FALLING, FALLING * factor, batch_size=batch_size)
    assert diagnosis.pattern == "constant factor"
    assert words in diagnosis.sentence


def test_two_values_make_no_factor():
    assert compare([2.0, 1.0], [4.0, 2.0]).pattern == "apart at step 0"


def test_other_batches_are_noise_apart_and_other_weights_are_not():
    batches, weights = [], []
    for training in OPTIMIZERS.values():
        for seed in SEEDS:
            for form in PRINTED:
                batches.append(diagnose_training(replace(training, seed=seed), form, other_batches=1).pattern)
                weights.append(diagnose_training(replace(training, seed=seed), form, other_weights=1).pattern)
    assert set(batches + weights) <= {"noise apart", "apart at step 0"}
    assert batches.count("noise apart") >= 0.8 * len(batches)
    assert weights.count("apart at step 0") >= 0.8 * len(weights)


@pytest.mark.parametrize("form", ["%.3f", "%.4f"])
def test_what_a_few_printed_digits_leave_open_is_no_factor_and_no_offset(form):
    units = float(form.replace("f", "d").replace("%.", "1e-").replace("d", ""))
    for right in (FALLING + 8 * units, FALLING * (1 + 4 * units)):
        diagnosis = diagnose(log(FALLING, form), log(right, form))
        assert diagnosis.pattern not in ("constant factor", "constant offset")


def test_a_factor_that_changes_is_none_where_the_digits_hide_how():
    rising = FALLING * 1.2 * (1 + 1e-5 * np.minimum(1.5 ** np.arange(60), 1e4))
    assert diagnose(log(FALLING, "%.3g"), log(rising, "%.3g")).pattern != "constant factor"


def test_few_lines_that_do_not_move_beside_a_falling_curve_are_flat():
    falling, still = 2 * np.exp(-np.arange(6) / 3), 2 + 0.01 * np.array([0, 1, -1, 0, 1, 0])
    for left, right, name in ((falling, still, "right.csv"), (still, falling, "left.csv")):
        diagnosis = compare(left, right)
        assert diagnosis.pattern == "one is flat"
        assert diagnosis.sentence.startswith(f"{name} hardly decreases")
        assert f"the gradients and updates of {name}" in diagnosis.advice
    assert compare(falling, 2 * np.exp(-np.arange(6) / 30)).pattern != "one is flat"
