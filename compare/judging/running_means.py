"""Recognises a loss that was recorded as its mean since the beginning, as Keras' logs show it: no step's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compare.judging.comparison import DIVERGED
from compare.judging.difference import relative_gap
from compare.judging.judgement import Judgement
from compare.traces.trace import TracePair

STEPS = 5  # that many means in a row are no chance, where the losses themselves are further apart
AGREE, APART = 1e-4, 1e-2  # more than rounding in a few steps of float32, less than losses differ from their means


def set_running_means_apart(judgement: Judgement, pair: TracePair) -> Judgement:
    """The judgement of recorded loops; what parts in the losses is called by its name where one side has their means.

    Means begin anew with each epoch: the first one shows it.
    """
    if judgement.verdict != DIVERGED:
        return judgement
    torch, tf = (trace.curves["loss"][:STEPS] for trace in pair)
    if len(torch) < STEPS or len(tf) < STEPS or relative_gap(torch, tf).max() < APART:
        return judgement
    for side, running, plain in (("tf", tf, torch), ("torch", torch, tf)):
        if relative_gap(running, np.cumsum(plain) / np.arange(1, STEPS + 1)).max() <= AGREE:
            said = (
                f"{side}'s losses are the means since the beginning of the epoch, as Keras' logs are, and the other "
                "side's are each step's own: record the loss of the batch (in Keras' fit by recorder.callback())"
            )
            return replace(judgement, findings=(said, *judgement.findings))
    return judgement
