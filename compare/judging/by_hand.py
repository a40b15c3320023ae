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
LOOPS_MOVE = (
    "no optimizer moves the weights, the loops do it by hand: compare by what they multiply a gradient, "
    "and what each adds to that"
)


def say_by_hand(pair: TracePair, first: StageRow, of_step: Sequence[StageRow], sides: tuple[str, str]) -> str:
    """The sentence on an update that parts; empty where the optimizers of both sides may be to blame."""
    for trace, side in zip(pair, sides, strict=True):
        if trace.header.strange:
            return f"give the recorder of {side} the model with whose parameters the optimizer was made"
    if not any(map(_has_optimizer, pair)):
        return LOOPS_MOVE
    return MOVED_BY_HAND if _is_moved_by_hand(first, of_step) else ""


def _has_optimizer(trace: Trace) -> bool:
    described = any(each.subject.startswith("optimizer") for each in trace.header.settings)
    return described or any(map(is_rate, trace.curves)) or any(stage in ("rate", "state") for _, stage, _ in trace.keys)


def _is_moved_by_hand(first: StageRow, of_step: Iterable[StageRow]) -> bool:
    """Whether no gradient and no state of a weight is known, while those of others are."""
    given = {without_call(row.tensor).partition(" ")[0] for row in of_step if row.stage in ("gradient", "state")}
    return bool(given) and first.tensor not in given


def say_multiple(pair: TracePair, first: StageRow | None, rows: Iterable[StageRow]) -> list[str]:
    """The finding that, where no optimizer is at work, every update of the step that parts is one number times the
    other side's; while the traces are open."""
    if first is None or first.stage != "update" or any(map(_has_optimizer, pair)):
        return []
    updates = [row for row in rows if (row.step, row.stage) == (first.step, "update")]
    if any(row.difference.kind != "value" or any(row.key not in trace for trace in pair) for row in updates):
        return []
    torch, tf = (np.concatenate([np.ravel(trace[row.key]) for row in updates]).astype(float) for trace in pair)
    size = float(torch @ torch)
    if not size:
        return []
    times, allowed = float(torch @ tf) / size, max(row.allowed for row in updates)
    exact = np.abs(tf - times * torch).max() <= allowed * np.abs(tf).max()
    return [f"every update of tf is {times:.6g} times torch's in step {first.step}"] if exact else []
