"""Two loss curves: how far apart they are at each step, and what rounding explains."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from compare.judging.difference import relative_gap
from compare.traces.trace import Trace

Curve = np.ndarray  # one value per step


def curve_gap(torch: Curve, tf: Curve) -> Curve:
    """The relative gap at each step; infinite from where one curve ends before the other."""
    steps, shared = max(len(torch), len(tf)), min(len(torch), len(tf))
    gap = np.full(steps, np.inf)
    gap[:shared] = relative_gap(torch[:shared], tf[:shared])
    return gap


def nudge_gap(name: str, pairs: Iterable[tuple[Trace, Trace]], steps: int) -> Curve:
    """The running maximum of the gaps that nudges opened in one curve; one pair (plain, nudged) per side."""
    widest = np.zeros(steps)
    for plain, nudged in pairs:
        if name not in plain.curves or name not in nudged.curves:
            continue
        gap = curve_gap(plain.curves[name], nudged.curves[name])[:steps]
        # Where a nudged run ends in NaN, its gap does not measure rounding.
        widest[: len(gap)] = np.maximum(widest[: len(gap)], np.where(np.isfinite(gap), gap, 0))
    return np.maximum.accumulate(widest)


def first_beyond(gap: Curve, envelope: Curve) -> int | None:
    """The first step whose gap is out of its envelope."""
    beyond = np.flatnonzero(~(gap <= envelope))
    return int(beyond[0]) if beyond.size else None


def epoch_means(curve: Curve, examples: Curve, steps_per_epoch: int) -> list[float]:
    """The mean of each epoch, weighted by examples; the last epoch may be cut short."""
    return [
        float(np.average(curve[start : start + steps_per_epoch], weights=examples[start : start + steps_per_epoch]))
        for start in range(0, len(curve), steps_per_epoch)
    ]
