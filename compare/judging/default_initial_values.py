"""Whether initial values are those that each framework gives of itself: not a difference that the user wrote.

PyTorch takes a uniform distribution within 1 / sqrt(fan_in) for weights and biases, Keras Glorot's and zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod, sqrt

import numpy as np

from compare.judging import tolerances
from compare.judging.distributions import every_nth, is_constant

EMBEDDING = 0.05  # the limit of Keras' uniform distribution for embeddings


def by_default(name: str, torch: Mapping[str, np.ndarray], tf: Mapping[str, np.ndarray], orthogonal: bool) -> bool:
    """Whether a tensor has the frameworks' defaults on both sides; `orthogonal` says whether Keras' is."""
    return _of_torch(name, torch) and _of_keras(name, np.asarray(tf[name]), orthogonal)


def _of_torch(name: str, tensors: Mapping[str, np.ndarray]) -> bool:
    values = np.asarray(tensors[name])
    normal = values.ndim == 2 and name.endswith("weight") and _fits(values, "norm", (0, 1))  # an embedding
    first, *more = name.split(" + ")  # Keras has one bias for the sum of PyTorch's two
    fits = _is_sum_of_two if more else _is_uniform
    return normal or any(fits(values, limit) for limit in _limits_of_torch(first, values, tensors))


def _limits_of_torch(name: str, values: np.ndarray, tensors: Mapping[str, np.ndarray]) -> Iterator[float]:
    layer, _, role = name.rpartition(".")
    inside = [tensors[each] for each in tensors if each.rpartition(".")[0] == layer]
    if "_ih" in role or "_hh" in role:  # recurrent: by the number of units
        yield from (1 / sqrt(each.shape[1]) for each in inside if each.ndim == 2 and _is_recurrent(each))
    elif "in_proj" in role:  # attention: Glorot's, for the three matrices together
        yield sqrt(6 / (4 * values.shape[-1]))
    else:
        weights = [values] if values.ndim > 1 else [each for each in inside if each.ndim > 1]
        yield from (1 / sqrt(prod(each.shape[1:])) for each in weights if each.size)


def _is_recurrent(weight: np.ndarray) -> bool:
    return weight.shape[0] in (weight.shape[1], 3 * weight.shape[1], 4 * weight.shape[1])


def _of_keras(name: str, values: np.ndarray, orthogonal: bool) -> bool:
    if orthogonal:
        return "_hh" in name
    if values.ndim < 2:
        return not values.any() or ("bias_ih" in name and _forgets(values))
    return bool(values.size) and any(_is_uniform(values, limit) for limit in (_limit_of_keras(values.shape), EMBEDDING))


def _forgets(bias: np.ndarray) -> bool:
    """Whether it is an LSTM's bias, 1 for the gate that forgets."""
    return bias.size % 4 == 0 and np.array_equal(bias, np.repeat([0, 1, 0, 0], bias.size // 4))


def _limit_of_keras(shape: tuple[int, ...]) -> float:
    rows, columns, *window = shape
    return sqrt(6 / ((rows + columns) * prod(window)))


def _is_uniform(values: np.ndarray, limit: float) -> bool:
    """Whether values are a sample of the uniform distribution from -limit to limit."""
    return _is_within(values, limit) and _fits(values, "uniform", (-limit, 2 * limit))


def _is_sum_of_two(values: np.ndarray, limit: float) -> bool:
    """Whether values are a sample of the sum of two such distributions."""
    from scipy.stats import triang  # slow to import

    return _is_within(values, 2 * limit) and _fits(values, triang(0.5, -2 * limit, 4 * limit).cdf, ())


def _is_within(values: np.ndarray, limit: float) -> bool:
    return bool(np.abs(values).max(initial=0) <= limit * (1 + tolerances.allowed(0, "float32")))


def _fits(values: np.ndarray, distribution: str | Callable, arguments: tuple) -> bool:
    from scipy.stats import kstest  # slow to import

    sample = every_nth(np.asarray(values, np.float64))
    if not sample.size or not np.isfinite(sample).all() or (sample.size > 1 and is_constant(sample)):
        return False
    return float(kstest(sample, distribution, args=arguments).pvalue) > tolerances.INITIAL_SIGNIFICANCE
