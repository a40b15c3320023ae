"""A buffer moved in a step that leaves another than it found; single numbers count steps, and are left out."""

import numpy as np

from compare.judging.moved_buffers import moved_buffers
from compare.traces.step import END


class Recorded(dict):
    keys = property(list)


def test_a_buffer_is_held_against_what_its_own_step_found():
    zeros, ones = np.zeros(2), np.ones(2)
    found = {(0, "weights", "a"): zeros, (0, "buffer", "a"): ones, (1, "weights", "a"): ones, (1, "buffer", "a"): ones}
    assert moved_buffers(Recorded(found), 0) == {"a": True}
    assert moved_buffers(Recorded(found), 1) == {"a": False}


def test_nan_that_stays_stands_still_and_what_was_not_recorded_or_counts_is_left_out():
    nan = np.array([np.nan, 1.0])
    found = {(0, "weights", "nan"): nan, (0, "buffer", "nan"): nan, (0, "buffer", "unknown"): nan}
    found |= {(0, "weights", "count"): np.array(1), (0, "buffer", "count"): np.array(2), (END, "buffer", "nan"): nan}
    assert moved_buffers(Recorded(found), 0) == {"nan": False}
    assert moved_buffers(Recorded(found), END) == {}
