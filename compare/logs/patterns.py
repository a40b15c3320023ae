"""Patterns of two curves that are apart and still similar: one constant, a factor, an offset, or the same trend.

Each rule returns its diagnosis, or None where the curves do not have its pattern.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compare.judging import tolerances
from compare.logs import similarity
from compare.logs.curve_pair import CurvePair
from compare.logs.loss_log import LossLog


@dataclass(frozen=True)
class Diagnosis:
    """How two curves differ: the pattern in a word or two, a sentence, and what to do next.

    `step` is where they part, as the left log numbers it; `factor` is right over left, where it is meaningful;
    `note` says how the logs were aligned, where that is not obvious.
    """

    pattern: str
    sentence: str
    advice: str
    step: int | None = None
    factor: float | None = None
    note: str = ""


def one_is_constant(curves: CurvePair) -> Diagnosis | None:
    """One curve moves by rounding only, the other falls."""
    for one, other in _both_ways(curves):
        rounding, other_rounding = (
            tolerances.FLOOR_ULPS * curves.ulp * np.abs(log.losses) + log.units for log in (one, other)
        )
        falls = other.losses[0] - other.losses[-1] > 4 * other_rounding.max()
        if falls and similarity.stays_within(one.losses, rounding):
            return _flat(curves, one, other, "does not move")
    return None


def one_does_not_learn(curves: CurvePair) -> Diagnosis | None:
    """One curve has no trend, the other falls."""
    for one, other in _both_ways(curves):
        if similarity.only_first_falls(other.losses, one.losses):
            return _flat(curves, one, other, "hardly decreases")
    return None


def _flat(curves: CurvePair, one: LossLog, other: LossLog, how: str) -> Diagnosis | None:
    name, learning = (curves.names[log is curves.right] for log in (one, other))
    apart = np.flatnonzero(curves.gap > curves.negligible)
    if not apart.size:
        return None
    step = int(curves.left.steps[apart[0]])
    sentence = (
        f"{name} {how} from {one.losses[0]:.6g} (last {one.losses[-1]:.6g}), while {learning} goes from "
        f"{other.losses[0]:.6g} to {other.losses[-1]:.6g}; the two part at {curves.left.counter} {step}"
    )
    advice = f"Look at the gradients and updates of {name} (no update applied, frozen layers, a learning rate of 0): "
    return Diagnosis("one is flat", sentence, advice + curves.recording(), step)


def _both_ways(curves: CurvePair) -> tuple[tuple[LossLog, LossLog], tuple[LossLog, LossLog]]:
    return (curves.left, curves.right), (curves.right, curves.left)


def constant_factor(curves: CurvePair) -> Diagnosis | None:
    """The right curve is the left one times a factor."""
    left, right = curves.left.losses, curves.right.losses
    factor = right[0] / left[0] if left[0] else 0.0
    if not curves.apart_at_start or not factor or not _predicts_right(curves, left * factor, abs(factor)):
        return None
    tolerance = max(tolerances.ENVELOPE_FACTOR * curves.floor[0], 1e-6)
    counted = max(abs(factor), 1 / abs(factor)) >= tolerances.COUNTED_FACTOR
    meaning = similarity.explain_factor(factor, tolerance, curves.batch_size) or (
        f"{'a sum over examples on one side and a mean on the other, ' if counted else ''}a mean over a different "
        "number of examples, classes, outputs or accumulated batches, or a weighted loss"
    )
    sentence = f"{curves.names[1]} is {factor:.6g} times {curves.names[0]} at every step: {meaning}"
    advice = "Compare the reductions of the two losses; the training itself agrees. To be certain of it: "
    step = int(curves.left.steps[0])
    return Diagnosis("constant factor", sentence, advice + curves.recording(), step, float(factor))


def constant_offset(curves: CurvePair) -> Diagnosis | None:
    """The right curve is the left one plus a constant."""
    left, right = curves.left.losses, curves.right.losses
    offset = right[0] - left[0]
    if not curves.apart_at_start or not _predicts_right(curves, left + offset, 1):
        return None
    sentence = (
        f"{curves.names[1]} is {abs(offset):.6g} {'above' if offset > 0 else 'below'} {curves.names[0]} at every step: "
        "a term that does not train (a regulariser of frozen weights, a constant of a likelihood), on one side only"
    )
    advice = "Print the terms of both losses; the training itself agrees. To be certain of it: "
    return Diagnosis("constant offset", sentence, advice + curves.recording(), int(curves.left.steps[0]))


def _predicts_right(curves: CurvePair, predicted: np.ndarray, factor: float) -> bool:
    """Whether the right curve equals `predicted` (n,), up to rounding.

    `factor` is what the left losses, and the units of their last digits, were multiplied by.
    """
    fit = replace(curves, left=replace(curves.left, losses=predicted, units=curves.left.units * factor))
    width = 4  # four printed numbers: two predict, two are compared
    moves = np.ptp(fit.right.losses) > 8 * (fit.floor * np.abs(fit.right.losses)).max()
    explains = np.median(curves.gap) >= tolerances.EXPLAINS * np.median(fit.floor)
    if len(fit.gap) < 3 or not moves or not explains:
        return False
    agree = fit.gap <= width * fit.floor
    if curves.digits_hide_jumps:  # where growth cannot be told from rounding, there must be none
        return bool(agree.all())
    return bool(agree[:3].all()) and fit.find_parting(fit.gap, width) is None


def noise_apart(curves: CurvePair) -> Diagnosis | None:
    """The curves have only their trend in common."""
    left, right = curves.left.losses, curves.right.losses
    if not (curves.gap[:2] > curves.negligible[:2]).any() or similarity.same_batches(left, right) is not False:
        return None
    if not similarity.same_level(left, right):
        return None
    sentence = (
        "the two have the same level and trend, but their ups and downs are unrelated from the start: different "
        "batches, a different order, or different initial weights; this hides any smaller difference"
    )
    advice = "Start both sides from the same weights, feed them the same batches in the same order, and log again; or "
    return Diagnosis("noise apart", sentence, advice + curves.recording(), int(curves.left.steps[0]))
