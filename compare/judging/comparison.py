"""Compares the two sides of a case in one precision: their gaps against those that nudges open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from compare.judging import tolerances
from compare.judging.curves import Curve, curve_gap, first_beyond, nudge_gap
from compare.judging.stages import StageRow, before_gradients, by_value, first_divergence, stage_rows
from compare.traces.trace import EVALUATION, Trace, TracePair

EQUIVALENT, DIVERGED, NOT_DECREASING, ERROR = "equivalent", "diverged", "not decreasing", "error"


NONE = np.empty(0)  # a curve that was not recorded


@dataclass(frozen=True)
class Comparison:
    """Both sides in one precision; `parts_at` is the first step where a curve is out of its envelope.

    `parts_in` names that curve: "loss", a metric, or "evaluation_loss".
    """

    precision: str
    pair: TracePair
    gap: Curve
    envelope: Curve
    rows: list[StageRow]
    parts_at: int | None = None
    parts_in: str | None = None

    @property
    def apart(self) -> bool:
        """Whether a curve parts, or a difference at an audited step reaches weights, buffers or loss.

        In float32 and coarser, gradients and later stages decide nothing: one ReLU that flips moves them far more than
        rounding.
        """
        if self.precision != "float64":
            return self.parts_at is not None or self.structural or before_gradients(self.rows) is not None
        return self.parts_at is not None or first_divergence(self.rows) is not None

    @property
    def structural(self) -> bool:
        """Whether they differ in more than values: something missing, another shape, a NaN."""
        structural_rows = [row for row in self.rows if row.difference.structural]
        return not np.isfinite(self.gap).all() or first_divergence(structural_rows) is not None


def compare_pair(
    precision: str,
    pair: TracePair,
    nudged: TracePair | None,
    allow: Callable = tolerances.allowed,
    certain: np.ndarray | None = None,
) -> Comparison:
    """Compare the sides; what is allowed is measured by the nudged runs.

    `certain` marks the steps at which a metric that counts (an accuracy) cannot differ by chance; by default those
    where the loss's envelope is narrow.
    """
    nudges = pair.nudges(nudged)
    gap = curve_gap(pair.torch.curves["loss"], pair.tf.curves["loss"])
    envelope = allow(nudge_gap("loss", nudges, len(gap)), precision)
    rows = stage_rows(*pair, nudges, precision, allow)
    certain = envelope < tolerances.COUNTS_ARE_CERTAIN_BELOW if certain is None else certain
    parts = {"loss": first_beyond(gap, envelope)}
    for name in pair.metrics:
        metric_gap = curve_gap(*(trace.curves.get(name, NONE) for trace in pair))[: len(gap)]
        metric_envelope = allow(nudge_gap(name, nudges, len(metric_gap)), "float64")
        parts[name] = first_beyond(np.where(certain, metric_gap, 0), metric_envelope)
    parts["evaluation_loss"] = _evaluation_parts(pair, nudges, precision, allow)
    parted = ((step, name) for name, step in parts.items() if step is not None)
    return Comparison(precision, pair, gap, envelope, rows, *min(parted, default=(None, None)))


def _evaluation_parts(
    pair: TracePair, nudges: list[tuple[Trace, Trace]], precision: str, allow: Callable
) -> int | None:
    """The step after which the loss of the held-out batch is first out of its envelope."""
    when, what = EVALUATION
    steps, *losses = (pair.torch.curves.get(when, NONE), *(trace.curves.get(what, NONE) for trace in pair))
    gap = curve_gap(*losses)
    beyond = first_beyond(gap, allow(nudge_gap(what, nudges, len(gap)), precision))
    return None if beyond is None else int(steps[min(beyond, len(steps) - 1)]) if len(steps) else 0


def is_leak(comparison: Comparison, wide: TracePair) -> bool:
    """Whether a float64 gap is no more than a float32 ulp opens: some constant was rounded to float32."""
    certain = comparison.envelope < tolerances.COUNTS_ARE_CERTAIN_BELOW
    wider = compare_pair("float64", comparison.pair, wide, tolerances.allowed_for_leak, certain)
    return not replace(wider, rows=by_value(wider.rows)).apart
