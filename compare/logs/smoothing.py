"""One log's losses smoothed as the other's may be: Keras' means since an epoch's beginning, a chart's moving average.

Notice that a smoothed curve of the same training follows from the plain one exactly, whatever the noise of its batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import relative_gap
from compare.logs.loss_log import LossLog

Reading = tuple[LossLog, LossLog, str]  # both logs at the same steps, and a note where that is not obvious
WEIGHTS = np.concatenate([np.arange(1, 98) / 100, np.arange(980, 1000) / 1000])  # of what was before: as people set it

SUMS_IN_FLOAT32 = 4  # Keras adds up an epoch's losses in float32, which costs some more ulps than one loss has


def running(left: LossLog, right: LossLog, steps_per_epoch: int | None) -> Iterator[Reading]:
    """One log's means since the beginning of the epoch, as Keras shows them for each batch."""
    for plain, other, n in _both_ways(left, right):
        ends = plain.epoch_ends(steps_per_epoch)
        ends = other.epoch_ends(None) if ends is None else ends
        for starts in [_restarts(plain, other, n)] if ends is None else [ends[:-1]]:
            means, units = (_means_since(values[:n], starts[starts < n]) for values in (plain.losses, plain.units))
            first = slice(tolerances.LINES_THAT_TELL)
            allowed = SUMS_IN_FLOAT32 * _rounding(plain.at(slice(n)).at(first), other.at(slice(n)).at(first))
            if not (relative_gap(means[first], other.losses[:n][first]) <= allowed).all():
                continue  # in few digits, one or two agree by chance
            note = f"{other.path} has means since the beginning of each epoch, as Keras does: compared by these"
            yield _pair(left, plain, replace(plain.at(slice(n)), losses=means, units=units), other, note)


def smoothed(left: LossLog, right: LossLog) -> Iterator[Reading]:
    """One log's exponential moving average, as charts show it, where the other is that for some weight."""
    first = slice(tolerances.LINES_THAT_TELL)
    for plain, other, n in _both_ways(left, right):
        if n < first.stop or not np.isfinite(plain.losses[first]).all():
            continue
        allowed = _rounding(plain.at(first), other.at(first))
        if (relative_gap(plain.losses[first], other.losses[first]) <= allowed).all():
            continue
        for debiased in (True, False):
            curves = moving_averages(plain.losses[:n], WEIGHTS, debiased)
            gaps = relative_gap(curves[first], other.losses[first, None]).max(0)
            best = int(np.argmin(gaps))
            if gaps[best] <= allowed:
                note = f"{other.path} is smoothed, with a weight of {WEIGHTS[best]:g}: compared by that"
                yield _pair(left, plain, replace(plain.at(slice(n)), losses=curves[:, best]), other, note)


def moving_averages(losses: np.ndarray, weights: np.ndarray, debiased: bool) -> np.ndarray:
    """Curves (n, weights): begun at 0 and corrected for that, as TensorBoard does, or begun at the first loss."""
    last = np.zeros(len(weights)) if debiased else np.full(len(weights), losses[0])
    curves = np.empty((len(losses), len(weights)))
    with np.errstate(invalid="ignore"):  # what has exploded has no mean
        for step, loss in enumerate(losses):
            last = weights * last + (1 - weights) * loss
            curves[step] = last / (1 - weights ** (step + 1)) if debiased else last
    return curves


def _rounding(left: LossLog, right: LossLog) -> float:
    """The largest relative gap that rounding and printing open."""
    scale = np.abs(right.losses).min()
    printing = (left.units + right.units).max() / scale if scale else 0.0
    return float(tolerances.FLOOR_ULPS * tolerances.ulp("float32") + printing)


def _both_ways(left: LossLog, right: LossLog) -> Iterator[tuple[LossLog, LossLog, int]]:
    n = min(len(left.losses), len(right.losses))
    if left.has_every_step and right.has_every_step and n >= 2:
        yield left, right, n
        yield right, left, n


def _pair(left: LossLog, plain: LossLog, made: LossLog, other: LossLog, note: str) -> Reading:
    """What was made of the plain log beside the other, in the order of the logs, numbered as the left one."""
    other = other.at(slice(len(made.losses)))
    first, second = (made, other) if plain is left else (other, made)
    return first, replace(second, steps=first.steps), note


def _restarts(plain: LossLog, other: LossLog, n: int) -> np.ndarray:
    """Where running means begin anew, seen from the first time that they are a plain loss again."""
    means = _means_since(plain.losses[:n], np.array([0]))
    gaps = relative_gap(other.losses[:n], means), relative_gap(other.losses[:n], plain.losses[:n])
    anew = np.flatnonzero((gaps[1] < gaps[0] / 16) & (np.arange(n) > 1))
    return np.arange(0, n, anew[0]) if anew.size else np.array([0])


def _means_since(losses: np.ndarray, starts: np.ndarray) -> np.ndarray:
    parts = np.split(np.where(np.isfinite(losses), losses, np.nan), starts[1:])  # infinities do not add up
    return np.concatenate([np.cumsum(part) / np.arange(1, len(part) + 1) for part in parts])
