"""Each side's own initial values, described in words and compared as distributions.

A port that initialises differently trains differently, which training from shared weights would hide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from compare.inputs.expressions import terms
from compare.judging import tolerances
from compare.judging.default_initial_values import by_default
from compare.judging.distributions import (
    DIFFERS,
    compare_distributions,
    every_nth,
    is_close,
    is_constant,
    row_products,
)

ORTHOGONAL = "orthogonal"
LARGEST_ORTHOGONAL = 1024  # rows: above this the test, a matrix product, costs too much


@dataclass(frozen=True)
class InitialRow:
    """One tensor's initial values, described for each side; `verdict` and `p_value` as in DistributionComparison.

    `by_default` is True where each side has what its framework gives of itself.
    """

    tensor: str
    torch: str
    tf: str
    verdict: str
    p_value: float
    by_default: bool = False


def compare_initial(torch: Mapping[str, np.ndarray], tf: Mapping[str, np.ndarray]) -> list[InitialRow]:
    """One row per tensor. Raises ValueError where the two sides do not have the same names."""
    if torch.keys() != tf.keys():
        raise ValueError(f"on one side only: {', '.join(sorted(torch.keys() ^ tf.keys()))}")
    rows = [_row(name, np.asarray(torch[name]), np.asarray(tf[name])) for name in torch]
    return [
        replace(row, by_default=by_default(row.tensor, torch, tf, row.tf == ORTHOGONAL))
        if row.verdict == DIFFERS
        else row
        for row in rows
    ]


def _row(name: str, torch: np.ndarray, tf: np.ndarray) -> InitialRow:
    descriptions = _describe_values(torch), _describe_values(tf)
    if descriptions[0] != descriptions[1] and any(text.startswith(ORTHOGONAL) for text in descriptions):
        return InitialRow(name, *descriptions, DIFFERS, 0.0)
    found = compare_distributions(torch, tf)
    return InitialRow(name, *descriptions, found.verdict, found.p_value)


def summarise(rows: list[InitialRow]) -> list[str]:
    """One clause per group of tensors that differ, not by default, and have the same last name ("weight", "bias")."""
    groups: dict[str, list[InitialRow]] = {}
    for row in rows:
        if row.verdict == DIFFERS and not row.by_default:
            groups.setdefault(last_name(row.tensor), []).append(row)
    return [_summary(ending, group) for ending, group in groups.items()]


def last_name(tensor: str) -> str:
    """The last name of a tensor, or of the first that an expression names, without what is done to it."""
    try:
        return terms(tensor)[0].name.rpartition(".")[2]
    except ValueError:  # a name that no expression could have
        return tensor.rpartition(".")[2]


def _summary(ending: str, group: list[InitialRow]) -> str:
    first = group[0]
    sides = f"{first.torch} in torch, {first.tf} in tf"
    if len(group) == 1:
        return f"{first.tensor} is {sides}"
    names = ", ".join(row.tensor for row in group[:3]) + (", ..." if len(group) > 3 else "")
    all_the_same = {(row.torch, row.tf) for row in group} == {(first.torch, first.tf)}
    return f"{len(group)} tensors called {ending} ({names}); {'all' if all_the_same else f'{first.tensor} is'} {sides}"


def _describe_values(array: np.ndarray) -> str:
    """What the values look like, in a few words: "zeros", "orthogonal", "uniform within ±0.0625"."""
    values = array[np.isfinite(array)].astype(np.float64)
    if values.size < array.size:
        return f"not finite in {array.size - values.size} of {array.size} places"
    if not values.size:
        return "empty"
    if is_constant(values):
        return {0.0: "zeros", 1.0: "ones"}.get(float(values[0]), f"constant {values[0]:.4g}")
    if (gain := _orthogonal_gain(array)) is not None:
        return ORTHOGONAL if is_close(gain, 1) else f"{ORTHOGONAL}, gain {gain:.4g}"
    return _describe_distribution(every_nth(values))


def _describe_distribution(values: np.ndarray) -> str:
    mean, std = float(values.mean()), float(values.std())
    centred = abs(mean) <= 4 * std / np.sqrt(values.size)
    if centred and values.size >= tolerances.INITIAL_NAMED_FROM:
        bound = float(np.abs(values).max())
        # The largest of n uniform values is about bound / n below the bound.
        p_values = {
            f"uniform within ±{bound:.3g}": _p_value("uniform", values, bound * (1 + 1 / values.size)),
            f"normal, std {std:.3g}": _p_value("norm", values, std),
        }
        best = max(p_values, key=p_values.__getitem__)
        if p_values[best] > tolerances.INITIAL_NAME_FITS:
            return best
    return f"std {std:.3g}, mean {0 if centred else mean:.3g}"


def _p_value(distribution: str, values: np.ndarray, scale: float) -> float:
    """One-sample Kolmogorov-Smirnov test; scipy.stats takes a second to import, and longer than this to call."""
    from scipy.special import kolmogorov, ndtr

    scaled = np.sort(values) / scale
    expected = ndtr(scaled) if distribution == "norm" else np.clip((scaled + 1) / 2, 0, 1)
    ranks = np.arange(values.size + 1) / values.size
    distance = max((ranks[1:] - expected).max(), (expected - ranks[:-1]).max())
    return float(kolmogorov(distance * np.sqrt(values.size)))


def _orthogonal_gain(array: np.ndarray) -> float | None:
    """The gain of an orthogonal matrix (rows, ...): its rows, or its columns where these are fewer, over the gain are
    orthonormal up to float32 rounding. None of any other array, and of one with a single row or with too many.
    """
    if array.ndim < 2 or not 2 <= min(len(array), array.size // len(array)) <= LARGEST_ORTHOGONAL:
        return None
    matrix = array.reshape(len(array), -1).astype(np.float64)
    matrix = matrix if len(matrix) <= matrix.shape[1] else matrix.T
    allowed = tolerances.allowed(0, "float32")
    if _gain(matrix[:2], 2 * allowed) is None:  # which tells most matrices apart at once
        return None
    return _gain(matrix, allowed)


def _gain(matrix: np.ndarray, allowed: float) -> float | None:
    """The length of the rows, if they are orthogonal and equally long."""
    products = row_products(matrix[None])[0]
    square = products.trace() / len(products)
    error = np.abs(products - square * np.eye(len(products))).max()
    return float(np.sqrt(square)) if error <= allowed * square else None
