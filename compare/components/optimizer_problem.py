"""What optimizers and schedules are tried on: a smooth loss of two weights, in NumPy, the same gradients for both.

Notice that the gradients' sizes range from 1e-6 to 10: where epsilon is added decides about the small ones.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from compare.components.spec import Spec

STEPS = 50
RATE = 0.1  # what every schedule begins with
DRAWN = 1 << 17  # values of an initializer: a standard deviation that is 2% off shows
MOST_DRAWS = 300
NAMES = ("kernel", "bias")
TARGET = 0.3


def initial_weights() -> list[np.ndarray]:
    """A matrix and a vector, float64."""
    generator = np.random.default_rng(0)
    return [generator.normal(0, 1, (4, 3)), generator.normal(0, 1, 5)]


def gradients(weights: list[np.ndarray]) -> list[np.ndarray]:
    """Of sum(curvature * (sqrt(1 + distance^2) - 1)) + sin(sum(curvature * weight)) / 10, in float64 and cast back."""
    curvatures = [np.logspace(-6, 1, weight.size).reshape(weight.shape) for weight in weights]
    exact = [weight.astype(np.float64) for weight in weights]
    shared = np.cos(sum((curvature * weight).sum() for curvature, weight in zip(curvatures, exact, strict=True))) / 10
    distances = [weight - TARGET for weight in exact]
    slopes = [distance / np.sqrt(1 + distance**2) + shared for distance in distances]
    return [(c * s).astype(w.dtype) for c, s, w in zip(curvatures, slopes, weights, strict=True)]


def more_draws(first: np.ndarray, spec: Spec) -> int:
    """How often an initializer is called beyond its first draw."""
    return 0 if spec.exact else min(ceil(DRAWN / first.size), MOST_DRAWS) - 1
