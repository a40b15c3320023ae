"""The learning rates of a training as curves: at each step, the rate that its first update used.

Where a step had no update, or its rate cannot be known, the value is NaN.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np

from compare.traces.settings.values import attempt

LEARNING_RATE = "learning_rate"
BEYOND = "beyond the last step:"


class Rates(ABC):
    """Watches one optimizer at every step, also where nothing else is recorded: it must cost next to nothing."""

    def __init__(self) -> None:
        self._steps: list[Any] = []  # of each step, what the side needs to know for its rates; None without an update

    def end_step(self) -> bool:
        """Called after each step; returns True, which says that the rate could be read."""
        self._steps.append(self._used())
        return True

    def last(self) -> np.ndarray:
        """The rates of the last step, (groups); empty where a side has no need to know before the end."""
        return np.empty(0)

    @abstractmethod
    def _used(self) -> Any:
        """What was used by this step's first update; None where there was none."""

    @abstractmethod
    def values(self) -> np.ndarray:
        """The rates (steps, groups) of the optimizer, each in float64."""

    @abstractmethod
    def detach(self) -> None:
        """Leave nothing behind at the optimizer."""


class EveryRate:
    """The rates of all optimizers; one that cannot be read is left out, since this runs inside users' scripts."""

    def __init__(self, watch: Callable[[Any], Rates | None], optimizers: Mapping[Any, Any]):
        found = {name: attempt(partial(watch, optimizer), None) for name, optimizer in optimizers.items()}
        self._watched = {name: rates for name, rates in found.items() if rates is not None}

    def end_step(self) -> None:
        """Called after each step."""
        for name, rates in list(self._watched.items()):
            if not attempt(rates.end_step, False):
                self._watched.pop(name).detach()

    def last(self) -> list[np.ndarray]:
        """The rates of the last step, an array for each optimizer."""
        return [attempt(rates.last, np.empty(0)) for rates in self._watched.values()]

    def detach(self) -> None:
        """Leave nothing behind."""
        for rates in self._watched.values():
            rates.detach()

    def curves(self) -> dict[str, np.ndarray]:
        """Every known rate by the name of its curve."""
        values = {name: attempt(rates.values, np.empty((0, 0))) for name, rates in self._watched.items()}
        return named_curves({name: found for name, found in values.items() if not np.isnan(found).all()})


def named_curves(by_optimizer: Mapping[Any, np.ndarray]) -> dict[str, np.ndarray]:
    """Rates (steps, groups) by curve: "learning_rate", "learning_rate (critic)", "learning_rate (group 1)".

    The groups of an optimizer have one curve where they have one rate.
    """
    curves: dict[str, np.ndarray] = {}
    for optimizer, values in by_optimizer.items():
        groups = list(values.T)
        if all(np.array_equal(group, groups[0], equal_nan=True) for group in groups):
            groups = groups[:1]
        for number, group in enumerate(groups):
            behind = [str(optimizer)] if optimizer != "" else []
            curves[curve_name([*behind, f"group {number}"] if len(groups) > 1 else behind)] = group
    return curves


def curve_name(behind: Iterable[str]) -> str:
    """The name of a rate's curve, with what tells it from others."""
    told_by = ", ".join(behind)
    return f"{LEARNING_RATE} ({told_by})" if told_by else LEARNING_RATE


def beyond(curve: str) -> str:
    """The curve of the rates that would follow behind the last step."""
    return f"{BEYOND} {curve}"


def is_beyond(curve: str) -> bool:
    """Whether a curve is one of rates behind the last step."""
    return curve.startswith(f"{BEYOND} ")


def is_rate(curve: str) -> bool:
    """Whether a curve has this name."""
    return curve == LEARNING_RATE or curve.startswith(f"{LEARNING_RATE} (")
