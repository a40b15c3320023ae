"""Two free runs, of which only the traces are left: rounding adds up from step to step, and so does what is allowed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from compare.judging import tolerances
from compare.judging.comparison import Comparison
from compare.judging.curves import curve_gap, nudge_gap
from compare.judging.harmless import settled
from compare.judging.metrics import precision_of_metric
from compare.judging.stage_rows import allowed_for_loss, stage_rows
from compare.judging.steps import EVALUATED, METRIC, NONE, Series
from compare.traces.step import END
from compare.traces.trace import EVALUATION, Trace, TracePair


def compare_free(precision: str, pair: TracePair, nudged: TracePair | None) -> Comparison:
    """Compare the sides; what is allowed is measured by the nudged runs, and grows with the steps."""
    nudges = pair.nudges(nudged)
    gap = curve_gap(pair.torch.curves["loss"], pair.tf.curves["loss"])
    envelope = allowed_for_loss(tolerances.allowed(nudge_gap("loss", nudges, len(gap)), precision), pair)
    series = (
        Series("loss", "loss", np.arange(len(gap)), gap, envelope, *_values(pair, "loss")),
        *_metrics(pair, nudges, envelope),
        *_evaluation(pair, nudges, precision),
    )
    rows = settled(stage_rows(*pair, nudges, precision), pair)
    if pair.torch.steps != pair.tf.steps:  # their ends are not the same step
        rows = [row for row in rows if row.step is not END]
    return Comparison(precision, pair, gap, envelope, rows, series)


def _metrics(pair: TracePair, nudges: list[tuple[Trace, Trace]], envelope: np.ndarray) -> Iterator[Series]:
    """Each metric; one that counts is certain only where the loss's envelope is narrow."""
    certain = envelope < tolerances.COUNTS_ARE_CERTAIN_BELOW
    for name in pair.metrics:
        values = _values(pair, name)
        gap = curve_gap(*values)[: len(envelope)]
        gap = np.where(certain[: len(gap)], gap, 0)
        allowed = tolerances.allowed(nudge_gap(name, nudges, len(gap)), precision_of_metric(*values, "float64"))
        yield Series(METRIC, name, np.arange(len(gap)), gap, allowed, *values)


def _evaluation(pair: TracePair, nudges: list[tuple[Trace, Trace]], precision: str) -> Iterator[Series]:
    """The loss of the held-out batch, after the steps at which it was evaluated."""
    when, what = EVALUATION
    torch, tf = (trace.curves.get(when, NONE) for trace in pair)
    steps = (torch if len(torch) >= len(tf) else tf).astype(int)
    if len(steps):
        values = _values(pair, what)
        allowed = tolerances.allowed(nudge_gap(what, nudges, len(steps)), precision)
        yield Series(EVALUATED, what, steps, curve_gap(*values), allowed, *values)


def _values(pair: TracePair, name: str) -> tuple[np.ndarray, np.ndarray]:
    return pair.torch.curves.get(name, NONE), pair.tf.curves.get(name, NONE)
