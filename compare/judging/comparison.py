"""The two sides of a case in one precision: every step by itself, and the free curves beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from compare.judging import tolerances
from compare.judging.chance import rows_that_stand, series_that_stand
from compare.judging.curves import Curve, curve_gap, nudge_gap
from compare.judging.first_divergence import before_gradients, first_divergence
from compare.judging.harmless import settled
from compare.judging.stage_rows import stage_rows
from compare.judging.stages import StageRow
from compare.judging.steps import Allow, Place, Series, first_parting, series_of
from compare.running.request import Training
from compare.traces.step import END, Step
from compare.traces.trace import Key, Trace, TracePair

EQUIVALENT, DIVERGED, NOT_DECREASING, ERROR = "equivalent", "diverged", "not decreasing", "error"


class Twin(NamedTuple):
    """A nudged run that follows torch: what was asked for, and its trace."""

    training: Training
    trace: Trace


@dataclass(frozen=True)
class Runs:
    """The runs of one precision: both sides free, tf following torch, and torch nudged, free and following itself.

    `tf_twins` are nudged runs of tf that follow, made only where something parts.
    """

    precision: str
    free: TracePair
    following: Trace
    free_nudged: tuple[Trace, ...] = ()
    twins: tuple[Twin, ...] = ()
    tf_twins: tuple[Twin, ...] = ()

    @property
    def audited(self) -> TracePair:
        """The run of each side whose first step was audited: its settings are those of the beginning."""
        return TracePair(self.free.torch, self.following)


@dataclass(frozen=True)
class Comparison:
    """Both sides in one precision.

    `pair` are the free runs, `gap` and `envelope` those of their losses, which decide nothing. `series` are judged at
    every step, `rows` at the audited ones. `shown` are the runs whose tensors are behind the rows of the step that
    parts, where a study knows others than `pair`.
    """

    precision: str
    pair: TracePair
    gap: Curve
    envelope: Curve
    rows: list[StageRow]
    series: tuple[Series, ...] = ()
    shown: TracePair | None = None

    @property
    def parting(self) -> Place | None:
        """The first quantity that parts, at the first step where one does."""
        return first_parting(self.series)

    @property
    def parts_at(self) -> Step | None:
        """The first step at which anything parts."""
        rows = [first_divergence(self.rows)]
        if self.precision == "float32":  # where the loss may hide what an output shows
            rows.append(before_gradients(self.rows))
        steps = [row.step for row in rows if row] + ([self.parting.step] if self.parting else [])
        return min([*steps, *([] if self.breaks_off is None else [self.breaks_off])], default=None)

    @property
    def breaks_off(self) -> int | None:
        """The first step that only one side makes."""
        torch, tf = (trace.steps for trace in self.pair)
        return None if torch == tf else min(torch, tf)

    @property
    def steps_judged(self) -> int:
        """How many steps were judged each by itself; 0 where no run followed."""
        return next((len(each.gap) for each in self.series if each.stage == "update"), 0)

    @property
    def steps_left_out(self) -> int:
        """How many steps of both were not judged, because their trajectory was too long to keep."""
        return min(trace.steps for trace in self.pair) - self.steps_judged

    @property
    def apart(self) -> bool:
        """Whether a step is beyond what rounding explains, or one side trains for longer."""
        return self.parts_at is not None

    @property
    def horizon(self) -> int | None:
        """The step from which rounding alone moves the free loss by 1 %; None where it does not."""
        beyond = np.flatnonzero(self.envelope >= tolerances.HORIZON * tolerances.ENVELOPE_FACTOR)
        return int(beyond[0]) if beyond.size else None


def compare_runs(runs: Runs, allow: Allow = tolerances.allowed_in_step) -> Comparison:
    """Compare the runs of one precision."""
    torch, nudged = runs.free.torch, [twin.trace for twin in runs.twins]
    gap = curve_gap(torch.curves["loss"], runs.free.tf.curves["loss"])
    opened = nudge_gap("loss", [(torch, twin) for twin in runs.free_nudged], len(gap))
    series: Sequence[Series] = series_of(torch, runs.following, nudged, runs.precision, allow)
    if first_parting(series):
        samples = [series_of(torch, twin.trace, [], runs.precision, allow) for twin in runs.tf_twins]
        series = series_that_stand(series, samples)
    return Comparison(
        runs.precision,
        runs.free,
        gap,
        tolerances.allowed(opened, runs.precision),
        judged_rows(runs, allow, series),
        tuple(series),
    )


def judged_rows(runs: Runs, allow: Allow, series: Sequence[Series]) -> list[StageRow]:
    """The rows of audited steps; what is judged at every step has the allowance of its series."""
    rows = _rows(runs, runs.following, [twin.trace for twin in runs.twins], allow)
    allowances: dict[Key, float] = {
        (int(step), each.stage, each.tensor): allowed
        for each in series
        for step, allowed in zip(each.steps, each.allowed, strict=True)
    }
    rows = [replace(row, allowed=max(row.allowed, float(allowances.get(row.key, 0.0)))) for row in rows]
    if any(row.beyond for row in rows):
        rows = rows_that_stand(rows, [_rows(runs, twin.trace, [], allow) for twin in runs.tf_twins])
    return settled(rows, TracePair(runs.free.torch, runs.following))


def _rows(runs: Runs, tf: Trace, nudged: Sequence[Trace], allow: Allow) -> list[StageRow]:
    """Those of one run of tf; where it was led less far, its end is not torch's."""
    torch = runs.free.torch
    rows = stage_rows(torch, tf, [(torch, twin) for twin in nudged], runs.precision, allow)
    return [row for row in rows if row.step is not END or tf.steps == torch.steps]
