"""Leaks: a constant that one side rounded to float32 inside a float64 run. Set aside, and the search goes on behind.

Notice the two measures: where it enters, what rounding does at that place; behind it, what float32 nudges open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compare.judging import tolerances
from compare.judging.comparison import Comparison, Runs, compare_runs
from compare.judging.first_divergence import by_value, first_divergence
from compare.judging.run import Run
from compare.judging.search import find_first_divergence, run_twins
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS
from compare.judging.stage_rows import opened_at
from compare.judging.stages import StageRow
from compare.running.request import AUDITS, Training
from compare.traces.calls import number_of_call
from compare.traces.step import END

SAMPLES = 4
OF_THE_OPTIMIZER = ("rate", "state", "update")  # reached by its constants alone where the gradients agree


@dataclass(frozen=True)
class Behind:
    """What is found behind a leak: the first divergence, if any, and the comparison under the wider allowance."""

    first: StageRow | None
    comparison: Comparison


def behind_leak(
    run: Run,
    runs: Runs,
    first: StageRow,
    settings: Callable[[], Sequence[SettingRow]],
) -> Behind | None:
    """What is behind a first divergence that is a leak; None where it is no leak."""
    if runs.precision != "float64" or not runs.twins or not np.isfinite(first.difference.max_rel):
        return None
    if not may_be_leak(first, settings(), lambda: _opened_where_it_enters(run, first)):
        return None
    [twins] = run_twins(run, {"torch": _wide(_following(first))})
    runs = replace(runs, twins=twins)
    wider = compare_runs(runs, tolerances.allowed_behind_leak)
    wider = replace(wider, rows=by_value(wider.rows))
    _, wider = find_first_divergence(run, runs, wider, tolerances.allowed_behind_leak)
    wider = replace(wider, rows=by_value(wider.rows))
    return Behind(first_divergence(wider.rows), wider)


def may_be_leak(first: StageRow, settings: Sequence[SettingRow], opened: Callable[[], float] = lambda: 0.0) -> bool:
    """Whether a divergence is as small as what rounding was seen to have `opened`, and no setting explains it."""
    if is_set_differently(first, settings):
        return False
    if first.stage in ("forward", "loss") and first.difference.max_rel > tolerances.LARGEST_LEAK:
        return False
    return first.difference.max_rel <= tolerances.allowed_where_leak_enters(opened())


def _following(first: StageRow) -> Training:
    """A run of torch that audits the first divergence."""
    step = () if first.step is END else (first.step,)
    return Training("float64", audits=tuple({*AUDITS, *step}), follows="float64")


def _wide(following: Training) -> list[Training]:
    return [replace(following, nudge="float32", sample=sample) for sample in range(SAMPLES)]


def _opened_where_it_enters(run: Run, first: StageRow) -> float:
    """What rounding to float32 does at the first divergence, from runs that end there."""
    following = _following(first) if first.step is END else replace(_following(first), steps=first.step + 1)
    rounded = [replace(following, rounded=True)] if first.stage in OF_THE_OPTIMIZER else _wide(following)
    [(plain, *twins)] = run_twins(run, {"torch": [following, *rounded]})
    return max(opened_at(plain.trace, twin.trace, first.key) for twin in twins)


def is_set_differently(first: StageRow, settings: Sequence[SettingRow]) -> bool:
    """Whether a number that acts where a divergence is differs."""
    return any(row.verdict == DIFFERS for row in settings if acts_at(row, first))


def acts_at(row: SettingRow, first: StageRow) -> bool:
    """Whether a setting is a number that acts where a divergence is; rates are judged by the stage of that name."""
    values = row.torch, row.tf
    is_number = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    # A flag moves more than rounding, if anything, and no other number makes a learning rate what it is.
    if row.setting == "lr" or first.stage == "rate" or not is_number:
        return False
    # A layer's second call may come after the update of another optimizer, as the generator's of a GAN does.
    after_an_update = first.stage in OF_THE_OPTIMIZER or number_of_call(first.tensor) > 1
    if after_an_update and row.subject.startswith("optimizer"):
        return True
    return first.tensor == row.subject or first.tensor.startswith((f"{row.subject}.", f"{row.subject} "))
