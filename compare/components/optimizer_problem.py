"""The minimisation problem for optimizers: a smooth loss of two weights, whose gradients NumPy computes for both sides.

Notice that the gradients range from 1e-6 to 10: the small ones show where epsilon is added.
"""

from __future__ import annotations

import numpy as np

STEPS = 50
RATE = 0.1  # the initial rate of every schedule
NAMES = ("kernel", "bias")
TARGET = 0.3


def initial_weights() -> list[np.ndarray]:
    """A matrix and a vector, float64."""
    generator = np.random.default_rng(0)
    return [generator.normal(0, 1, (4, 3)), generator.normal(0, 1, 5)]


def gradients(weights: list[np.ndarray]) -> list[np.ndarray]:
    """The gradients of sum(c * (sqrt(1 + (w - 0.3)^2) - 1)) + sin(sum(c * w)) / 10, in the dtypes of the weights w.

    The curvatures c range from 1e-6 to 10 in each array; all is computed in float64.
    """
    curvatures = [np.logspace(-6, 1, weight.size).reshape(weight.shape) for weight in weights]
    exact = [weight.astype(np.float64) for weight in weights]
    shared = np.cos(sum((curvature * weight).sum() for curvature, weight in zip(curvatures, exact, strict=True))) / 10
    distances = [weight - TARGET for weight in exact]
    slopes = [distance / np.sqrt(1 + distance**2) + shared for distance in distances]
    return [(c * s).astype(w.dtype) for c, s, w in zip(curvatures, slopes, weights, strict=True)]
