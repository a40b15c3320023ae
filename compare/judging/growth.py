"""How the gap of two curves grows: by amplified rounding, by a jump, or by a difference in every step.

Notice that rounding begins at its floor and multiplies from there; a bug begins at any size.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from compare.judging import tolerances

Width = np.ndarray | float  # a relative gap, for each step or for all of them


class Parting(NamedTuple):
    """Where two curves part, as an index into them, and how: "jump" or "drift"."""

    at: int
    kind: str


def growth_parting(gap: np.ndarray, floor: float) -> Parting | None:
    """Where relative gaps (n,) grow as amplified rounding does not, from a `floor` that rounding alone opens."""
    return find_parting(gap, floor, tolerances.JUMP_FLOORS * floor, tolerances.ENVELOPE_FACTOR * floor)


def find_parting(gap: np.ndarray, floor: Width, smallest_jump: float, negligible: Width) -> Parting | None:
    """Where relative gaps (n,) rise as rounding does not; None if rounding explains them, or all are negligible.

    `floor` is the gap that rounding, or the digits of a printed log, open at once.
    """
    if not np.isfinite(gap).all():
        return Parting(int(np.argmin(np.isfinite(gap))), "jump")
    if (gap <= negligible).all():
        return None
    if (index := _find_jump(gap, floor, smallest_jump)) is not None:
        return Parting(index, "jump")
    if (index := _find_drift(gap, floor, negligible)) is not None:
        return Parting(index, "drift")
    return None


def _find_jump(gap: np.ndarray, floor: Width, smallest: float) -> int | None:
    """The first step at which a gap that agreed jumps, within one or two steps."""
    floors = np.maximum(gap / floor, 1)
    before = np.concatenate([[1, 1], np.maximum.accumulate(floors)])[: len(gap)]  # two steps earlier
    agreed = before <= tolerances.AGREED_FLOORS
    leaps = np.flatnonzero(agreed & (gap >= smallest) & (floors >= tolerances.JUMP_FACTOR * before))
    if not leaps.size:
        return None
    step = int(leaps[0])
    began_earlier = step > 0 and floors[step - 1] > np.sqrt(tolerances.JUMP_FACTOR) * before[step]
    return step - 1 if began_earlier else step


def _find_drift(gap: np.ndarray, floor: Width, negligible: Width) -> int | None:
    """The first visible step of a gap that grows with the number of steps, too slowly for amplification."""
    start = int(np.argmax(gap > floor))
    widest = np.maximum.accumulate(gap)
    end = int(np.argmax(widest > tolerances.SATURATED)) if widest[-1] > tolerances.SATURATED else len(gap) - 1
    if end < max(2 * start, start + 2) or widest[end] <= np.broadcast_to(negligible, gap.shape)[end]:
        return None
    power = np.log(widest[end] / widest[start]) / np.log(end / max(start, 1))  # in updates made
    printing_hides_rounding = (floor > np.asarray(negligible) / 2).all()
    slow = tolerances.DRIFT_POWER_PRINTED if printing_hides_rounding else tolerances.DRIFT_POWER
    return start if power < slow else None
