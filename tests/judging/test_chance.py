"""What one run of tf does without is chance; what stands in every one of them is not."""

import numpy as np
import pytest

from compare.judging.chance import rows_that_stand, series_that_stand
from compare.judging.difference import Difference
from compare.judging.stages import StageRow
from compare.judging.steps import Series

ALLOWED = 0.1


def series(*gap, tensor="w"):
    return Series("update", tensor, np.arange(len(gap)), np.array(gap, float), np.full(len(gap), ALLOWED))


def stands(plain, *samples):
    """The gaps that are left."""
    [found] = series_that_stand([plain], [[sample] for sample in samples])
    assert found.allowed is plain.allowed
    return found.gap.tolist()


def row(gap, tensor="w", kind="value"):
    return StageRow(3, "gradient", tensor, Difference(kind, "(2,)", gap, gap, gap), ALLOWED)


def test_each_step_is_that_of_the_run_that_is_nearest_there():
    assert stands(series(1, 1, 0.01), series(0.02, 2, 3), series(2, 0.03, 3)) == [0.02, 0.03, 0.01]


def test_without_a_sample_everything_stands():
    assert stands(series(1, 2)) == [1, 2]


def test_what_every_run_does_stands_as_it_was():
    assert stands(series(1, 1), series(0.9, 1.1), series(1.1, 0.9)) == [1, 1]


def test_a_sample_must_be_well_within_what_is_allowed_since_its_own_nudge_may_hide_a_little():
    assert stands(series(0.11, 0.11), series(0.06, 0.05)) == [0.11, 0.05]


def test_a_sample_that_ends_early_says_nothing_of_later_steps():
    assert stands(series(1, 1), series(0.01)) == [0.01, 1]


def test_a_sample_that_lacks_a_tensor_says_nothing_of_it():
    assert stands(series(1), series(0.01, tensor="other")) == [1]


@pytest.mark.parametrize("plain", [np.inf, np.nan])
def test_what_is_not_finite_is_never_chance(plain):
    assert stands(series(plain), series(0.01))[0] == pytest.approx(plain, nan_ok=True)


def test_what_a_sample_has_that_is_not_finite_excuses_nothing():
    assert stands(series(1), series(np.nan), series(np.inf)) == [1]


def test_a_row_is_that_of_the_nearest_run_if_it_agrees():
    [found] = rows_that_stand([row(1.0)], [[row(0.9)], [row(0.01)], [row(0.04)]])
    assert (found.difference.max_rel, found.within) == (0.01, True)
    assert rows_that_stand([row(1.0)], [[row(0.9)], [row(0.06)]]) == [row(1.0)]


def test_a_row_that_is_within_or_has_no_counterpart_stays_as_it_is():
    rows = [row(0.09), row(1.0, "other")]
    assert rows_that_stand(rows, [[row(0.01)]]) == rows
    assert rows_that_stand(rows, []) == rows


@pytest.mark.parametrize("kind", ["shape", "not finite", "missing in tf", "dtype"])
def test_a_row_that_differs_otherwise_than_by_value_is_never_chance(kind):
    assert rows_that_stand([row(np.inf, kind=kind)], [[row(0.01)]]) == [row(np.inf, kind=kind)]


def test_a_sample_that_is_not_finite_or_of_another_shape_excuses_nothing():
    samples = [[row(np.inf, kind=kind)] for kind in ("shape", "not finite")]
    assert rows_that_stand([row(1.0)], samples) == [row(1.0)]
