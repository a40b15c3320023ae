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
        names: Mapping[str, str],
        move: Callable[[Arrays, int], Arrays] = lambda state, step: state,
    ):
        """`names` maps what is compared, a weight of this model or an expression of them, to an expression of the
        trajectory's; a weight that is in no such pair stays this run's own.

        `move` nudges a state before a step begins with it.
        """
        self._trajectory, self._move = trajectory, move
        self._weights, self._buffers, self._names = weights, buffers, names
        self._step = -1
        self.apart: dict[Followed, array] = {}  # for each step a gap and a rounding, one after the other

    @property
    def steps(self) -> int:
        """How many steps can be followed."""
        return self._trajectory.steps

    def begin(self) -> None:
        """Begin the next step with the other run's state; after the last step, take the state behind it."""
        self._step += 1
        self._given = self._trajectory[self._step]
        moved = self._move(self._given, self._step)
        for name, parameter in {**self._weights, **self._buffers}.items():
            if (expression := self._names.get(name, name if name in moved else None)) is not None:
                parameter.assign(evaluate(expression, moved.__getitem__))
        self._begun = self._own(self._weights)

    def measure(self) -> None:
        """Measure the step just made."""
        arrived = self._trajectory[self._step + 1]
        weights, buffers = self._own(self._weights), self._own(self._buffers)
        for name, expression in self._names.items():
            given, theirs = (evaluate(expression, state.__getitem__) for state in (self._given, arrived))
            if terms(name)[0].name in weights or name in weights:
                update = _of(weights, name) - _of(self._begun, name)
                self._add("update", name, update_apart(update, theirs - given, given))
            else:
                self._add("buffer", name, Apart(relative(_of(buffers, name), theirs), 0.0))

    def _own(self, parameters: Mapping[str, Parameter]) -> Arrays:
        return {name: parameter.value() for name, parameter in parameters.items()}

    def _add(self, stage: str, name: str, apart: Apart) -> None:
        self.apart.setdefault((stage, name), array("d")).extend(apart)


def _of(values: Arrays, name: str) -> np.ndarray:
    return values[name] if name in values else evaluate(name, values.__getitem__)


def update_apart(own: np.ndarray, other: np.ndarray, weights: np.ndarray) -> Apart:
    """Two updates of the same weights."""
    largest = max(_largest(own), _largest(other))
    rounding = float(np.finfo(weights.dtype).eps) * _largest(weights) / largest if largest else 0.0
    return Apart(relative(own, other), rounding if np.isfinite(rounding) else 0.0)


def relative(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference over the largest magnitude in either; equal infinities agree, NaN with nothing."""
    if one.dtype.kind != "f":
        one, other = one.astype(np.float64), other.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = _largest(one - other)
    if not np.isfinite(apart):
        finite = np.isfinite(one) & np.isfinite(other)
        return relative(one[finite], other[finite]) if np.array_equal(one[~finite], other[~finite]) else np.inf
    return apart / max(_largest(one), _largest(other)) if apart else 0.0


def _largest(values: np.ndarray) -> float:
    """The largest magnitude; NaN where there is a NaN."""
    return max(float(values.max(initial=0)), -float(values.min(initial=0)))
