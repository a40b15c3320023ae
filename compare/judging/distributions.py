"""Initial values: whether the two sides' own are draws from the same distribution.

A port that initialises differently trains differently, which weights that are carried over would hide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np

from compare.judging import tolerances

SIDES = ("torch", "tf")
LARGEST_ORTHOGONAL = 1024  # rows: beyond, the product that tells costs more than it says
SAMPLES = 100_000  # of a large tensor: sorting all of an embedding says no more


@dataclass(frozen=True)
class InitialRow:
    """One tensor's initial values on both sides, each in words; `p_value` is how often chance makes them so unlike."""

    tensor: str
    torch: str
    tf: str
    verdict: str  # "alike", "differs" or "too few to tell"
    p_value: float


def compare_initial(torch: Mapping[str, np.ndarray], tf: Mapping[str, np.ndarray]) -> list[InitialRow]:
    """A row a tensor. Raises ValueError where the two sides have not the same names."""
    if torch.keys() != tf.keys():
        raise ValueError(f"on one side only: {', '.join(sorted(torch.keys() ^ tf.keys()))}")
    return [_row(name, np.asarray(torch[name]), np.asarray(tf[name])) for name in torch]


def _row(name: str, torch: np.ndarray, tf: np.ndarray) -> InitialRow:
    words = _words(torch), _words(tf)
    if np.array_equal(torch, tf, equal_nan=True):
        return InitialRow(name, *words, "alike", 1.0)
    finite = [array[np.isfinite(array)].astype(np.float64) for array in (torch, tf)]
    if any(part.size < array.size for part, array in zip(finite, (torch, tf), strict=True)):
        return InitialRow(name, *words, "differs", 0.0)
    constant = [_is_constant(values) for values in finite]
    if any(constant) and min(torch.size, tf.size) > 1:
        same = all(constant) and _close(finite[0][0], finite[1][0])
        return InitialRow(name, *words, "alike" if same else "differs", float(same))
    if words[0] != words[1] and any(word.startswith("orthogonal") for word in words):
        return InitialRow(name, *words, "differs", 0.0)
    return InitialRow(name, *words, *_tested(*(_sample(values) for values in finite)))


def _tested(torch: np.ndarray, tf: np.ndarray) -> tuple[str, float]:
    """The verdict of Kolmogorov's and Smirnov's test of two samples, and its p value."""
    from scipy.stats import ks_2samp  # slow to import

    p_value = float(ks_2samp(torch, tf).pvalue)
    if p_value < tolerances.INITIAL_SIGNIFICANCE:
        return "differs", p_value
    # Even two samples of which each value of one is below each of the other are so by chance once in this many.
    least = 2 / comb(len(torch) + len(tf), len(torch)) if len(torch) + len(tf) < 1000 else 0.0
    return ("too few to tell" if least >= tolerances.INITIAL_SIGNIFICANCE else "alike"), p_value


def describe(row: InitialRow) -> str:
    """The finding of a row in a sentence."""
    if row.verdict == "differs":
        return f"initialised differently: {row.tensor} is {row.torch} in torch, {row.tf} in tf"
    return f"initialised {'alike' if row.verdict == 'alike' else 'with too few values to tell'}: {row.tensor}"


def summarise(rows: list[InitialRow]) -> list[str]:
    """The tensors that differ, a sentence for those whose names end alike; one alone is described in full."""
    groups: dict[str, list[InitialRow]] = {}
    for row in rows:
        if row.verdict == "differs":
            groups.setdefault(row.tensor.rpartition(".")[2], []).append(row)
    return [describe(group[0]) if len(group) == 1 else _summary(ending, group) for ending, group in groups.items()]


def _summary(ending: str, group: list[InitialRow]) -> str:
    first = group[0]
    names = ", ".join(row.tensor for row in group[:3]) + (", ..." if len(group) > 3 else "")
    alike = {(row.torch, row.tf) for row in group} == {(first.torch, first.tf)}
    words = f"{first.torch} in torch, {first.tf} in tf"
    words = f"all {words}" if alike else f"{first.tensor} is {words}"
    return f"initialised differently: {len(group)} tensors called {ending} ({names}); {words}"


def _words(array: np.ndarray) -> str:
    """What an array's values look like, in a few words."""
    values = array[np.isfinite(array)].astype(np.float64)
    if values.size < array.size:
        return f"not finite in {array.size - values.size} of {array.size} places"
    if not values.size:
        return "empty"
    if _is_constant(values):
        return {0.0: "zeros", 1.0: "ones"}.get(float(values[0]), f"constant {values[0]:.4g}")
    if (gain := _orthogonal_gain(array)) is not None:
        return "orthogonal" if _close(gain, 1) else f"orthogonal, gain {gain:.4g}"
    return _distribution(_sample(values))


def _distribution(values: np.ndarray) -> str:
    mean, std = float(values.mean()), float(values.std())
    centred = abs(mean) <= 4 * std / np.sqrt(values.size)
    if centred and values.size >= tolerances.INITIAL_NAMED_FROM:
        bound = float(np.abs(values).max())
        # Of n uniform values the largest lies within some bound / n of the bound.
        fits = {
            f"uniform within ±{bound:.3g}": _fit("uniform", values, bound * (1 + 1 / values.size)),
            f"normal, std {std:.3g}": _fit("norm", values, std),
        }
        best = max(fits, key=fits.__getitem__)
        if fits[best] > tolerances.INITIAL_NAME_FITS:
            return best
    return f"std {std:.3g}, mean {0 if centred else mean:.3g}"


def _fit(name: str, values: np.ndarray, scale: float) -> float:
    from scipy.stats import kstest  # slow to import

    arguments = (-scale, 2 * scale) if name == "uniform" else (0, scale)
    return float(kstest(values, name, args=arguments, method="asymp").pvalue)


def _is_constant(values: np.ndarray) -> bool:
    return bool(values.size) and _close(values.min(), values.max())


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= tolerances.allowed(0, "float32") * max(abs(one), abs(other))


def _orthogonal_gain(array: np.ndarray) -> float | None:
    """The factor times which the rows of a matrix, or its columns where these are fewer, are orthonormal."""
    if array.ndim < 2 or array.size == 0:
        return None
    matrix = array.reshape(len(array), -1).astype(np.float64)
    matrix = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    if not 2 <= len(matrix) <= LARGEST_ORTHOGONAL:
        return None
    product = matrix @ matrix.T
    square = product.trace() / len(product)
    error = np.abs(product - square * np.eye(len(product))).max()
    return float(np.sqrt(square)) if error <= tolerances.allowed(0, "float32") * square else None


def _sample(values: np.ndarray) -> np.ndarray:
    """Values spread evenly over a large tensor."""
    flat = values.ravel()
    return flat[:: -(-flat.size // SAMPLES)] if flat.size > SAMPLES else flat
