"""Whether the values of two arrays are random samples of one distribution.

Notice that each test gives a false alarm once in a million (tolerances.INITIAL_SIGNIFICANCE), at every sample size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import difference

SAME, DIFFERS, TOO_FEW = "same distribution", "differs", "too few to tell"
LARGEST_SAMPLE = 150_000  # values: sorting all of a large embedding tells no more


@dataclass(frozen=True)
class DistributionComparison:
    """The result of comparing two distributions: SAME, DIFFERS or TOO_FEW; `reason` says how they differ, or is "".

    `distance` is the largest difference of the two empirical distribution functions; `p_value` is the probability that
    two samples of the same distribution are at least that far apart.
    """

    verdict: str
    p_value: float
    distance: float
    reason: str = ""


def compare_distributions(torch: np.ndarray, tf: np.ndarray, *, strict: bool = False) -> DistributionComparison:
    """Two-sample Kolmogorov-Smirnov test of arrays of any shapes; constants must be equal up to float32 rounding.

    `strict` also compares mean, variance and range, which needs 10^4 independent values or more.
    """
    if np.array_equal(torch, tf, equal_nan=True):
        return DistributionComparison(SAME, 1.0, 0.0)
    from scipy.stats import ks_2samp  # slow to import

    left, right = (array.ravel().astype(np.float64) for array in (torch, tf))
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        return DistributionComparison(DIFFERS, 0.0, np.inf, "not finite")
    constant = is_constant(left), is_constant(right)
    if all(constant) and is_close(left[0], right[0]) and min(left.size, right.size) > 1:
        return DistributionComparison(SAME, 1.0, 0.0)
    test = ks_2samp(every_nth(left), every_nth(right))
    p_value, distance = float(test.pvalue), float(test.statistic)
    if any(constant) and min(left.size, right.size) > 1:
        return DistributionComparison(DIFFERS, 0.0, distance, "constant")
    reasons = [f"distribution functions {distance:.2g} apart"] if p_value < tolerances.INITIAL_SIGNIFICANCE else []
    if strict:
        reasons += filter(None, [_compare_moments(left, right), _compare_ranges(left, right)])
    verdict = DIFFERS if reasons else TOO_FEW if _too_few(left.size, right.size) else SAME
    return DistributionComparison(verdict, p_value, distance, "; ".join(reasons))


def allowed_distance(torch_size: int, tf_size: int) -> float:
    """The distance of distribution functions that chance exceeds once in a million, between samples of these sizes."""
    from scipy.stats import kstwo

    size = round(torch_size * tf_size / (torch_size + tf_size))
    return float(kstwo.isf(tolerances.INITIAL_SIGNIFICANCE, size))


def compare_products(torch: np.ndarray, tf: np.ndarray) -> str:
    """How the products of the rows of orthogonal matrices (samples, rows, ...) differ, in words, or ""."""
    found = difference(row_products(torch), row_products(tf))
    return "" if found.max_rel <= tolerances.COMPONENT_LIMIT else f"products of rows: {found.detail}"


def row_products(samples: np.ndarray) -> np.ndarray:
    """The products of the rows of each matrix (samples, rows, ...), or of its columns where these are fewer."""
    matrices = samples.reshape(*samples.shape[:2], -1)
    if matrices.shape[1] > matrices.shape[2]:
        matrices = matrices.swapaxes(1, 2)
    return matrices @ matrices.swapaxes(1, 2)


def is_constant(values: np.ndarray) -> bool:
    return bool(values.size) and is_close(values.min(), values.max())


def is_close(one: float, other: float) -> bool:
    """Whether two numbers are equal up to float32 rounding."""
    return abs(one - other) <= tolerances.allowed(0, "float32") * max(abs(one), abs(other))


def every_nth(values: np.ndarray) -> np.ndarray:
    """LARGEST_SAMPLE values at most, spread evenly over an array."""
    flat = values.ravel()
    return flat[:: math.ceil(flat.size / LARGEST_SAMPLE)] if flat.size else flat


def _too_few(torch_size: int, tf_size: int) -> bool:
    """Whether samples are so small that even full separation (all of one below all of the other) may be chance."""
    from scipy.special import comb

    return bool(2 / comb(torch_size + tf_size, torch_size) >= tolerances.INITIAL_SIGNIFICANCE)


def _compare_moments(torch: np.ndarray, tf: np.ndarray) -> str:
    """Welch's test of the means of the values, and of the means of their squared deviations."""
    from scipy.stats import ttest_ind

    squares = [(values - values.mean()) ** 2 for values in (torch, tf)]
    return ", ".join(
        f"{name} torch {left.mean():.4g}, tf {right.mean():.4g}"
        for name, left, right in (("mean", torch, tf), ("variance", *squares))
        if ttest_ind(left, right, equal_var=False).pvalue < tolerances.INITIAL_SIGNIFICANCE
    )


def _compare_ranges(torch: np.ndarray, tf: np.ndarray) -> str:
    """How the ranges differ: the n lowest (or highest) of all values belong to one side by chance once in 2^n."""
    most = math.log2(4 / tolerances.INITIAL_SIGNIFICANCE)
    beyond = [
        np.count_nonzero(outside)
        for one, other in ((torch, tf), (tf, torch))
        for outside in (one < other.min(), one > other.max())
    ]
    if max(beyond) <= most:
        return ""
    return f"from {torch.min():.4g} to {torch.max():.4g} in torch, from {tf.min():.4g} to {tf.max():.4g} in tf"
