"""What rounding and printing explain of a gap, and how a step and its recording are described."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compare.judging import tolerances
from compare.logs.curve_pair import LONGEST_AUDIT, RECORDER, CurvePair
from tests.helpers.numpy_training import log

ULP = tolerances.ulp("float32")


def curves(left, right, form="%.4f", start=0):
    return CurvePair(log(left, form, "left.csv", start), log(right, form, "right.csv", start), ULP)


def test_printing_opens_half_a_unit_of_the_last_digit_on_each_side():
    pair = curves([2.0123, 0.5123], [2.0124, 0.5123])
    assert pair.gap == pytest.approx([1e-4 / 2.0124, 0])
    assert pair.printing_gap == pytest.approx([1e-4 / 2.0124, 1e-4 / 0.5123])
    assert pair.floor - pair.printing_gap == pytest.approx(tolerances.FLOOR_ULPS * ULP)
    assert pair.few_digits
    assert not curves([2.0, 0.5], [2.0, 0.5], "%.9f").few_digits


def test_curves_are_apart_at_the_start_where_more_than_printing_and_rounding_separates_them():
    assert not curves([2.0123], [2.0124]).apart_at_start
    assert curves([2.0123], [2.0129]).apart_at_start


def test_a_log_has_every_step_where_it_begins_with_the_first_and_leaves_none_out():
    losses = np.linspace(2, 1, 10)
    assert curves(losses, losses).has_every_step
    assert curves(losses, losses, start=1).has_every_step
    assert not curves(losses, losses, start=2).has_every_step
    pair = curves(losses, losses)
    sparse = CurvePair(pair.left.at(slice(None, None, 2)), pair.right.at(slice(None, None, 2)), ULP)
    assert not sparse.has_every_step


def test_a_step_is_described_with_its_number_and_both_losses():
    assert curves([2.0, 1.5], [2.0, 1.25], start=1).describe(1) == "step 2 (1.5 against 1.25)"


def test_logs_of_one_file_name_are_named_with_their_directories():
    names = CurvePair(log([1.0], name="a/log.csv"), log([1.0], name="b/log.csv"), ULP).names
    assert names == (str(Path("a/log.csv")), str(Path("b/log.csv")))
    assert curves([1.0], [1.0]).names == ("left.csv", "right.csv")


@pytest.mark.parametrize(("index", "start", "audits"), [(0, 0, ""), (2, 1, ""), (5, 0, "audits=range(3, 6)")])
def test_a_recording_is_audited_around_a_late_step(index, start, audits):
    losses = np.linspace(2, 1, 10)
    advice = curves(losses, losses, start=start).how_to_record(index)
    assert audits in advice
    assert ("audits" in advice) == bool(audits)


def test_where_the_log_leaves_out_too_many_steps_to_audit_each_it_says_to_log_every_step():
    losses = np.linspace(2, 1, 100)
    pair = curves(losses, losses)
    every = slice(None, None, LONGEST_AUDIT)
    sparse = CurvePair(pair.left.at(every), pair.right.at(every), ULP)
    assert sparse.recording(2) == RECORDER.format(audits="")
    assert sparse.how_to_record(2).startswith(f"Log every step from {LONGEST_AUDIT} to {2 * LONGEST_AUDIT} ")


def test_digits_hide_jumps_where_a_jump_from_them_would_be_larger_than_the_smallest_that_is_one():
    losses = np.linspace(2, 1, 10)
    assert curves(losses, losses, "%.4f").digits_hide_jumps
    assert not curves(losses, losses, "%.6f").digits_hide_jumps
    assert curves(losses / 100, losses / 100, "%.6f").digits_hide_jumps


def test_a_gap_beyond_rounding_after_one_update_is_a_jump_and_one_that_was_there_before_is_none():
    left = np.linspace(2, 1, 10)
    beyond = 2 * tolerances.ENVELOPE_FACTOR * tolerances.FLOOR_ULPS * ULP

    def amplified_from(step):
        gap = beyond * np.where(np.arange(10) < step, 0, 3.0 ** (np.arange(10) - step))
        return curves(left, left * (1 + gap), "%.17g").parting

    assert amplified_from(1) == (1, "jump")
    assert amplified_from(0) is None
    assert amplified_from(2) is None
    assert curves(left, left * (1 + 4 * beyond * (np.arange(10) > 1)), "%.17g").parting == (2, "drift")


@pytest.mark.parametrize(("counter", "what"), [("epoch", "an epoch"), ("line", "several steps")])
def test_a_log_without_steps_says_so_once_and_audits_none(counter, what):
    logs = [replace(log(np.linspace(2, 1, 10)), counter=counter)] * 2
    pair = CurvePair(*logs, ULP)
    assert pair.recording(5) == RECORDER.format(audits="")
    assert pair.how_to_record(5) == f"The loss of {what} does not show at which step: {pair.recording(5)}"


def test_the_first_factor_is_as_uncertain_as_the_digits_of_both_losses():
    pair = curves([0.6803], [21.7682])
    assert pair.first_factor_tolerance == pytest.approx(0.5e-4 / 0.6803 + 0.5e-4 / 21.7682, rel=0.05)
    assert curves([0.0], [0.0]).first_factor_tolerance == pytest.approx(tolerances.FLOOR_ULPS * ULP)
