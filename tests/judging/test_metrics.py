"""A metric is judged in the precision that it was counted in."""

import numpy as np
import pytest

from compare.judging.metrics import precision_of_metric

THIRDS = np.array([1 / 3, 2 / 3, 1.0, np.nan])
COUNTED = THIRDS.astype(np.float32).astype(np.float64)
HALVES = np.array([0.5, 0.25])


@pytest.mark.parametrize(
    ("torch", "tf", "expected"),
    [
        (COUNTED, THIRDS, "float32"),
        (THIRDS, COUNTED, "float32"),
        (THIRDS, THIRDS, "float64"),
        (COUNTED, COUNTED, "float64"),  # which agree to the last digit, or count otherwise
        (HALVES, HALVES, "float64"),
        (np.array([]), THIRDS, "float64"),
    ],
)
def test_a_side_that_has_numbers_of_float32_alone_counts_in_it(torch, tf, expected):
    assert precision_of_metric(torch, tf, "float64") == expected
