"""What may be the cause where two loss curves part: at first sight, at the first update, or later."""

from __future__ import annotations

import numpy as np

from compare.judging import tolerances
from compare.logs import similarity
from compare.logs.curve_pair import CurvePair


def at_first(curves: CurvePair, factor: float | None) -> str:
    """Of curves that are apart before anything was trained."""
    sentence = (
        f"apart at the first loss, {curves.at(0)}, before any update: other weights, data, loss or forward mode "
        "(dropout, batch statistics); nothing can be said of training"
    )
    return "; ".join([sentence, *_hints(curves, factor)])


def _hints(curves: CurvePair, factor: float | None) -> list[str]:
    left, right, hints = curves.left.losses, curves.right.losses, []
    tolerance = 4 * float(curves.floor[0])
    if factor and (name := similarity.name_of_factor(factor, tolerance, curves.batch_size)):
        hints.append(f"{curves.names[1]} begins at {factor:.6g} times {curves.names[0]}: {name}")
    apart = right - left
    if len(left) > 2 and np.ptp(apart) < tolerances.FLAT_PART * min(np.ptp(left), np.ptp(right)):
        low, high = sorted((apart.min(), apart.max()), key=abs)
        hints.append(
            f"the difference hardly changes ({low:.4g} to {high:.4g}): a term, such as a regulariser, on one side"
        )
    if (alike := similarity.batches_alike(left, right)) is not None:
        unrelated = "the ups and downs are unrelated: other batches, another order of them, or quite other weights"
        hints.append("the ups and downs go together, so the batches are the same ones" if alike else unrelated)
    return hints


def at_second(curves: CurvePair, how: str) -> str:
    """Of curves that agree before the first update, and not after it."""
    slowly = "" if how == "jump" else ", and steadily further with each step"
    sentence = (
        f"agreed at the first loss and apart after the first update, at {curves.at(1)}{slowly}: "
        "the gradient, the optimizer or the learning rate"
    )
    if similarity.batches_alike(curves.left.losses, curves.right.losses) is False:
        sentence += "; the ups and downs are unrelated: it may be other batches, or another order of them"
    return sentence


def later(curves: CurvePair, line: int, how: str) -> str:
    """Of curves that part at a line of the log that is not one of the first two steps."""
    if line == 0:
        return f"apart at {curves.at(0)}, the first that both logs have: what happened before is not in them"
    hidden = "; in a log of so few digits, a violent training can make rounding look so" if curves.few_digits else ""
    if how == "drift":
        return (
            f"the gap comes into sight at {curves.at(line)} and grows steadily with the steps, not as rounding does: a "
            f"small difference in every update (learning rate, weight decay, epsilon, precision of a constant){hidden}"
        )
    sentence = (
        f"agreed within rounding until {curves.left.counter} {curves.left.steps[line - 1]}, then apart at once at "
        f"{curves.at(line)}: a schedule, an epoch boundary, a last partial batch, or a switch to evaluation or dropout"
        f"{hidden}"
    )
    if curves.steps_per_epoch and curves.left.counter == "step":
        sentence += f"; {_in_epoch(int(curves.left.steps[line]) - curves.origin, curves.steps_per_epoch)}"
    return sentence


def _in_epoch(step: int, steps_per_epoch: int) -> str:
    """Where in its epoch a step, counted from 0, lies: a loss shows what the update before it did."""
    epoch, within = divmod(step, steps_per_epoch)
    if within == 0:
        return f"this is the first step of epoch {epoch + 1}: an epoch's last update, or what happens between epochs"
    if within == 1 and epoch:
        return f"this is the step after the first update of epoch {epoch + 1}: what is set anew with each epoch"
    if within == steps_per_epoch - 1:
        return f"this is the last step of epoch {epoch + 1}: a partial batch"
    return f"this is inside epoch {epoch + 1}, step {within} of {steps_per_epoch}: no boundary of one"
