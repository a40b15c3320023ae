"""The first step whose update used different learning rates on the two sides."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from compare.judging import tolerances
from compare.traces.rates import beyond, is_rate
from compare.traces.trace import TracePair

# A rate is a setting, and may be held in float32: a smaller difference is rounding. A schedule computes a late rate
# from the first or the largest one, and rounds as that is rounded.
SAME_RATE = float(tolerances.allowed_where_leak_enters(0.0))


class RatesApart(NamedTuple):
    """Where the rates part: the curve, its values there, and by how many steps tf's is ahead (0: it is not that)."""

    step: int
    curve: str
    torch: float
    tf: float
    ahead: int

    def __str__(self) -> str:
        shifted = {1: ": tf's schedule is one step early", -1: ": tf's schedule is one step late"}.get(self.ahead, "")
        values = f"torch {self.torch:.10g}, tf {self.tf:.10g}"
        return f"the {self.curve.replace('_', ' ')} differs from step {self.step} on ({values}){shifted}"


def rates_apart(pair: TracePair, same: float = SAME_RATE) -> RatesApart | None:
    """The first step at which a rate differs; None where none does. What one side does not know is not compared."""
    found = []
    for curve in filter(is_rate, pair.torch.curves):
        sides = [trace.curves.get(curve, np.empty(0)) for trace in pair]
        steps = min(map(len, sides))
        torch, tf = (values[:steps] for values in sides)
        differs = _differs(torch, tf, same)
        if differs.any():
            step = int(np.argmax(differs))
            shows = step + 1 < steps  # whether the one comes to what the other had
            early = shows and not _differs(torch[1:], tf[:-1], same).any()
            late = shows and not _differs(torch[:-1], tf[1:], same).any()
            found.append(RatesApart(step, curve, float(torch[step]), float(tf[step]), int(early) - int(late)))
    return min(found, default=None)


def rates_beyond_apart(pair: TracePair) -> str | None:
    """Where the rates would part behind the last step, in words; None where they would not, or it is not known."""
    steps = pair.torch.steps
    for curve in filter(is_rate, pair.torch.curves):
        whole = [np.append(trace.curves.get(curve, ()), trace.curves.get(beyond(curve), ())) for trace in pair]
        count = min(map(len, whole))
        torch, tf = (values[:count] for values in whole)
        differs = _differs(torch, tf, SAME_RATE)
        if differs.any():
            at = int(np.argmax(differs))
            apart = RatesApart(at, curve, float(torch[at]), float(tf[at]), 0)
            return f"beyond the {steps} steps that were trained {apart}: compare the schedules"
    return None


def _differs(torch: np.ndarray, tf: np.ndarray, same: float) -> np.ndarray:
    known = np.isfinite(torch) & np.isfinite(tf)
    largest = np.maximum.accumulate(np.where(known, np.maximum(np.abs(torch), np.abs(tf)), 0.0))
    return known & (np.abs(torch - tf) > same * largest)
