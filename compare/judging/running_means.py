"""Recognises a loss that was recorded as its mean since the beginning, as Keras' logs show it: no step's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.judging.comparison import DIVERGED
from compare.judging.difference import relative_gap
from compare.judging.judgement import Judgement
from compare.traces.trace import TracePair


def set_running_means_apart(judgement: Judgement, pair: TracePair) -> Judgement:
    """The judgement of recorded loops; what parts in the losses is called by its name where one side has their means.

    Means begin anew with each epoch: the first one shows it.
    """
    if judgement.verdict != DIVERGED:
        return judgement
    steps = tolerances.MEANS_IN_A_ROW
    torch, tf = (trace.curves["loss"][:steps] for trace in pair)
    if min(len(torch), len(tf)) < steps or relative_gap(torch, tf).max() < tolerances.MEANS_APART:
        return judgement
    for side, running, plain in (("tf", tf, torch), ("torch", torch, tf)):
        if relative_gap(running, np.cumsum(plain) / np.arange(1, steps + 1)).max() <= tolerances.MEANS_AGREE:
            said = (
                f"{side}'s losses are the means since the beginning of the epoch, as Keras' logs are, and the other "
                "side's are each step's own: record the loss of the batch (in Keras' fit by recorder.callback())"
            )
            return replace(judgement, findings=(said, *judgement.findings))
    return judgement
