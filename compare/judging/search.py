"""Where two sides first part: the step is known from the runs, one more run of each audits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from compare.judging import tolerances
from compare.judging.comparison import Comparison, Runs, Twin, compare_runs, judged_rows
from compare.judging.judgement import Run
from compare.judging.stages import StageRow, before_gradients, first_divergence
from compare.judging.steps import Allow
from compare.running.request import Training
from compare.traces.step import END


def confirm(run: Run, runs: Runs) -> tuple[Runs, Comparison]:
    """The runs with more nudged twins, where what the first showed does not explain a difference, and the comparison.

    A few more at a time, up to the step that parts, which tells a bug from chance; where it was chance and another step
    parts behind it, the same to the end.
    """
    comparison = compare_runs(runs)
    nudges: list[int] = []
    to_the_end = False
    for few in tolerances.MORE_NUDGES:
        at = comparison.parts_at
        if at is None or at == comparison.breaks_off or not runs.twins:
            break
        nudges += few
        runs = _with_more(run, runs, nudges, None if to_the_end or at is END else at + 1)
        comparison = compare_runs(runs)
        if at is not END and not to_the_end and comparison.parts_at not in (None, at):
            to_the_end = True
            runs = _with_more(run, runs, nudges, None)
            comparison = compare_runs(runs)
    return runs, comparison


def _with_more(run: Run, runs: Runs, nudges: Sequence[int], steps: int | None) -> Runs:
    """The runs with the first twin, and one for each of these numbers of ulps; those that were made are kept."""
    first, made = runs.twins[0], {twin.training: twin for twin in runs.twins}
    wanted = [replace(first.training, sample=sample, ulps=ulps, steps=steps) for sample, ulps in enumerate(nudges, 1)]
    made |= {twin.training: twin for twin in run_twins(run, [one for one in wanted if one not in made])}
    return replace(runs, twins=(first, *(made[one] for one in wanted)))


def run_twins(run: Run, trainings: Sequence[Training]) -> tuple[Twin, ...]:
    """Make nudged runs of torch."""
    return tuple(map(Twin, trainings, run(*(("torch", training) for training in trainings))))


def find_first_divergence(
    run: Run, runs: Runs, comparison: Comparison, allow: Allow = tolerances.allowed_in_step
) -> tuple[StageRow | None, Comparison]:
    """The first divergence, and the comparison with the rows of its step; None where no tensor of that step parts."""
    at = comparison.parts_at
    if at is None or at == comparison.breaks_off:
        return None, comparison
    if at is not END and not any(row.step == at for row in comparison.rows):
        rows = _audit(run, runs, comparison, at, allow)
        comparison = replace(comparison, rows=sorted([*comparison.rows, *rows], key=lambda row: row.step))
    return first_divergence(comparison.rows) or before_gradients(comparison.rows), comparison


def _audit(run: Run, runs: Runs, comparison: Comparison, at: int, allow: Allow) -> list[StageRow]:
    """The rows of one step; the nudged runs are made again as they were."""
    free = Training(runs.precision, audits=(at,), steps=at + 1)
    twins = [replace(twin.training, audits=(at,), steps=at + 1) for twin in runs.twins]
    torch, tf, *nudged = run(
        ("torch", free), ("tf", replace(free, follows=runs.precision)), *(("torch", twin) for twin in twins)
    )
    rows = judged_rows(torch, tf, nudged, runs.precision, allow, comparison.series)
    return [row for row in rows if row.step == at]
