"""Which whole number of times the loss of one side is the other's, and what there are so many of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compare.judging.stages import StageRow
from compare.traces.calls import number_of_call
from compare.traces.step import END
from compare.traces.trace import TracePair

SAME = 1e-5  # relative: what float32 rounds in two losses


def say_ratio(pair: TracePair, first: StageRow, of_step: Sequence[StageRow], sides: tuple[str, str]) -> str:
    """The sentence; empty where no whole number of times explains the losses of that step."""
    if first.step is END:
        return ""
    torch, tf = (float(trace.curves["loss"][first.step]) for trace in pair)
    times = _times(torch, tf)
    if times is None:
        return ""
    examples = {row.difference.shape.split("x")[0] for row in of_step if row.stage == "batch"}
    calls = max((number_of_call(row.tensor) for row in of_step if row.stage == "forward"), default=1)
    counted = []
    if str(times) in examples:
        counted.append("the examples of a batch (one side takes a sum, the other a mean)")
    if times == calls:
        counted.append("the forward passes of a step (one side adds their losses up, the other takes the mean)")
    larger, smaller = sides if abs(torch) > abs(tf) else sides[::-1]
    as_many = f", as many as {' or '.join(counted)}" if counted else ""
    return f"{larger}'s loss is {times} times {smaller}'s{as_many}; "


def _times(torch: float, tf: float) -> int | None:
    if not (np.isfinite([torch, tf]).all() and torch and tf):
        return None
    times = max(tf / torch, torch / tf)
    whole = round(times)
    return whole if whole > 1 and abs(times - whole) <= SAME * whole else None
