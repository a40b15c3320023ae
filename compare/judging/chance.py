"""Chance: a fault stands in every run of tf, however it is nudged; a unit that flips at its kink does not.

So of several runs of tf that follow, nudged or not, the one that is nearest to torch is judged, step by step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.judging.stages import StageRow
from compare.judging.steps import Series


def series_that_stand(series: Sequence[Series], samples: Sequence[Sequence[Series]]) -> tuple[Series, ...]:
    """The series, each with the gaps that no sample does without; `samples` are those of nudged runs of tf."""
    found = [{(each.stage, each.tensor): each for each in sample} for sample in samples]
    return tuple(_standing(each, [sample.get((each.stage, each.tensor)) for sample in found]) for each in series)


def _standing(series: Series, samples: Sequence[Series | None]) -> Series:
    """What is not finite is no flip, and stands."""
    gap = series.gap.copy()
    for sample in samples:
        if sample is not None:
            here = slice(len(sample.gap))  # a nudged run may end early
            without = np.isfinite(gap[here]) & (sample.gap <= series.allowed[here] / tolerances.FLIP_FACTOR)
            gap[here] = np.where(without, np.minimum(gap[here], sample.gap), gap[here])
    return replace(series, gap=gap)


def rows_that_stand(rows: Sequence[StageRow], samples: Sequence[Sequence[StageRow]]) -> list[StageRow]:
    """The rows of audited steps, in the same way."""
    found = [{row.key: row for row in sample} for sample in samples]
    return [_row_standing(row, [sample[row.key] for sample in found if row.key in sample]) for row in rows]


def _row_standing(row: StageRow, samples: Sequence[StageRow]) -> StageRow:
    if row.difference.kind != "value" or not row.beyond:
        return row
    nearest = min(samples, key=lambda sample: sample.difference.max_rel, default=row).difference
    agrees = nearest.max_rel <= row.allowed / tolerances.FLIP_FACTOR
    return replace(row, difference=nearest) if agrees else row
