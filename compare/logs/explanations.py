"""Possible causes where two loss curves part: at the first loss, after the first update, or later."""

from __future__ import annotations

import numpy as np

from compare.judging import tolerances
from compare.logs import similarity
from compare.logs.curve_pair import CurvePair


def explain_first_loss(curves: CurvePair, factor: float | None) -> str:
    """The causes where curves are apart before the first update; `factor` is right over left."""
    sentence = (
        f"apart at the first loss, {curves.describe(0)}, before any update: different weights, data, loss or forward "
        "mode (dropout, batch statistics); this says nothing about the training itself"
    )
    hints = [_factor_hint(curves, factor), _term_hint(curves), _batches_hint(curves)]
    return "; ".join(filter(None, [sentence, *hints]))


def _factor_hint(curves: CurvePair, factor: float | None) -> str:
    tolerance = 4 * float(curves.floor[0])
    if not factor or not (meaning := similarity.explain_factor(factor, tolerance, curves.batch_size)):
        return ""
    return f"{curves.names[1]} begins at {factor:.6g} times {curves.names[0]}: {meaning}"


def _term_hint(curves: CurvePair) -> str:
    left, right = curves.left.losses, curves.right.losses
    apart = right - left
    if len(left) <= 2 or np.ptp(apart) >= tolerances.FLAT_PART * min(np.ptp(left), np.ptp(right)):
        return ""
    low, high = sorted((apart.min(), apart.max()), key=abs)
    return f"the difference hardly changes ({low:.4g} to {high:.4g}): a term, such as a regulariser, on one side"


def _batches_hint(curves: CurvePair) -> str:
    same = similarity.same_batches(curves.left.losses, curves.right.losses)
    return {
        None: "",
        True: "the ups and downs go together, so the batches are the same",
        False: "the ups and downs are unrelated: different batches, a different order, or very different weights",
    }[same]


def explain_first_update(curves: CurvePair, kind: str) -> str:
    """The causes where curves agree before the first update, and not after it."""
    slowly = "" if kind == "jump" else ", and steadily further with each step"
    sentence = (
        f"agreed at the first loss and apart after the first update, at {curves.describe(1)}{slowly}: "
        "the gradient, the optimizer or the learning rate"
    )
    same = similarity.same_batches(curves.left.losses, curves.right.losses)
    if same is False:
        sentence += "; the ups and downs are unrelated: the batches, or their order, may be different"
    elif same is None:
        sentence += "; or other batches from the second on"
    return sentence


def explain_later(curves: CurvePair, index: int, kind: str) -> str:
    """The causes where curves part later than at the first two steps."""
    if index == 0 and curves.left.counter == "epoch":
        return (
            f"apart at {curves.describe(0)}, the first that both logs have: the training, or one log has the mean over "
            "an epoch's steps and the other what was evaluated after it; or other batches"
        )
    if index == 0:
        means = np.diff(curves.left.steps)[:1] > 1
        possible = ", or one log has means of several steps" if means.any() else ""
        first = f"apart at {curves.describe(0)}, the first that both logs have"
        return f"{first}: what happened before is not in them{possible}"
    hidden = "; with so few digits, rounding in an unstable training can look the same" if curves.few_digits else ""
    if kind == "drift":
        return (
            f"the gap becomes visible at {curves.describe(index)} and grows steadily with the steps, which rounding "
            "does not: a small difference in every update (learning rate, weight decay, epsilon, precision of a "
            f"constant){hidden}"
        )
    sentence = (
        f"agreed within rounding until {curves.left.counter} {curves.left.steps[index - 1]}, then apart at once at "
        f"{curves.describe(index)}: a schedule, an epoch boundary, a last partial batch, or a switch to evaluation or "
        f"dropout{hidden}"
    )
    if curves.steps_per_epoch and curves.left.counter == "step":
        sentence += f"; {_in_epoch(int(curves.left.steps[index]) - curves.first_step, curves.steps_per_epoch)}"
    return sentence


def _in_epoch(step: int, steps_per_epoch: int) -> str:
    """The position in its epoch of a step, counted from 0: a loss shows the effect of the update before it."""
    epoch, within = divmod(step, steps_per_epoch)
    if within == 0:
        return f"this is the first step of epoch {epoch + 1}: an epoch's last update, or what happens between epochs"
    if within == 1 and epoch:
        return f"this is the step after the first update of epoch {epoch + 1}: what is reset at each epoch"
    if within == steps_per_epoch - 1:
        return f"this is the last step of epoch {epoch + 1}: a partial batch"
    return f"this is inside epoch {epoch + 1}, step {within} of {steps_per_epoch}, not at its beginning or end"
