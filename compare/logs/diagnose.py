"""What two loss curves alone say: the pattern in which they differ, and what to record next.

Notice what they cannot show: a difference smaller than rounding, or than the last printed digit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.logs import similarity
from compare.logs.beyond import with_fall, with_held_out
from compare.logs.curve_pair import RECORDER, CurvePair
from compare.logs.explanations import (
    explain_few_digits,
    explain_first_line,
    explain_first_loss,
    explain_first_update,
    explain_later,
    explain_second_update,
)
from compare.logs.loss_log import LogError, LossLog
from compare.logs.patterns import (
    Diagnosis,
    constant_factor,
    constant_offset,
    noise_apart,
    one_does_not_learn,
    one_is_constant,
)
from compare.logs.readings import align

HIDDEN_AT_MOST = 8  # a momentum of 0.9 makes the second update not twice the first, and the loss not steeper by this
FLOAT32 = tolerances.ulp("float32")
CORRECT = ("equal", "growing like rounding")  # the patterns that a correct port shows


def diagnose(
    left: LossLog,
    right: LossLog,
    precision_ulp: float = FLOAT32,
    batch_size: int | None = None,
    steps_per_epoch: int | None = None,
    must_fall: bool = False,
) -> Diagnosis:
    """Compare two logs; batch size and steps per epoch make the sentence more precise.

    With `must_fall`, losses that agree and do not fall are "not decreasing". Raises LogError where no step is in both.
    """
    curves, note = _at_same_steps(left, right, precision_ulp, batch_size, steps_per_epoch)
    diagnosis = _diagnose(curves)
    if diagnosis.pattern == "equal" and left.held_out and right.held_out:
        try:
            held_out, _ = _at_same_steps(left.held_out, right.held_out, precision_ulp, batch_size, steps_per_epoch)
        except LogError:  # evaluated at other steps
            held_out = None
        if held_out and held_out.same_measure and np.isfinite(held_out.gap).all():
            diagnosis = with_held_out(curves, diagnosis, held_out)
    if must_fall and diagnosis.pattern in CORRECT:
        diagnosis = with_fall(curves, diagnosis)
    return replace(diagnosis, note=note)


def _at_same_steps(
    left: LossLog, right: LossLog, ulp: float, batch_size: int | None, steps_per_epoch: int | None
) -> tuple[CurvePair, str]:
    left, right, note, same_measure, condition = align(left, right, steps_per_epoch)
    return CurvePair(left, right, ulp, batch_size, steps_per_epoch, same_measure, condition), note


def _diagnose(curves: CurvePair) -> Diagnosis:
    diagnosis = next(diagnosis for rule in RULES if (diagnosis := rule(curves)))
    if diagnosis.pattern.startswith(("apart", "noise apart", "one is flat")):
        return replace(diagnosis, sentence=curves.condition + diagnosis.sentence)
    return diagnosis


def _not_finite(curves: CurvePair) -> Diagnosis | None:
    left, right = (~np.isfinite(log.losses) for log in (curves.left, curves.right))
    if not (left | right).any():
        return None
    index = int(np.argmax(left | right))
    where = "both sides are" if left[index] and right[index] else f"{curves.names[0 if left[index] else 1]} is"
    before = f"; before that the two are: {_diagnose(curves.before(index)).pattern}" if index else ""
    sentence = f"{where} not finite from {curves.describe(index)} on{before}"
    return Diagnosis("not finite", sentence, curves.how_to_record(index), int(curves.left.steps[index]))


def _measured_differently(curves: CurvePair) -> Diagnosis | None:
    """Apart, and no wonder: one log has what the other has not, or is far smoother from step to step."""
    smoother = similarity.far_smoother(curves.left.losses, curves.right.losses)
    likely_the_same = curves.same_measure or curves.condition
    if (curves.gap[:2] <= curves.negligible[:2]).all() or (likely_the_same and smoother is None):
        return None
    why = (
        "they count differently"
        if smoother is None
        else f"{curves.names[smoother]} is far smoother, as means of several steps or smoothed curves are"
    )
    index = int(np.argmax(curves.gap > curves.negligible))
    sentence = (
        f"the logs seem to measure different things ({why}), and no mean or running mean of one log's steps "
        f"gives the other, first at {curves.describe(index)}; so nothing can be said about the training"
    )
    advice = "Log the plain loss of every step on both sides, numbered alike, and compare again; or "
    step = int(curves.left.steps[index])
    return Diagnosis("measured differently", sentence, advice + curves.recording(), step)


def _apart(curves: CurvePair) -> Diagnosis | None:
    index, kind = (0, "jump") if curves.apart_at_start else curves.parting or (None, "")
    if index is None:
        return None
    step, advice = int(curves.left.steps[index]), curves.how_to_record(index)
    if index == 0 and step in (0, 1) and curves.left.counter == "step":
        factor = float(curves.right.losses[0] / curves.left.losses[0]) if curves.left.losses[0] else None
        return Diagnosis("apart at step 0", explain_first_loss(curves, factor), advice, step, factor)
    if index == 1 and curves.has_every_step:
        return Diagnosis("apart at step 1", explain_first_update(curves, kind), advice, step)
    few = curves.digits_hide_jumps and not curves.has_every_step and index < tolerances.LINES_AGREE
    sentence = explain_first_line(curves, index) if index == 0 or few else explain_later(curves, index, kind)
    if index == 2 and _first_update_agrees(curves):
        sentence = explain_second_update(curves)
    return Diagnosis(f"apart from {curves.left.counter} {step}", sentence, advice, step)


def _first_update_agrees(curves: CurvePair) -> bool:
    """Whether the second update is the first that differs: what few digits hide of the first cannot grow so at once."""
    if not curves.has_every_step or curves.gap[1] > curves.floor[1]:
        return False
    return not curves.few_digits or bool(curves.gap[2] > HIDDEN_AT_MOST * curves.floor[1])


def _unclear(curves: CurvePair) -> Diagnosis | None:
    """Apart at last, in digits so few that a bug's first jump, or its slow growth, is hidden as rounding is."""
    if not curves.digits_hide_jumps or (curves.gap <= curves.negligible).all():
        return None
    index = int(np.argmax(curves.gap > curves.negligible))
    sentence = explain_few_digits(curves, index)
    advice = 'Print the losses with more digits ("%.9g") on both sides, and compare again; or '
    return Diagnosis("unclear", sentence, advice + curves.recording(index), int(curves.left.steps[index]))


def _growing(curves: CurvePair) -> Diagnosis | None:
    if (curves.gap <= curves.negligible).all():
        return None
    index = int(np.argmax(curves.gap > curves.negligible))
    sentence = (
        f"the gap grows like amplified rounding: {curves.gap[0]:.1e} at first, beyond rounding itself from "
        f"{curves.describe(index)} on, {curves.gap.max():.1e} at most, and no jump; a correct float32 port does this, "
        "and so may a bug that starts as small"
    )
    advice = "Nothing points to a bug; to be certain, train both in float64, where rounding does not become visible: "
    step = int(curves.left.steps[index])
    return Diagnosis("growing like rounding", sentence, advice + curves.recording(), step)


def _equal(curves: CurvePair) -> Diagnosis:
    count = f"all {len(curves.gap)} {curves.left.counter}s" if len(curves.gap) > 1 else f"the one {curves.left.counter}"
    because = "rounding" if curves.printing_gap.max() < curves.floor.max() / 2 else "what the logs print"
    sentence = f"the two agree within {because} at {count} (largest relative gap {curves.gap.max():.1e})"
    if len(curves.gap) > 1 and not max(np.ptp(log.losses) for log in (curves.left, curves.right)):
        sentence += "; but neither changes, so this says nothing about the training"
    advice = "Loss curves do not show weights, buffers or evaluation mode: to compare these, "
    return Diagnosis("equal", sentence, advice + RECORDER.format(audits=""))


# The first one that applies decides.
RULES: tuple[Callable[[CurvePair], Diagnosis | None], ...] = (
    _not_finite,
    one_is_constant,
    constant_factor,
    constant_offset,
    one_does_not_learn,
    _measured_differently,
    noise_apart,
    _apart,
    _unclear,
    _growing,
    _equal,
)
