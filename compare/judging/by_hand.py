"""What to compare where no optimizer moves the weight that parts, or one that moves none of the recorded weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from compare.judging.stages import StageRow
from compare.traces.calls import without_call
from compare.traces.rates import is_rate
from compare.traces.trace import Trace, TracePair

MOVED_BY_HAND = (
    "no optimizer moves this weight: compare what does (an average: its decay, its first step, how often it is made, "
    "before or behind the update)"
)
LOOPS_MOVE = "no optimizer moves the weights, the loops do it by hand: compare by what they multiply a gradient"


def say_by_hand(pair: TracePair, first: StageRow, of_step: Sequence[StageRow], sides: tuple[str, str]) -> str:
    """The sentence on an update that parts; empty where the optimizers of both sides may be to blame."""
    for trace, side in zip(pair, sides, strict=True):
        if trace.header.strange:
            return f"give the recorder of {side} the model with whose parameters the optimizer was made"
    if not any(map(_has_optimizer, pair)):
        return f"{_say_multiple(pair, of_step, sides)}{LOOPS_MOVE}, and what each adds to that"
    return MOVED_BY_HAND if _is_moved_by_hand(first, of_step) else ""


def _has_optimizer(trace: Trace) -> bool:
    settings = trace.header.settings
    return any(map(is_rate, trace.curves)) or any(each.subject.startswith("optimizer") for each in settings)


def _is_moved_by_hand(first: StageRow, of_step: Iterable[StageRow]) -> bool:
    """Whether no gradient and no state of a weight is known, while those of others are."""
    given = {without_call(row.tensor).partition(" ")[0] for row in of_step if row.stage in ("gradient", "state")}
    return bool(given) and first.tensor not in given


def _say_multiple(pair: TracePair, of_step: Iterable[StageRow], sides: tuple[str, str]) -> str:
    """By what every update of one side is the other's, where that is one number for all."""
    rows = [row for row in of_step if row.stage == "update"]
    if any(row.difference.kind != "value" for row in rows):
        return ""
    torch, tf = (np.concatenate([np.ravel(trace[row.key]) for row in rows] or [np.empty(0)]) for trace in pair)
    size = float(torch @ torch)
    if not size:
        return ""
    times, allowed = float(torch @ tf) / size, max(row.allowed for row in rows)
    exact = np.abs(tf - times * torch).max() <= allowed * np.abs(tf).max()
    return f"every update of {sides[1]} is {times:.6g} times {sides[0]}'s; " if exact else ""
