"""A run that follows a trajectory: each step begins with the weights and buffers that another run had there.

Its optimizer keeps its own state. What one step did is measured against what it did there, and never adds up.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from compare.inputs.arrays import Arrays
from compare.inputs.expressions import evaluate, terms
from compare.traces.parameters import Parameter
from compare.traces.state import ModelState
from compare.traces.trajectory import Trajectory

Followed = tuple[str, str]  # "update" or "buffer", and the tensor


class Apart(NamedTuple):
    """How far one tensor is from the other run's after a step: the relative gap, and what one ulp of the weights makes
    of it, being the rounding of an update that is the difference of two rounded weights."""

    gap: float
    rounding: float


class Following:
    """Leads a model along a trajectory, and measures every step."""

    def __init__(
        self,
        trajectory: Trajectory,
        weights: Mapping[str, Parameter],
        buffers: Mapping[str, Parameter],
        loaded: Mapping[str, str],
        compared: Mapping[str, str],
        move: Callable[[Arrays, int], Arrays] = lambda state, step: state,
    ):
        """`loaded` maps weights and buffers of this model to expressions of the trajectory's; all others stay its own.

        `compared` maps them, or expressions of them, likewise. `move` casts or nudges a state before a step begins.
        """
        self._trajectory, self._move = trajectory, move
        self._loaded, self._compared = loaded, compared
        self._model = ModelState({**weights, **buffers})
        self._updated = {name for name in compared if name in weights or terms(name)[0].name in weights}
        self._step, self._arrived = -1, trajectory[0]
        self.apart: dict[Followed, array] = {}  # for each step a gap and a rounding, one after the other

    @property
    def steps(self) -> int:
        """How many steps can be followed."""
        return self._trajectory.steps

    def begin(self) -> None:
        """Begin the next step with the other run's state; after the last step, take the state behind it."""
        self._step, self._given = self._step + 1, self._arrived
        moved = self._move(self._given, self._step)
        self._begun = {name: evaluate(expression, moved.__getitem__) for name, expression in self._loaded.items()}
        self._model.assign(self._begun)

    def measure(self) -> None:
        """Measure the step just made."""
        self._arrived = self._trajectory[self._step + 1]
        own = self._model.values()
        for name, expression in self._compared.items():
            theirs = evaluate(expression, self._arrived.__getitem__)
            if name in self._updated:
                given = evaluate(expression, self._given.__getitem__)
                update = _of(own, name) - _of(self._begun, name)
                self._add("update", name, update_apart(update, theirs - given, given))
            else:
                self._add("buffer", name, Apart(relative(_of(own, name), theirs), 0.0))

    def _add(self, stage: str, name: str, apart: Apart) -> None:
        self.apart.setdefault((stage, name), array("d")).extend(apart)


def _of(values: Arrays, name: str) -> np.ndarray:
    return values[name] if name in values else evaluate(name, values.__getitem__)


def update_apart(own: np.ndarray, other: np.ndarray, weights: np.ndarray) -> Apart:
    """Two updates of the same weights."""
    largest = max(_largest(own), _largest(other))
    rounding = float(np.finfo(weights.dtype).eps) * _largest(weights) / largest if largest else 0.0
    return Apart(relative(own, other, largest), rounding if np.isfinite(rounding) else 0.0)


def relative(one: np.ndarray, other: np.ndarray, largest: float | None = None) -> float:
    """The largest difference over the largest magnitude in either; equal infinities agree, NaN with nothing.

    `largest` is that magnitude, where it is known.
    """
    if one.dtype.kind != "f":
        one, other = one.astype(np.float64), other.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = _largest(one - other)
    if not np.isfinite(apart):
        finite = np.isfinite(one) & np.isfinite(other)
        if finite.all():  # their difference alone is too large a number
            return relative(one / 2, other / 2)
        return relative(one[finite], other[finite]) if np.array_equal(one[~finite], other[~finite]) else np.inf
    if not apart:
        return 0.0
    return apart / (max(_largest(one), _largest(other)) if largest is None else largest)


def _largest(values: np.ndarray) -> float:
    """The largest magnitude; NaN where there is a NaN."""
    return max(float(values.max(initial=0)), -float(values.min(initial=0)))
