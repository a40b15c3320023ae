"""The first (step, stage, tensor) at which two traces part.

A stage may differ without consequence: PyTorch's `.grad` lacks a weight decay that a correct tape includes, and the
updates agree. So the search starts at what a difference must reach to count, and goes back to its origin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from compare.judging import tolerances
from compare.judging.stages import StageRow
from compare.traces.step import END, Step

# What a difference has to reach to count: the weights, the buffers, or the loss.
CONSEQUENCES = ("weights", "loss", "update", "buffer")

# What a step computes before any gradient, and the running statistics of its forward pass.
BEFORE_GRADIENTS = ("batch", "weights", "forward", "loss", "buffer")


def by_value(rows: Sequence[StageRow]) -> list[StageRow]:
    """The same rows; those whose dtypes differ are judged by their values."""
    return [
        replace(row, difference=replace(row.difference, kind="value")) if row.difference.kind == "dtype" else row
        for row in rows
    ]


def first_divergence(rows: Sequence[StageRow]) -> StageRow | None:
    """The first row that is out of its envelope and reaches the weights, the buffers or the loss.

    What one side does not show is never blamed.
    """
    beyond = [row for row in rows if row.beyond]
    reached = _reached(beyond)
    if reached is None:
        return None
    lasting = [row for row in rows if row.step < reached and row.harmless and row.harmless.lasting]
    shapes = _only_of_other_shape([row for row in rows if row.step == reached])
    harmless = {(row.stage, row.tensor) for row in (*lasting, *without_consequence(rows), *shapes)}
    first = next(row for row in beyond if row.step == reached and (row.stage, row.tensor) not in harmless)
    return next(row for row in beyond if (row.stage, row.tensor) == (first.stage, first.tensor))


def _only_of_other_shape(of_step: Sequence[StageRow]) -> list[StageRow]:
    """The outputs of another shape, where the loss agrees, but for a leak: what it is computed of agrees then."""
    leak = tolerances.allowed_where_leak_enters(0.0)
    if not any(row.stage == "loss" and (row.within or row.difference.max_rel <= leak) for row in of_step):
        return []
    return [row for row in of_step if row.stage == "forward" and row.difference.kind == "shape"]


def _reached(beyond: Sequence[StageRow]) -> Step | None:
    """The first step at which a difference counts."""
    return next((row.step for row in beyond if row.stage in CONSEQUENCES), None)


def without_consequence(rows: Sequence[StageRow]) -> list[StageRow]:
    """What was beyond at steps before the one where a difference counts: not its cause; but the state carries over."""
    beyond = [row for row in rows if row.beyond]
    reached = _reached(beyond)
    return [row for row in beyond if reached is not None and row.step < reached and row.stage != "state"]


def before_gradients(rows: Sequence[StageRow]) -> StageRow | None:
    """The first row that is beyond at the first audited step and was computed before any gradient.

    Rounding moves these little, in float32 too: a ReLU that flips is near zero on both sides. A difference counts where
    it reaches the last output of the forward pass, since the loss may hide it in float32. No rounding gives an output
    another shape: one that the loss does not show has none of its own.
    """
    first = min((row.step for row in rows), default=END)
    early = [row for row in rows if row.step == first is not END and row.stage in BEFORE_GRADIENTS]
    ends_with = [row for row in early if row.stage == "forward" and row.difference.kind != "shape"][-1:]
    if any(row.beyond for row in ends_with):
        return next(row for row in early if row.beyond)
    return first_divergence(early)


def last_agreement(rows: Sequence[StageRow], first: StageRow) -> StageRow | None:
    """What still agreed just before `first`."""
    before = [row for row in rows[: rows.index(first)] if row.within]
    return before[-1] if before else None
