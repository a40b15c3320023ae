"""Whether two sets of random draws are of one distribution: an initializer's on both sides.

Notice that each test errs once in a million on draws that are alike (tolerances.INITIAL_SIGNIFICANCE).
"""

from __future__ import annotations

import math

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import difference


def compare_draws(torch: np.ndarray, tf: np.ndarray, orthogonal: bool) -> tuple[float, float, str]:
    """The distance of the two distribution functions, what chance allows of it, and in words how they differ, or "".

    The arrays are (draws, ...) each.
    """
    from scipy.stats import kstwo  # slow to import

    found = difference(torch, tf)
    if found.structural or found.kind == "dtype":
        return np.inf, 0.0, f"values: {found.kind} {found.detail}".strip()
    left, right = np.sort(torch, None), np.sort(tf, None)
    distance = _distance(left, right)
    allowed = float(kstwo.isf(tolerances.INITIAL_SIGNIFICANCE, left.size // 2))
    troubles = [_moments(left, right), _bounds(left, right), _orthogonality(torch, tf) if orthogonal else ""]
    if distance > allowed:
        troubles.insert(0, f"distribution functions {distance:.2g} apart")
    return distance, allowed, "; ".join(filter(None, troubles))


def _distance(left: np.ndarray, right: np.ndarray) -> float:
    """The statistic of Kolmogorov's and Smirnov's test."""
    from scipy.stats import ks_2samp  # slow to import

    return float(ks_2samp(left, right, method="asymp").statistic)


def _moments(left: np.ndarray, right: np.ndarray) -> str:
    """Whether mean or variance are further apart than chance; of 10^5 draws the normal approximation holds."""
    from scipy.stats import norm

    limit, troubles = norm.isf(tolerances.INITIAL_SIGNIFICANCE / 2), []
    for name, one, other in (("mean", left, right), ("variance", _squares(left), _squares(right))):
        error = math.sqrt(one.var() / one.size + other.var() / other.size)
        if abs(one.mean() - other.mean()) > limit * error:
            troubles.append(f"{name} torch {one.mean():.4g}, tf {other.mean():.4g}")
    return ", ".join(troubles)


def _squares(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) ** 2


def _bounds(left: np.ndarray, right: np.ndarray) -> str:
    """Whether too many of one side's values lie beyond all of the other's: of n, all are one side's once in 2^n."""
    most = math.log2(4 / tolerances.INITIAL_SIGNIFICANCE)
    beyond = [
        max(np.count_nonzero(one < other[0]), np.count_nonzero(one > other[-1]))
        for one, other in ((left, right), (right, left))
    ]
    if max(beyond) <= most:
        return ""
    return f"from {left[0]:.4g} to {left[-1]:.4g} in torch, from {right[0]:.4g} to {right[-1]:.4g} in tf"


def _orthogonality(torch: np.ndarray, tf: np.ndarray) -> str:
    """Whether the rows of each matrix, or its columns where these are fewer, have the same products on both sides."""
    found = difference(*(_products(array) for array in (torch, tf)))
    return "" if found.max_rel <= tolerances.COMPONENT_LIMIT else f"products of rows: {found.detail}"


def _products(draws: np.ndarray) -> np.ndarray:
    matrices = draws.reshape(*draws.shape[:2], -1)
    if matrices.shape[1] > matrices.shape[2]:
        matrices = matrices.swapaxes(1, 2)
    return matrices @ matrices.swapaxes(1, 2)
