"""Where two runs first part, when that is not among the steps audited at first.

Each round repeats the runs with other audits, spread over the steps that can hold the cause.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compare.judging.comparison import Comparison
from compare.judging.judgement import Run
from compare.judging.stages import StageRow, before_gradients, first_divergence, stage_rows
from compare.running.request import Training
from compare.traces.step import END

AUDITS_A_ROUND = 8
ROUNDS = 6  # of eight audits each: enough for one step in 8^6


def find_first_divergence(run: Run, comparison: Comparison, nudged: bool) -> tuple[StageRow | None, Comparison]:
    """The first divergence, and the comparison with the rows of all audits that were made to find it.

    None where a curve parts and no audited tensor does: a metric is computed differently.
    """
    rows = comparison.rows
    if comparison.parts_at is None and first_divergence(rows) is None:
        return before_gradients(rows), comparison  # an output whose difference the loss hides in float32
    for _ in range(ROUNDS):
        low, high = _bounds(comparison, rows)
        if low > high:
            break
        audits = tuple(sorted({int(step) for step in np.linspace(low, high, AUDITS_A_ROUND)}))
        nudges = (None, comparison.precision) if nudged else (None,)
        plain, *rest = run([Training(comparison.precision, nudge, audits, high + 1) for nudge in nudges])
        more = stage_rows(*plain, plain.nudges(rest[0] if rest else None), comparison.precision)
        rows = _merge(rows, more)
    return first_divergence(rows), replace(comparison, rows=rows)


def _bounds(comparison: Comparison, rows: list[StageRow]) -> tuple[int, int]:
    """The steps that can hold the cause; an empty range when the first divergence is the cause.

    Weights and buffers that differ at an audited step may have parted at any step since the audit before; and a curve
    may part before any audited tensor does.
    """
    found = first_divergence(rows)
    audited = {row.step for row in rows if row.stage == "batch" and row.step is not END}
    end = len(comparison.gap)
    high = end if comparison.parts_at is None else comparison.parts_at
    if found is not None:
        step = end if found.step is END else found.step
        carried = found.stage in ("weights", "buffer") and step > 0 and step - 1 not in audited
        if not carried and step <= high:
            return 1, 0
        high = min(high, step - 1 if carried else step)
    good = [step for step in audited if step <= high and (found is None or step < found.step)]
    return max([0, *(step + 1 for step in good)]), high


def _merge(rows: list[StageRow], more: list[StageRow]) -> list[StageRow]:
    """The rows of both, each once, in order of steps; the end of a run that was stopped early does not count as END."""
    known = {row.key for row in rows}
    added = [row for row in more if row.key not in known and row.step is not END]
    return sorted([*rows, *added], key=lambda row: row.step)
