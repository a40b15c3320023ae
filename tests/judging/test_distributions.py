"""Two distributions are told apart by values, mean, variance and range, as often by chance as promised."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from compare.judging import tolerances
from compare.judging.distributions import (
    DIFFERS,
    LARGEST_SAMPLE,
    SAME,
    allowed_distance,
    compare_distributions,
    compare_products,
    every_nth,
)

RNG = np.random.default_rng(0)
SIZE = 2**17


def orthogonal_matrices(rows, columns):
    return np.stack([np.linalg.qr(RNG.normal(size=(max(rows, columns), min(rows, columns))))[0] for _ in range(9)])


def test_the_distance_is_the_largest_difference_of_the_two_distribution_functions():
    """Of 0..99 and 30..129, the second has 0 of its values up to 29, the first 30 of its 100."""
    found = compare_distributions(np.arange(100.0), np.arange(30.0, 130.0))
    assert found.distance == pytest.approx(0.3)


def test_chance_exceeds_the_allowed_distance_as_often_as_the_significance_says():
    """The limit of Kolmogorov's distribution: 2 exp(-2 n d^2), with n half of the values of each."""
    for size in (10**4, 10**6):
        expected = np.sqrt(np.log(2 / tolerances.INITIAL_SIGNIFICANCE) / size)
        assert allowed_distance(size, size) == pytest.approx(expected, rel=1e-2)


def test_the_verdict_turns_where_the_distance_is_the_allowed_one():
    uniform = (np.arange(SIZE) + 0.5) / SIZE
    for factor, verdict in ((0.99, SAME), (1.01, DIFFERS)):
        moved = np.where(uniform < factor * allowed_distance(SIZE, SIZE), 1 - uniform, uniform)
        found = compare_distributions(uniform, moved)
        assert (found.verdict, found.distance) == (
            verdict,
            pytest.approx(factor * allowed_distance(SIZE, SIZE), rel=1e-3),
        )


@pytest.mark.parametrize(
    ("torch", "tf", "reason"),
    [
        (RNG.normal(0, 1, SIZE), RNG.normal(0.025, 1, SIZE), "mean torch"),
        (RNG.normal(0, 1, SIZE), RNG.normal(0, 1.03, SIZE), "variance torch"),
        (
            RNG.uniform(-1, 1, SIZE),
            RNG.uniform(-1.002, 1.002, SIZE),
            "in torch, from -1.00",
        ),
    ],
)
def test_only_the_strict_comparison_looks_at_mean_variance_and_range(torch, tf, reason):
    strict = compare_distributions(torch, tf, strict=True)
    assert (strict.verdict, reason in strict.reason) == (DIFFERS, True)
    loose = compare_distributions(torch, tf)
    assert reason not in loose.reason
    assert (loose.verdict == DIFFERS) == (ks_2samp(torch, tf).pvalue < tolerances.INITIAL_SIGNIFICANCE)


def test_a_few_outliers_are_not_another_range():
    """Of two samples, n values beyond all of the other side's are chance once in 2^n."""
    values = RNG.uniform(-1, 1, SIZE)
    for outliers, verdict in ((12, SAME), (30, DIFFERS)):
        wider = np.concatenate([RNG.uniform(-1, 1, SIZE - outliers), np.full(outliers, 1.001)])
        assert compare_distributions(values, wider, strict=True).verdict == verdict


def test_strict_or_not_samples_of_one_distribution_are_the_same():
    for _ in range(100):
        torch, tf = RNG.normal(size=(2, 20_000))
        assert compare_distributions(torch, tf, strict=True).verdict == SAME


@pytest.mark.parametrize("shape", [(24, 16), (16, 24), (24, 24)])
def test_products_of_rows_or_columns_tell_orthogonal_matrices(shape):
    torch, tf = orthogonal_matrices(*shape), orthogonal_matrices(*shape)
    assert compare_products(torch, tf) == ""
    assert compare_products(torch, tf * (1 + 1e-9)).startswith("products of rows: at [")


@pytest.mark.parametrize("size", [0, 1, LARGEST_SAMPLE, LARGEST_SAMPLE + 1, 3 * LARGEST_SAMPLE])
def test_a_large_array_is_sampled_evenly_and_a_small_one_is_taken_whole(size):
    taken = every_nth(np.arange(size))
    assert len(taken) <= LARGEST_SAMPLE
    assert len(taken) == size or len(set(np.diff(taken))) == 1
    assert size == 0 or taken[0] == 0
