"""Curves are held against each other step by step, and what a nudge opened once stays allowed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.judging.curves import curve_gap, epoch_means, first_beyond, nudge_gap
from compare.traces.trace import Trace, TraceWriter
from tests.helpers.synthetic import header

PROPERTY = settings(max_examples=50, deadline=None)


@pytest.fixture
def trace(tmp_path):
    """Makes a trace of a loss curve; every batch has one example unless said otherwise."""
    made = []

    def make(loss, examples=None) -> Trace:
        path = tmp_path / f"{len(made)}.npz"
        examples = np.ones(len(loss)) if examples is None else examples
        TraceWriter(path).close({"loss": loss, "examples": examples}, header())
        made.append(Trace(path))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_curve_that_ends_early_is_infinitely_far_from_there_on():
    gap = curve_gap(np.array([1.0, 2.0, 4.0, 8.0]), np.array([1.0, 1.0]))
    assert gap.tolist() == [0, 0.5, np.inf, np.inf]


def test_a_nan_on_both_sides_is_infinitely_far():
    assert curve_gap(np.array([np.nan]), np.array([np.nan])).tolist() == [np.inf]


def test_the_nudge_gap_is_the_running_maximum_over_both_sides(trace):
    plain = trace([4.0, 4.0, 4.0, 4.0])
    torch, tf = trace([4.0, 3.0, 4.0, 4.0]), trace([4.0, 4.0, 4.0, 2.0])
    assert nudge_gap("loss", [(plain, torch), (plain, tf)], 4).tolist() == [0, 0.25, 0.25, 0.5]


def test_a_nudged_run_that_ends_in_nan_widens_no_envelope(trace):
    plain, nudged = trace([4.0, 4.0, np.nan]), trace([3.0, np.nan, np.nan])
    assert nudge_gap("loss", [(plain, nudged)], 3).tolist() == [0.25, 0.25, 0.25]


def test_the_nudge_gap_has_a_value_for_every_step_of_the_longer_curve(trace):
    plain, nudged = trace([4.0, 4.0]), trace([4.0, 3.0])
    assert nudge_gap("loss", [(plain, nudged)], 4).tolist() == [0, 0.25, 0.25, 0.25]
    assert nudge_gap("loss", [(plain, nudged)], 1).tolist() == [0]
    assert nudge_gap("loss", [], 2).tolist() == [0, 0]


def test_the_first_step_beyond_is_the_first_that_is_not_within():
    envelope = np.full(4, 0.5)
    assert first_beyond(np.array([0.1, 0.5, 0.6, 0.9]), envelope) == 2
    assert first_beyond(np.array([0.1, 0.5, 0.5, 0.5]), envelope) is None
    assert first_beyond(np.array([0.1, np.inf, 0.1, 0.1]), envelope) == 1


def test_a_gap_that_is_nan_is_beyond_any_envelope():
    assert first_beyond(np.array([0.0, np.nan]), np.array([1.0, 1.0])) == 1


def test_an_epochs_mean_weighs_each_batch_by_its_examples():
    means = epoch_means(np.array([1.0, 4.0, 3.0]), np.array([3.0, 1.0, 2.0]), 2)
    assert means == [(3 * 1 + 1 * 4) / 4, 3.0]


@PROPERTY
@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20), st.integers(1, 7))
def test_epochs_of_equal_batches_have_plain_means(curve, steps_per_epoch):
    means = epoch_means(np.array(curve), np.full(len(curve), 32.0), steps_per_epoch)
    chunks = [curve[start : start + steps_per_epoch] for start in range(0, len(curve), steps_per_epoch)]
    assert means == pytest.approx([float(np.mean(chunk)) for chunk in chunks], abs=1e-12)
