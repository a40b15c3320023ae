"""What two loss curves say, with nothing else known: in which shape they are apart, and what to record next.

Notice what curves cannot say: a difference smaller than what rounding, or the printing of a log, does to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.judging.growth import growth_is_rounding
from compare.logs.curve_pair import CurvePair, Reading
from compare.logs.explanations import at_first, at_second, later
from compare.logs.loss_log import Log, pair
from compare.logs.patterns import constant_factor, constant_offset, noise_apart, one_does_not_learn, one_is_still

__all__ = ["Reading", "growth_is_rounding", "read_curves"]

FLOAT32 = tolerances.ulp("float32")


def read_curves(
    left: Log,
    right: Log,
    precision_ulp: float = FLOAT32,
    batch_size: int | None = None,
    steps_per_epoch: int | None = None,
) -> Reading:
    """Judge two logs. Raises LogError where they have no step in common."""
    left, right, note = pair(left, right)
    return replace(_read(CurvePair(left, right, precision_ulp, batch_size, steps_per_epoch)), note=note)


def _read(curves: CurvePair) -> Reading:
    return next(reading for rule in RULES if (reading := rule(curves)))


def _not_finite(curves: CurvePair) -> Reading | None:
    bad = [~np.isfinite(log.losses) for log in (curves.left, curves.right)]
    if not (bad[0] | bad[1]).any():
        return None
    line = int(np.argmax(bad[0] | bad[1]))
    where = "both sides are" if bad[0][line] and bad[1][line] else f"{curves.names[0 if bad[0][line] else 1]} is"
    before = f"; before that the two are: {_read(curves.until(line)).shape}" if line else ""
    sentence = f"{where} not finite from {curves.at(line)} on{before}"
    return Reading("not finite", sentence, curves.record(line), int(curves.left.steps[line]))


def _apart(curves: CurvePair) -> Reading | None:
    line, how = (0, "jump") if curves.apart_at_once else curves.parting or (None, "")
    if line is None:
        return None
    step = int(curves.left.steps[line])
    if line == 0 and step in (0, 1) and curves.left.counter == "step":
        factor = float(curves.right.losses[0] / curves.left.losses[0]) if curves.left.losses[0] else None
        return Reading("apart at step 0", at_first(curves, factor), curves.record(), step, factor)
    if line == 1 and curves.every_step:
        return Reading("apart at step 1", at_second(curves, how), curves.record(1), step)
    shape = f"apart from {curves.left.counter} {step}"
    return Reading(shape, later(curves, line, how), curves.record(line), step)


def _growing(curves: CurvePair) -> Reading | None:
    if (curves.gap <= curves.quiet).all():
        return None
    line = int(np.argmax(curves.gap > curves.quiet))
    digits = "; the logs print so few digits that a small jump would look the same"
    sentence = (
        f"the gap grows like amplified rounding: {curves.gap[0]:.1e} at first, beyond rounding itself from "
        f"{curves.at(line)} on, {curves.gap.max():.1e} at most, and no jump; a correct float32 port does this, and so "
        f"may a bug that starts as small{digits if curves.few_digits else ''}"
    )
    advice = "Nothing points to a bug; to be certain, train both in float64, where rounding does not grow into sight: "
    return Reading("growing like rounding", sentence, advice + curves.record(), int(curves.left.steps[line]))


def _equal(curves: CurvePair) -> Reading:
    count = f"all {len(curves.gap)} {curves.left.counter}s" if len(curves.gap) > 1 else f"the one {curves.left.counter}"
    because = "rounding" if curves.printed.max() < curves.floor.max() / 2 else "what the logs print"
    sentence = f"the two agree within {because} at {count} (largest relative gap {curves.gap.max():.1e})"
    moves = [np.ptp(log.losses) for log in (curves.left, curves.right)]
    if len(curves.gap) > 1 and not max(moves):
        sentence += "; but neither moves, which says nothing of training"
    advice = "Curves do not show weights, buffers or evaluation mode: to compare these, "
    return Reading("equal", sentence, advice + curves.record())


RULES: tuple[Callable[[CurvePair], Reading | None], ...] = (
    _not_finite,
    one_is_still,
    constant_factor,
    constant_offset,
    one_does_not_learn,
    noise_apart,
    _apart,
    _growing,
    _equal,
)
