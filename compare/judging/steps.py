"""Every step judged by itself: a run that follows torch's trajectory, against torch and torch's nudged followers.

Notice that nothing adds up from step to step: the allowance of a step is what nudges open in that very step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from compare.judging import tolerances
from compare.judging.curves import Curve, first_beyond
from compare.judging.metrics import precision_of_metric
from compare.traces.trace import EVALUATION, Trace, TracePair

METRIC, EVALUATED = "metric", "evaluation"
ORDER = ("loss", METRIC, "update", "buffer", EVALUATED)  # in which the differences of one step are named
NONE = np.empty(0)
OF_ROUNDING = -1.0  # the share of what rounding moves as a whole, below that of anything else

Allow = Callable[[Curve, str], Curve]  # a gap that nudges opened, a precision -> the gap that rounding explains


@dataclass(frozen=True)
class Series:
    """One quantity over the steps: its gap to torch's, and what rounding explains; `stage` is one of ORDER."""

    stage: str
    tensor: str
    steps: np.ndarray  # their numbers
    gap: Curve
    allowed: Curve
    torch: Curve | None = None  # the values of a curve; a tensor has none here
    tf: Curve | None = None

    @property
    def first(self) -> int | None:
        """The first step that rounding does not explain."""
        beyond = first_beyond(self.gap, self.allowed)
        return None if beyond is None else int(self.steps[beyond])

    @property
    def in_both(self) -> int:
        """How many of its steps both sides have."""
        curves = [curve for curve in (self.torch, self.tf) if curve is not None]
        return min(map(len, (self.gap, *curves)))


class Place(NamedTuple):
    """One quantity at one step."""

    step: int
    series: Series

    @property
    def _place(self) -> int:
        return int(np.flatnonzero(self.series.steps == self.step)[0])

    @property
    def gap(self) -> float:
        return float(self.series.gap[self._place])

    @property
    def allowed(self) -> float:
        return float(self.series.allowed[self._place])

    @property
    def values(self) -> list[float | None]:
        """What torch and tf have there; None where a side has nothing, an empty list for a tensor."""
        curves = [curve for curve in (self.series.torch, self.series.tf) if curve is not None]
        return [float(curve[self._place]) if self._place < len(curve) else None for curve in curves]


def series_of(torch: Trace, tf: Trace, nudged: Sequence[Trace], precision: str, allow: Allow) -> list[Series]:
    """What is judged at every step; `tf` and `nudged` are runs that follow `torch`."""
    names = [("loss", "loss"), *((METRIC, name) for name in TracePair(torch, tf).metrics)]
    every = np.arange(tf.steps)
    found = [_curve(*name, every, torch, tf, nudged, precision, allow) for name in names]
    when, what = EVALUATION
    if len(evaluated := torch.curves.get(when, tf.curves.get(when, NONE))):
        steps = evaluated[evaluated < tf.steps].astype(int)
        found.append(_curve(EVALUATED, what, steps, torch, tf, nudged, precision, allow))
    return found + [_tensor(key, every, tf, nudged, precision, allow) for key in tf.apart]


def first_parting(series: Iterable[Series]) -> Place | None:
    """The first step at which one of them is beyond, and of those the first in the order of causes."""
    partings = [Place(each.first, each) for each in series if each.first is not None]
    return min(partings, key=lambda parting: (parting.step, ORDER.index(parting.series.stage)), default=None)


def closest(series: Iterable[Series]) -> Place | None:
    """What both sides have that came closest to its allowance, or is the furthest beyond; None where nothing is.

    Without what is nothing but rounding, of which any gap is allowed: it says nothing of how close the sides are.
    """
    shares = [(_shares(each)[: each.in_both], each) for each in series if each.in_both]
    share, widest = max(shares, key=lambda pair: pair[0].max(), default=(NONE, None))
    if widest is None or share.max() == OF_ROUNDING:
        return None
    return Place(int(widest.steps[share.argmax()]), widest)


def _shares(series: Series) -> Curve:
    """The gap of each step as a part of its allowance; OF_ROUNDING where that is the whole of a tensor."""
    alone = (series.allowed >= tolerances.ALL_OF_IT) & (series.gap <= series.allowed)
    return np.where(alone, OF_ROUNDING, series.gap / series.allowed)


def update_nearest(series: Iterable[Series]) -> list[Place]:
    """At each step, the update that came closest to its allowance."""
    updates = [each for each in series if each.stage == "update"]
    if not updates:
        return []
    shares = np.array(list(map(_shares, updates)))
    nearest = zip(updates[0].steps, shares.argmax(axis=0), strict=True)
    return [Place(int(step), updates[which]) for step, which in nearest]


def smallest_update_seen(series: Iterable[Series]) -> float:
    """The smallest relative difference of the updates that would have been seen, in most of the weights."""
    least = [each.allowed.min() for each in series if each.stage == "update" and len(each.allowed)]
    return float(np.median(least)) if least else 0.0


def _curve(
    stage: str,
    name: str,
    steps: np.ndarray,
    torch: Trace,
    tf: Trace,
    nudged: Sequence[Trace],
    precision: str,
    allow: Allow,
) -> Series:
    ours, theirs = (trace.curves.get(name, NONE) for trace in (torch, tf))
    precision = precision_of_metric(ours, theirs, precision) if stage == METRIC else precision
    gap = apart(ours, theirs, len(steps))
    opened = [(twin.header.ulps, apart(ours, twin.curves.get(name, NONE), len(steps))) for twin in nudged]
    return Series(stage, name, steps, gap, _allowed(opened, gap, precision, allow), ours, theirs)


def _tensor(
    key: tuple[str, str], steps: np.ndarray, tf: Trace, nudged: Sequence[Trace], precision: str, allow: Allow
) -> Series:
    """One weight's updates, or one buffer."""
    gap, rounding = tf.apart[key].T
    twins = [(twin.header.ulps, twin.apart[key]) for twin in nudged if key in twin.apart]
    opened = [(ulps, _around(each, rounding)) for ulps, each in twins]
    return Series(*key, steps, gap, _allowed([(1, rounding), *opened], gap, precision, allow))


def _around(twin: np.ndarray, rounding: Curve) -> Curve:
    """What a nudge opened in each step or in the steps beside it, in terms of what an ulp makes of the step.

    One nudge is one sample, which by chance may open little in a step; and an update that passes zero is no more exact
    for being small. An update that is 0 but for rounding moves as a whole: that is little where tf's is more.
    """
    count = min(len(twin), len(rounding))
    (gap, ulps), rounding = twin[:count].T, rounding[:count]
    known = (ulps > 0) & np.isfinite(gap)
    ulps = np.where(known, ulps, 1)
    in_ulps = np.where(known, gap / ulps, 0)
    padded = np.pad(in_ulps, tolerances.STEPS_AROUND)
    widest = sliding_window_view(padded, 2 * tolerances.STEPS_AROUND + 1).max(axis=1)
    of_tf = np.where(known & (gap > tolerances.MOVED_AS_A_WHOLE), np.minimum(rounding / ulps, 1), 1)
    return np.maximum(gap * of_tf, widest * rounding)


def _allowed(opened: Sequence[tuple[int, Curve]], gap: Curve, precision: str, allow: Allow) -> Curve:
    """The allowance of each step; where a nudged run ends, or is not finite, it measures nothing."""
    padded = [(ulps, _padded(np.where(np.isfinite(each), each, 0.0), len(gap))) for ulps, each in opened]
    widest = tolerances.opened_by(padded, precision)
    return allow(np.broadcast_to(widest, gap.shape), precision)


def _padded(curve: Curve, count: int) -> Curve:
    padded = np.zeros(count)
    padded[: len(curve)] = curve[:count]
    return padded


def apart(ours: Curve, theirs: Curve, count: int) -> Curve:
    """The gap of two curves at the first `count` points, relative to the greater of the two and the curve's median.

    A loss that crosses zero is no less exact there. Infinite where a value is missing or NaN; equal infinities agree.
    """
    padded = np.full((2, count), np.nan)
    for row, curve in zip(padded, (ours, theirs), strict=True):
        row[: len(curve)] = curve[:count]
    with np.errstate(invalid="ignore", over="ignore"):
        scale = np.maximum(np.abs(padded).max(axis=0), usual_size(ours))
        gap = np.abs(padded[0] - padded[1]) / np.where(scale > 0, scale, 1)
    return np.where(padded[0] == padded[1], 0.0, np.where(np.isfinite(gap), gap, np.inf))


def usual_size(curve: Curve) -> float:
    """The median magnitude of a curve's finite values; 0 where there are none."""
    finite = curve[np.isfinite(curve)]
    return float(np.median(np.abs(finite))) if len(finite) else 0.0
