"""Where two sides first part: the step is known from the runs, one more run of each audits it."""

from __future__ import annotations

from dataclasses import replace

from compare.judging import tolerances
from compare.judging.comparison import Comparison, Runs, compare_runs, judged_rows
from compare.judging.judgement import Run, Wanted
from compare.judging.stages import StageRow, before_gradients, first_divergence
from compare.judging.steps import Allow
from compare.running.request import AUDITS, Training
from compare.traces.step import END

# A unit within rounding of its kink flips in about every third nudged run: that none of seven did has a chance of 6 %,
# at a step where tf's did.
MORE_SAMPLES = 6


def confirm(run: Run, runs: Runs) -> tuple[Runs, Comparison]:
    """The runs with more nudged followers, where what one showed does not explain a difference, and the comparison.

    First up to the step that parts, which tells a bug from chance; where it was chance, to the end.
    """
    comparison = compare_runs(runs)
    at = comparison.parts_at
    if at is None or not runs.nudged:
        return runs, comparison
    for steps in (None,) if at is END else (at + 1, None):
        more = run(*(_nudged(runs.precision, sample, AUDITS, steps) for sample in range(1, MORE_SAMPLES + 1)))
        wider = replace(runs, nudged=(*runs.nudged, *more))
        comparison = compare_runs(wider)
        if comparison.parts_at == at:
            break
    return wider, comparison


def find_first_divergence(
    run: Run, runs: Runs, comparison: Comparison, allow: Allow = tolerances.allowed_in_step, nudge: str | None = None
) -> tuple[StageRow | None, Comparison]:
    """The first divergence, and the comparison with the rows of its step; None where no tensor of that step parts.

    The nudged runs moved their weights by an ulp of `nudge`, by default of their own precision.
    """
    at = comparison.parts_at
    if at is None:
        return None, comparison
    if at is not END and not any(row.step == at for row in comparison.rows):
        rows = _audit(run, runs, comparison, at, allow, nudge or runs.precision)
        comparison = replace(comparison, rows=sorted([*comparison.rows, *rows], key=lambda row: row.step))
    return first_divergence(comparison.rows) or before_gradients(comparison.rows), comparison


def _audit(run: Run, runs: Runs, comparison: Comparison, at: int, allow: Allow, nudge: str) -> list[StageRow]:
    """The rows of one step."""
    audits, steps = (at,), at + 1
    torch, tf, *nudged = run(
        ("torch", Training(runs.precision, audits=audits, steps=steps)),
        ("tf", Training(runs.precision, audits=audits, steps=steps, follows=runs.precision)),
        *(_nudged(runs.precision, sample, audits, steps, nudge) for sample in range(len(runs.nudged))),
    )
    rows = judged_rows(torch, tf, nudged, runs.precision, allow, comparison.series)
    return [row for row in rows if row.step == at]


def _nudged(
    precision: str, sample: int, audits: tuple[int, ...], steps: int | None, nudge: str | None = None
) -> Wanted:
    training = Training(precision, nudge or precision, audits, steps, follows=precision, sample=sample)
    return "torch", training
