"""The shapes of two curves that are apart and still alike: one flat, a constant between them, or a trend in common.

Each rule gives its reading, or None where the curves are not of its shape.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.logs import similarity
from compare.logs.curve_pair import CurvePair, Reading
from compare.logs.loss_log import Log


def one_is_still(curves: CurvePair) -> Reading | None:
    """One curve moves by rounding only, the other falls."""
    for one, other in _each_way(curves):
        moved = tolerances.FLOOR_ULPS * curves.ulp * np.abs(one.losses) + one.units
        moves = tolerances.FLOOR_ULPS * curves.ulp * np.abs(other.losses) + other.units
        if similarity.flat(one.losses, moved) and other.losses[0] - other.losses[-1] > 4 * moves.max():
            return _flat(curves, one, other, "does not move")
    return None


def one_does_not_learn(curves: CurvePair) -> Reading | None:
    """One curve has no trend, the other falls."""
    for one, other in _each_way(curves):
        if similarity.learns_alone(other.losses, one.losses):
            return _flat(curves, one, other, "does not come down, but for the noise of its batches,")
    return None


def _flat(curves: CurvePair, one: Log, other: Log, how: str) -> Reading | None:
    name, learning = (curves.names[log is curves.right] for log in (one, other))
    apart = np.flatnonzero(curves.gap > curves.quiet)
    if not apart.size:
        return None
    step = int(curves.left.steps[apart[0]])
    sentence = (
        f"{name} {how} from {one.losses[0]:.6g} (last {one.losses[-1]:.6g}), while {learning} goes from "
        f"{other.losses[0]:.6g} to {other.losses[-1]:.6g}; the two part at {curves.left.counter} {step}"
    )
    advice = "Look at that side's gradients and updates (no update applied, frozen layers, a learning rate of 0): "
    return Reading("one is flat", sentence, advice + curves.record(), step)


def _each_way(curves: CurvePair) -> tuple[tuple[Log, Log], tuple[Log, Log]]:
    return (curves.left, curves.right), (curves.right, curves.left)


def constant_factor(curves: CurvePair) -> Reading | None:
    """The right curve is the left one times a factor."""
    left, right = curves.left.losses, curves.right.losses
    if (
        not curves.apart_at_once
        or not left[0]
        or not (factor := right[0] / left[0])
        or not _fits(curves, left * factor, abs(factor))
    ):
        return None
    tolerance = max(tolerances.ENVELOPE_FACTOR * curves.floor[0], 1e-6)
    name = similarity.name_of_factor(factor, tolerance, curves.batch_size)
    sentence = f"{curves.names[1]} is {factor:.6g} times {curves.names[0]} at every step"
    meaning = (
        name or "a mean over another number of things (examples, classes, outputs, accumulated batches), or a weight"
    )
    advice = "Compare the reductions of the two losses; the training itself agrees. To be certain of it: "
    return Reading(
        "constant factor", f"{sentence}: {meaning}", advice + curves.record(), int(curves.left.steps[0]), float(factor)
    )


def constant_offset(curves: CurvePair) -> Reading | None:
    """The right curve is the left one and a constant."""
    left, right = curves.left.losses, curves.right.losses
    offset = right[0] - left[0]
    if not curves.apart_at_once or not _fits(curves, left + offset, 1):
        return None
    sentence = (
        f"{curves.names[1]} is {abs(offset):.6g} {'above' if offset > 0 else 'below'} {curves.names[0]} at every step: "
        "a term that does not train (a regulariser of frozen weights, a constant of a likelihood), on one side only"
    )
    advice = "Print the terms of both losses; the training itself agrees. To be certain of it: "
    return Reading("constant offset", sentence, advice + curves.record(), int(curves.left.steps[0]))


def _fits(curves: CurvePair, predicted: np.ndarray, factor: float) -> bool:
    """Whether the right curve is the one predicted from its first value, but for rounding.

    `factor` is what the left losses, and what their last digits stand for, were multiplied with.
    """
    fit = replace(curves, left=replace(curves.left, losses=predicted, units=curves.left.units * factor))
    width = 4  # two printed numbers predict, and two are held against it
    moves = np.ptp(fit.right.losses) > 8 * (fit.floor * np.abs(fit.right.losses)).max()
    if len(fit.gap) < 3 or not moves:
        return False
    return bool((fit.gap[:3] <= width * fit.floor[:3]).all()) and fit.parting_of(fit.gap, width) is None


def noise_apart(curves: CurvePair) -> Reading | None:
    """The curves share their trend and nothing else."""
    left, right = curves.left.losses, curves.right.losses
    if not (curves.gap[:2] > curves.quiet[:2]).any() or similarity.batches_alike(left, right) is not False:
        return None
    if not similarity.same_level(left, right):
        return None
    sentence = (
        "the two have the same level and trend, but their ups and downs are unrelated from the start: "
        "other batches, another order of them, or other initial weights; anything smaller is hidden by that"
    )
    advice = "Start both sides from the same weights, feed them the same batches in the same order, and log again; or "
    return Reading("noise apart", sentence, advice + curves.record(), int(curves.left.steps[0]))
