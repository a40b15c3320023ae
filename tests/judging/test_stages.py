"""A row says whether rounding explains it, and its place in words."""

import numpy as np

from compare.judging.difference import difference
from compare.judging.stages import StageRow
from compare.traces.step import END
from tests.helpers.stage_row import BEYOND, WITHIN, row


def test_a_gap_up_to_what_is_allowed_is_within():
    assert row(0, "loss", gap=WITHIN).verdict == "within"
    assert row(0, "loss", gap=BEYOND).verdict == "beyond"


def test_what_is_no_difference_of_values_is_never_within_and_says_so():
    nothing = np.zeros(2)
    for other, verdict in [
        (None, "missing in tf"), (np.zeros(3), "shape"), (np.zeros(2, np.float32), "dtype"),
        (np.full(2, np.nan), "not finite"),
    ]:  # fmt: skip
        found = StageRow(0, "weights", "w", difference(nothing, other), allowed=1e300)
        assert not found.within
        assert found.verdict == verdict


def test_a_row_says_its_place_in_words():
    assert str(row(3, "update", "fc1.weight")) == "step 3, update, fc1.weight"
    assert str(row(END, "buffer", "mean")) == "the end, buffer, mean"
    assert str(row(0, "gradient", "fc1.weight (call 2)")) == "step 0, second gradient, fc1.weight"
    assert str(row(0, "state", "fc1.weight exp_avg (call 4)")) == "step 0, 4th state, fc1.weight exp_avg"
    assert str(row(0, "forward", "relu (call 2)")) == "step 0, forward, relu (call 2)"
