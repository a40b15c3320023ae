"""What two logs may mean by their numbers: other beginnings, means of several steps, running means, epochs.

Notice that the values decide: a reading counts where the logs agree by it from their beginning, and not by another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import relative_gap
from compare.logs.loss_log import LossLog
from compare.logs.parse import LogError
from compare.logs.smoothing import Reading, running, smoothed
from compare.logs.steps import LINE

AGREEING = 3  # lines from the beginning: fewer agree by chance
MATCH_ULPS = 64  # float32 ulps: sums over an epoch in float32
SUPPOSED = "if a line of {} is the mean of its epoch's steps, as Keras' is, the trainings differ: "


class Aligned(NamedTuple):
    """Both logs at the same steps, how they were read, and whether that is certain, or they measure different things.

    `condition` is what the reading supposes, where the logs neither prove it nor speak against it.
    """

    left: LossLog
    right: LossLog
    note: str
    same_measure: bool
    condition: str = ""


def align(left: LossLog, right: LossLog, steps_per_epoch: int | None = None) -> Aligned:
    """Raises LogError where the logs have no step in common."""
    plain = [*_as_numbered(left, right)]
    others = [*_renumbered(left, right), *_means(left, right, steps_per_epoch)]
    others += [*running(left, right, steps_per_epoch), *smoothed(left, right)]
    others = [each for each in others if _shows_what_is_not_finite(each, left, right)]
    best = max(plain + others, key=_agreeing, default=None)  # the first of equals
    if best is None or (not plain and _agreeing(best) < AGREEING and _far(left, right)):
        spans = " and ".join(f"{log.path} has {log.steps[0]} to {log.steps[-1]}" for log in (left, right))
        counted = "" if left.counter == right.counter else f" ({left.counter}s and {right.counter}s)"
        raise LogError(f"no {left.counter} is in both logs: {spans}{counted}; log the same steps on both sides")
    few = min(AGREEING, len(left.losses), len(right.losses))
    if plain and _agreeing(best) < few:
        best = next((reading for reading in plain if reading is best), plain[0])
    enough = few if LINE in (left.counter, right.counter) else 1  # of lines, one may be the same by chance
    if _agreeing(best) >= enough or _like(left, right):
        return Aligned(*best, same_measure=True)
    means = _epoch_means(left, right, steps_per_epoch)
    return Aligned(*(means or best), same_measure=False, condition=SUPPOSED.format(means[1].path) if means else "")


def _shows_what_is_not_finite(reading: Reading, left: LossLog, right: LossLog) -> bool:
    """Whether a reading leaves out no loss that exploded: what is left may agree."""
    pairs = (left, reading[0]), (right, reading[1])
    return not any(np.isfinite(read.losses).all() and not np.isfinite(log.losses).all() for log, read in pairs)


def _agreeing(reading: Reading) -> int:
    """How many lines agree from the beginning on, but for rounding and printing."""
    left, right, _ = reading
    scale = np.maximum(np.abs(left.losses), np.abs(right.losses))
    printing = (left.units + right.units) / np.where((scale > 0) & np.isfinite(scale), scale, 1)
    agree = relative_gap(left.losses, right.losses) <= MATCH_ULPS * tolerances.ulp("float32") + printing
    return len(agree) if agree.all() else int(np.argmin(agree))


def _far(left: LossLog, right: LossLog) -> bool:
    """Whether the same counter begins so differently that only equal losses could tell how they go together."""
    return left.counter == right.counter and abs(int(left.steps[0] - right.steps[0])) > 1


def _like(left: LossLog, right: LossLog) -> bool:
    """Whether two logs count the same, in the same spacing: nothing speaks for different measurements."""
    if LINE in (left.counter, right.counter):
        return left.counter == right.counter and len(left.steps) == len(right.steps)
    spacings = [np.median(np.diff(log.steps)) if len(log.steps) > 1 else 1 for log in (left, right)]
    return left.counter == right.counter and spacings[0] == spacings[1]


def _as_numbered(left: LossLog, right: LossLog) -> Iterator[Reading]:
    """At the steps that both have; line by line where these are numbered one apart throughout."""
    shift = right.steps[0] - left.steps[0]
    if abs(shift) == 1 and np.array_equal(left.steps + shift, right.steps):
        note = f"{left.path} begins at {left.counter} {left.steps[0]} and {right.path} at {right.steps[0]}"
        yield left, right, f"{note}: numbered one apart, so they are compared line by line"
        return
    if left.counter != right.counter and len(left.losses) != len(right.losses):
        return
    common, at_left, at_right = np.intersect1d(left.steps, right.steps, return_indices=True)
    if not common.size:
        return
    notes = []
    if not len(common) == len(left.steps) == len(right.steps):
        lengths = f"{len(left.steps)} and {len(right.steps)}"
        notes.append(f"compared at {_the(len(common), left.counter)} that both have, of {lengths}")
        if {left.steps[0], right.steps[0]} == {0, 1}:
            notes.append("one begins at 0 and the other at 1: if they are numbered one apart, renumber one")
    if left.counter != right.counter:
        notes.append(
            f"{left.path} counts {left.counter}s and {right.path} {right.counter}s: log the same on both sides"
        )
    yield left.at(at_left), right.at(at_right), "; ".join(notes)


def _the(count: int, counter: str) -> str:
    return f"the one {counter}" if count == 1 else f"the {count} {counter}s"


def _renumbered(left: LossLog, right: LossLog) -> Iterator[Reading]:
    """With the right log's steps moved, or line by line."""
    first = int(right.steps[0] - left.steps[0])
    for shift in dict.fromkeys((1, -1, first)):
        common, at_left, at_right = np.intersect1d(left.steps, right.steps - shift, return_indices=True)
        many = abs(shift) == 1 or common.size >= AGREEING
        if shift and common.size and left.counter == right.counter and many:
            note = (
                f"{left.counter} {common[0]} of {left.path} is {left.counter} {common[0] + shift} of {right.path}: "
                f"compared at {_the(len(common), left.counter)} that both have, of {len(left.steps)} and "
                f"{len(right.steps)}"
            )
            yield left.at(at_left), replace(right.at(at_right), steps=common), note
    if len(left.steps) == len(right.steps) and not np.array_equal(np.diff(left.steps), np.diff(right.steps)):
        note = f"{left.path} and {right.path} number their lines differently, so they are compared line by line"
        yield left, replace(right, steps=left.steps, counter=left.counter), note


def _means(left: LossLog, right: LossLog, steps_per_epoch: int | None) -> Iterator[Reading]:
    """One log's means over the steps between the lines of the other, or its last step there."""
    for fine, coarse in ((left, right), (right, left)):
        if not fine.has_every_step or len(coarse.losses) >= len(fine.losses):
            continue
        for ends, what in _windows(fine, coarse, steps_per_epoch):
            count = min(len(ends) - 1, len(coarse.losses))
            for kind, summary in (("mean", _mean(fine, ends[: count + 1])), ("last", fine.at(ends[1 : count + 1] - 1))):
                steps = coarse.steps[:count]
                summary = replace(summary, steps=steps, counter=coarse.counter)
                note = (
                    f"{fine.path} is compared by the {kind} of its steps in {what}, of which {coarse.path} has one line"
                )
                pair = (summary, coarse.at(slice(count)))
                yield (*(pair if fine is left else pair[::-1]), note)


def _windows(fine: LossLog, coarse: LossLog, steps_per_epoch: int | None) -> Iterator[tuple[np.ndarray, str]]:
    """Where windows of the fine log begin and end, for each line of the coarse one."""
    n = len(fine.losses)
    if coarse.counter == "epoch" and (ends := fine.epoch_ends(steps_per_epoch)) is not None:
        yield ends, "each epoch"
        return
    if coarse.counter != "step":
        if n % len(coarse.losses) == 0:
            each = n // len(coarse.losses)
            yield np.arange(0, n + 1, each), f"each {coarse.counter}, taken to be {each} steps"
        return
    spacing = np.diff(coarse.steps)
    if len(spacing) and (spacing == spacing[0]).all() and 1 < spacing[0] <= n:
        each = int(spacing[0])
        yield np.arange(0, n + 1, each), f"each {each}"


def _epoch_means(left: LossLog, right: LossLog, steps_per_epoch: int | None) -> Reading | None:
    """One log's means of epochs, of which the other has lines; None where these could be means by other weights.

    A last batch with fewer examples weighs less in a mean over examples: this lies between those with and without it.
    """
    for fine, coarse in ((left, right), (right, left)):
        if not fine.has_every_step or coarse.counter != "epoch" or len(coarse.losses) >= len(fine.losses):
            continue
        for ends, _ in _windows(fine, coarse, steps_per_epoch):
            count = min(len(ends) - 1, len(coarse.losses))
            ends = ends[: count + 1]
            whole, last = _mean(fine, ends), fine.losses[ends[1:] - 1]
            without = whole.losses + (whole.losses - last) / np.maximum(np.diff(ends) - 1, 1)
            low, high = np.sort([whole.losses, without], axis=0)
            units = whole.units + coarse.units[:count]
            losses = coarse.losses[:count]
            if ((losses < low - units) | (losses > high + units)).any():
                return next(_means(left, right, steps_per_epoch))
    return None


def _mean(log: LossLog, ends: np.ndarray) -> LossLog:
    sizes = np.diff(ends)
    means = [np.add.reduceat(values[: ends[-1]], ends[:-1]) / sizes for values in (log.losses, log.units)]
    return LossLog(log.path, log.steps[ends[1:] - 1], means[0], means[1])
