"""What is said beyond two equal curves: whether they fall, and whether the losses of held-out data agree too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.logs import similarity
from compare.logs.curve_pair import RECORDER, CurvePair
from compare.logs.patterns import Diagnosis


def with_fall(curves: CurvePair, diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis of curves that agree and must fall, which is another where they do not."""
    rounding = float(curves.negligible.max())
    falling = [similarity.falls(log.losses, rounding) for log in (curves.left, curves.right)]
    if False in falling:
        log = (curves.left, curves.right)[falling.index(False)]
        sentence = f"{diagnosis.sentence}; it does not fall: it begins at {log.losses[0]:.6g}, and the last is "
        advice = "Look at the gradients and updates (no update applied, frozen layers, a learning rate of 0): "
        return replace(
            diagnosis,
            pattern="not decreasing",
            sentence=f"{sentence}{log.losses[-1]:.6g}",
            advice=advice + RECORDER.format(audits=""),
        )
    if None in falling:
        return replace(diagnosis, sentence=f"{diagnosis.sentence}; too short to judge whether the loss falls")
    return diagnosis


def with_held_out(curves: CurvePair, diagnosis: Diagnosis, held_out: CurvePair) -> Diagnosis:
    """The diagnosis of training losses that are equal, and of held-out ones at the same steps."""
    names = " and ".join(dict.fromkeys((held_out.left.column, held_out.right.column)))
    if (held_out.gap <= held_out.negligible).all():
        advice = f"Loss curves do not show weights or buffers: to compare these, {RECORDER.format(audits='')}"
        return replace(
            diagnosis, sentence=f"{diagnosis.sentence}; the held-out losses agree too ({names})", advice=advice
        )
    # What rounding makes of weights shows in these losses too: what is no larger says nothing.
    apart = held_out.gap > tolerances.EXPLAINS * np.maximum(held_out.floor, np.median(curves.negligible))
    if not apart.any():
        return diagnosis
    index = int(np.argmax(apart))
    sentence = (
        f"the losses of the training agree, and those of held-out data ({names}) are apart at "
        f"{held_out.describe(index)}, {held_out.gap.max():.1%} at most: another forward mode in evaluation (dropout, "
        "batch statistics), other held-out data, or a loss that is averaged otherwise over it"
    )
    advice = f"Evaluate both on the same data, in evaluation mode; to compare it, {RECORDER.format(audits='')}"
    return replace(
        diagnosis, pattern="held-out apart", sentence=sentence, advice=advice, step=int(held_out.left.steps[index])
    )
