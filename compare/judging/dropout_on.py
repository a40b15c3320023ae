"""Dropout that was on while two loops were recorded: they cannot have the same masks, which is no divergence.

A recorder does not change what it records, so that nothing can be switched off here: it is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compare.judging.comparison import DIVERGED, ERROR
from compare.judging.judgement import Judgement
from compare.judging.settings.notes import RATES
from compare.judging.stages import StageRow
from compare.traces.calls import without_call
from compare.traces.pairing import Pairing
from compare.traces.step import Step
from compare.traces.trace import Trace, TracePair

NOISE = "self.stddev"
COMPUTED = ("forward", "loss")


def set_dropout_apart(judgement: Judgement, pair: TracePair, pairing: Pairing) -> Judgement:
    """The judgement of two recorded loops; an error where what parts comes of dropout. `pair` has its own names."""
    first = judgement.first_divergence
    if judgement.verdict != DIVERGED or first is None or first.stage not in COMPUTED:
        return judgement
    own = {shared: tf for tf, shared in pairing.outputs.items()}
    on = [
        f"{trace.header.side} {path} ({rate:g})"
        for trace, tensor in ((pair.torch, first.tensor), (pair.tf, own.get(first.tensor, "")))
        for path, rate in _on(trace, first, tensor).items()
    ]
    if not on or _have_same_masks(pair, pairing, first.step):
        return judgement
    said = (
        f"dropout is on ({', '.join(on)}): two loops cannot have the same masks, so nothing behind them can be "
        "compared. Record both with these rates at 0"
    )
    return replace(judgement, verdict=ERROR, findings=(said, *judgement.findings[1:]), first_divergence=None)


def _have_same_masks(pair: TracePair, pairing: Pairing, step: Step) -> bool:
    """Whether every dropout drops the same on both sides, as with one framework and one seed."""
    both = [
        (pair.torch.get((step, "forward", torch)), pair.tf.get((step, "forward", tf)))
        for tf, torch in pairing.outputs.items()
        if "Dropout" in pair.torch.header.kinds.get(without_call(torch), "")
    ]
    known = [(left == 0, right == 0) for left, right in both if left is not None and right is not None]
    return bool(known) and all(np.array_equal(left, right) for left, right in known)


def _on(trace: Trace, first: StageRow, tensor: str) -> Mapping[str, float]:
    """The layers that drop up to the output of one in its step, or up to the loss, with their rates."""
    outputs = [name for step, stage, name in trace.keys if (step, stage) == (first.step, "forward")]
    until = outputs.index(tensor) + 1 if first.stage == "forward" and tensor in outputs else len(outputs)
    before = {without_call(name) for name in outputs[:until]}
    rates = {
        each.subject: float(each.value)
        for each in trace.header.settings
        if each.setting in (*RATES, NOISE) and isinstance(each.value, (int, float)) and each.value > 0
    }
    return {path: rate for path, rate in rates.items() if path in before and _drops(trace, first.step, path, rate)}


def _drops(trace: Trace, step: Step, path: str, rate: float) -> bool:
    """Whether a layer is on: in evaluation mode a dropout leaves its input as it is, without zeros of its own."""
    output = trace.get((step, "forward", path))
    is_dropout = "Dropout" in trace.header.kinds.get(path, "") and "Alpha" not in trace.header.kinds[path]
    return output is None or not is_dropout or bool(np.mean(output == 0) >= rate / 2)
