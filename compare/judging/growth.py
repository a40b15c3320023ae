"""How the gap of two curves grows: by amplified rounding, by a jump, or by a difference in every step.

Notice that rounding begins at the floor and multiplies, whatever the floor is; a bug begins where it likes.
"""

from __future__ import annotations

import numpy as np

from compare.judging import tolerances

Floor = np.ndarray | float  # the relative gap that rounding, or the printing of a log, opens at once


def growth_is_rounding(gap: np.ndarray, floor: float) -> bool:
    """Whether relative gaps (n,) grow as amplified rounding does, from a `floor` that is rounding's own.

    True too where they do not grow. Gaps that are not finite are never rounding.
    """
    return parting(gap, floor, tolerances.JUMP_FLOORS * floor, tolerances.ENVELOPE_FACTOR * floor) is None


def parting(gap: np.ndarray, floor: Floor, jump: float, quiet: Floor) -> tuple[int, str] | None:
    """Where a gap rises as rounding does not, and how: "jump" or "drift".

    None where rounding explains it, or where it is no more than `quiet`.
    `jump` is the least gap that a jump leads to.
    """
    if not np.isfinite(gap).all():
        return int(np.argmin(np.isfinite(gap))), "jump"
    if (gap <= quiet).all():
        return None
    if (step := _jump(gap, floor, jump)) is not None:
        return step, "jump"
    if (step := _drift(gap, floor, quiet)) is not None:
        return step, "drift"
    return None


def _jump(gap: np.ndarray, floor: Floor, least: float) -> int | None:
    """The first step that leaps out of what agreed, in one step or two."""
    floors = np.maximum(gap / floor, 1)
    before = np.concatenate([[1, 1], np.maximum.accumulate(floors)])[: len(gap)]  # two steps earlier
    agreed = before <= tolerances.AGREED_FLOORS
    leaps = np.flatnonzero(agreed & (gap >= least) & (floors >= tolerances.JUMP_FACTOR * before))
    if not leaps.size:
        return None
    step = int(leaps[0])
    earlier = step > 0 and floors[step - 1] > np.sqrt(tolerances.JUMP_FACTOR) * before[step]
    return step - 1 if earlier else step


def _drift(gap: np.ndarray, floor: Floor, quiet: Floor) -> int | None:
    """The first step in sight of a gap that grows with the number of steps, too slowly for amplification."""
    start = int(np.argmax(gap > floor))
    widest = np.maximum.accumulate(gap)
    end = int(np.argmax(widest > tolerances.SATURATED)) if widest[-1] > tolerances.SATURATED else len(gap) - 1
    if end < max(2 * start, start + 2) or widest[end] <= np.broadcast_to(quiet, gap.shape)[end]:
        return None
    power = np.log(widest[end] / widest[start]) / np.log(end / max(start, 1))  # in updates made
    hidden = (floor > np.asarray(quiet) / 2).all()  # by the printing of a log
    return start if power < (tolerances.DRIFT_POWER_PRINTED if hidden else tolerances.DRIFT_POWER) else None
