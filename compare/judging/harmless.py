"""Gradients that are shown differently and mean the same: such a difference is never blamed for what parts beside it.

PyTorch's `.grad` leaves out the weight decay of its optimizer, which a tape may include; a clip inside Keras' optimizer
comes behind the gradient that is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.judging.stages import StageRow
from compare.traces.step import Step
from compare.traces.trace import Trace


def mark_absorbed(rows: Sequence[StageRow], torch: Trace, tf: Trace, precision: str) -> list[StageRow]:
    """The same rows; a gradient whose difference the update absorbs is marked as one that reaches nothing."""
    return [replace(row, reaches=not _absorbed(row, rows, torch, tf, precision)) for row in rows]


def say_harmless(rows: Sequence[StageRow], first: StageRow | None) -> list[str]:
    """What differs besides a first divergence and reaches nothing: a remark, or none."""
    if first is None:
        return []
    apart = [row for row in rows if row.beyond and (row.step < first.step or not row.reaches) and row != first]
    if not apart:
        return []
    widest = max(apart, key=lambda row: row.difference.max_rel)
    others = len({(row.stage, row.tensor) for row in apart}) - 1
    more = f" and {others} more" if others else ""
    gap = f" (gap {widest.difference.max_rel:.1e})" if np.isfinite(widest.difference.max_rel) else ""
    return [f"differs too, and reaches nothing: the {widest.stage} of {widest.tensor}{gap}{more}, see stages.csv"]


def _absorbed(row: StageRow, rows: Sequence[StageRow], torch: Trace, tf: Trace, precision: str) -> bool:
    """By the optimizers' state of this weight, if they have any: made of what their updates use, it agrees.

    Without a state an update is a multiple of the gradient that it uses: where that holds on one side only, the other's
    update uses more than the gradient that it shows.
    """
    if row.stage != "gradient" or not row.beyond:
        return False
    states = [
        each for each in rows
        if each.step == row.step and each.stage == "state" and each.tensor.rpartition(" ")[0] == row.tensor
    ]  # fmt: skip
    arrays = [each for each in states if each.difference.shape == row.difference.shape]
    if arrays:
        return all(each.within for each in arrays)
    return not states and _is_multiple(torch, row.step, row.tensor, precision) != _is_multiple(
        tf, row.step, row.tensor, precision
    )


def _is_multiple(trace: Trace, step: Step, tensor: str, precision: str) -> bool | None:
    """Whether an update is a multiple of the gradient that was shown; None where one of them is not shown."""
    gradient, update = trace.get((step, "gradient", tensor)), trace.get((step, "update", tensor))
    if gradient is None or update is None or gradient.shape != update.shape or not np.any(gradient):
        return None
    flat, moved = gradient.astype(np.float64).ravel(), update.astype(np.float64).ravel()
    rest = moved - flat * (flat @ moved) / (flat @ flat)
    weights = trace.get((step, "weights", tensor))
    rounding = tolerances.ulp(precision) * np.abs(weights).max(initial=0) if weights is not None else 0.0
    allowed = tolerances.allowed(0.0, precision) * np.abs(moved).max() + rounding
    return bool(np.abs(rest).max() <= allowed)
