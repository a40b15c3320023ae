"""Possible causes where two loss curves part, the likeliest first: at the first loss, the first updates, or later.

Notice that curves show neither weights nor batches: a cause is said to be so only where nothing else does the same.
"""

from __future__ import annotations

import numpy as np

from compare.judging import tolerances
from compare.logs import similarity
from compare.logs.curve_pair import CurvePair

WEIGHTS, BATCHES = "different initial weights", "different batches or another order of the examples"
FORWARD = "another forward mode (dropout, batch statistics)"
LOSS = "another loss (label smoothing, weights of classes)"
RATE, DECAY, MOMENTUM = "the learning rate", "weight decay", "momentum"
SUM = "a sum over examples, classes or outputs on one side and a mean on the other"
# How far the means of an epoch, or of ten steps, are apart in the first line, of trainings whose causes are known: by a
# weight decay of 1e-2 less than the first (9 in 10), by a rate or a momentum up to the second, by other weights beyond
# it (8 in 10), by dropout beyond the third (9 in 10). What adds up with the updates grows from there by the last.
UPDATES_SHOW, WEIGHTS_SHOW, FORWARD_SHOWS, GROWS = 0.003, 0.03, 0.05, 4
FEW_DIGITS = "; with so few digits, rounding in an unstable training can look the same"


def explain_first_loss(curves: CurvePair, factor: float | None) -> str:
    """The causes where curves are apart before the first update; `factor` is right over left."""
    where = f"apart at the first loss, {curves.describe(0)}, before any update{curves.unless}"
    same = similarity.same_batches(curves.left.losses, curves.right.losses)
    together = "; the ups and downs go together, so the batches are the same" if same else ""
    if causes := _factor(curves, factor) or _term(curves):
        return f"{where}: {causes}{together}; this says nothing about the training itself"
    causes = _of_first_loss(curves, same, factor)
    return f"{where}: {causes}{together}; or different data; this says nothing about the training itself"


def _of_first_loss(curves: CurvePair, same: bool | None, factor: float | None) -> str:
    """What may part a loss before any update, the likeliest first; `same` is whether the batches are."""
    left, right = curves.left.losses, curves.right.losses
    if factor and max(factor, 1 / factor) >= tolerances.COUNTED_FACTOR:
        return f"{SUM}, {WEIGHTS}, or {LOSS}"
    if same is False:
        return f"{BATCHES}, or {WEIGHTS}, since the ups and downs are unrelated; or {LOSS}"
    if same is None and similarity.same_level(left, right):
        return f"{BATCHES}, {WEIGHTS}, or {FORWARD}"
    signs = np.sign(similarity.trend_apart(left, right))
    stays = not similarity.closes(left, right) and len(signs) == 4 and abs(signs.sum()) == 4
    first, second, third = (FORWARD, LOSS, WEIGHTS) if stays else (WEIGHTS, FORWARD, LOSS)
    return f"{first}, {second}, or {third}" + ("" if same else "; or other batches")


def _factor(curves: CurvePair, factor: float | None) -> str:
    tolerance = 2 * curves.first_factor_tolerance
    if factor and (meaning := similarity.explain_factor(factor, tolerance, curves.batch_size)):
        return f"{curves.names[1]} begins at {factor:.6g} times {curves.names[0]}: {meaning}"
    if counted := similarity.counted_factor(curves.left.losses, curves.right.losses):
        return (
            f"{curves.names[1]} is about {counted:.3g} times {curves.names[0]} throughout: a sum over examples, "
            "classes or outputs on one side, a mean on the other"
        )
    return ""


def _term(curves: CurvePair) -> str:
    left, right = curves.left.losses, curves.right.losses
    if not similarity.moves_as_a_term(left, right, curves.has_every_step):
        return ""
    low, high = sorted(right - left, key=abs)[:: len(left) - 1]
    return f"the difference hardly changes ({low:.4g} to {high:.4g}): a term, such as a regulariser, on one side"


def explain_first_update(curves: CurvePair, kind: str) -> str:
    """The causes where curves agree before the first update, and not after it."""
    slowly = "" if kind == "jump" else ", and steadily further with each step"
    printed = ", in the digits printed," if curves.digits_hide_jumps else ""
    sentence = (
        f"agreed at the first loss{printed} and apart after the first update, at {curves.describe(1)}"
        f"{slowly}{curves.unless}: "
    )
    same = similarity.same_batches(curves.left.losses, curves.right.losses)
    if same is False:  # and yet the first batch was the same: or a large difference moves the loss as batches do
        return f"{sentence}{RATE}, other batches from the second on, or the gradient"
    others = "" if same else "; or other batches from the second on"
    if kind == "drift" and curves.digits_hide_jumps:
        others += "; or a regulariser on one side, at first too small for the digits printed"
    return f"{sentence}{_of_updates(curves)}{others}"


def _of_updates(curves: CurvePair) -> str:
    """What is different in every update, the likeliest first: a rate is made up for, another minimum is not."""
    closes = similarity.closes(curves.left.losses, curves.right.losses)
    first, second = (RATE, DECAY) if closes else (DECAY, RATE) if _ends_at_the_widest(curves) else (RATE, DECAY)
    return f"{first}, {second}, another setting of the optimizer (epsilon, momentum), or the gradient"


def _ends_at_the_widest(curves: CurvePair) -> bool:
    apart = np.abs(similarity.trend_apart(curves.left.losses, curves.right.losses))
    return bool(np.argmax(apart) == len(apart) - 1)


def explain_second_update(curves: CurvePair) -> str:
    """The causes where the first update agrees and the second does not."""
    return (
        f"agreed until after the first update and apart after the second, at {curves.describe(2)}{curves.unless}: what "
        "an optimizer carries from step to step (momentum, Adam's betas and bias correction); with Adam, whose first "
        "update knows only the signs of the gradient, also weight decay or a scaled gradient; or a schedule "
        "that counts steps, or other batches from the third on"
    )


def explain_first_line(curves: CurvePair, index: int = 0) -> str:
    """The causes where curves are apart at the first line that both have, which comes after some updates.

    Or at another, `index`, where the few digits of those before agree.
    """
    which = "after few that agree in the digits printed" if index else "the first that both logs have"
    where = f"apart at {curves.describe(index)}, {which}"
    if causes := _factor(curves, None):
        return f"{where}: {causes}"
    left, right = curves.left.losses, curves.right.losses
    apart = similarity.trend_apart(left, right)
    course = f"{abs(apart[0]):.1%} apart on average in the first quarter, {abs(apart[-1]):.1%} in the last"
    likely = _likely_of_lines(curves, abs(float(apart[-1])))
    return (
        f"{where} ({course}): {likely[0]}, {likely[1]}, {likely[2]}, or what is averaged in a line; what happened "
        "before is not in them"
    )


def _likely_of_lines(curves: CurvePair, last: float) -> tuple[str, str, str]:
    """The likeliest causes of lines that are apart from the first on, and by the relative `last` at the end."""
    left, right, first = curves.left.losses, curves.right.losses, float(curves.gap[0])
    if similarity.many_times_apart(left, right):
        return SUM, RATE, LOSS
    if similarity.moves_as_a_term(left, right, curves.has_every_step):
        return "a regulariser that one log leaves out", RATE, DECAY
    far, steady = last > tolerances.FAR_APART, similarity.steadily_apart(left, right)
    if similarity.closes(left, right) and (steady or first > WEIGHTS_SHOW):
        return (WEIGHTS, RATE, BATCHES) if first >= curves.gap.max() / 2 else (RATE, WEIGHTS, MOMENTUM)
    if first < UPDATES_SHOW:
        return (DECAY, RATE, BATCHES) if steady else (DECAY, BATCHES, RATE)
    if not (steady or far):
        return (WEIGHTS, BATCHES, RATE) if first > WEIGHTS_SHOW else (BATCHES, RATE, WEIGHTS)
    if first > FORWARD_SHOWS:
        return (FORWARD, LOSS, RATE) if far and last > first else (WEIGHTS, RATE, MOMENTUM)
    if last > GROWS * first and far:  # a decay most of all: at last it is as large as the gradient
        return (DECAY, LOSS, MOMENTUM) if last > GROWS**2 * first else (LOSS, MOMENTUM, RATE)
    if last > GROWS * first:
        return "epsilon or another setting of the optimizer", LOSS, DECAY
    return RATE, MOMENTUM, LOSS


def explain_few_digits(curves: CurvePair, index: int) -> str:
    """The causes where curves are apart at last, in digits so few that a difference may be older than it looks."""
    updates = f"a difference in every update ({RATE}, {DECAY}, epsilon)"
    later = "one from some step on (a schedule, an epoch's last batch)"
    soon = curves.gap[index : index + max(index // 4, 2) + 1].max()
    first, second = (later, updates) if soon > tolerances.SUDDEN * curves.floor[index] else (updates, later)
    return (
        f"agreed in the digits printed until {curves.describe(index)}, and {curves.gap.max():.1e} apart at most: in "
        f"so few digits {first}, {second}, one in the loss (a regulariser) and amplified rounding look the same"
    )


def explain_later(curves: CurvePair, index: int, kind: str) -> str:
    """The causes where curves part later than at the first two steps."""
    hidden = FEW_DIGITS if curves.few_digits else ""
    if kind == "drift":
        loss, term = (" or in the loss", "; a regulariser") if curves.digits_hide_jumps else ("", "")
        return (
            f"the gap becomes visible at {curves.describe(index)} and grows with the steps as rounding does "
            f"not: a small difference in every update{loss} ({RATE}, {DECAY}, epsilon, precision of a "
            f"constant{term}){hidden}"
        )
    if index == 1 and curves.left.counter != "epoch":  # of a log that leaves steps out
        return f"agreed at {curves.left.counter} {curves.left.steps[0]} and apart at {curves.describe(1)}: " + (
            f"{_of_updates(curves)}; or other batches, or a schedule that counts steps{hidden}"
        )
    within = "in the digits printed" if curves.digits_hide_jumps else "within rounding"
    sentence = (
        f"agreed {within} until {curves.left.counter} {curves.left.steps[index - 1]}, then apart at once at "
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
