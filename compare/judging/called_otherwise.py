"""Layers that one side calls for each time step and the other once for all: their outputs are compared together.

Which of the numbers is which is not known then, but that they are the same numbers is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from compare.judging.difference import CALLS, Difference, difference
from compare.traces.calls import without_call
from compare.traces.trace import Trace

if TYPE_CHECKING:
    from compare.judging.stages import StageRow


def called_otherwise(rows: Sequence[StageRow], torch: Trace, tf: Trace) -> list[StageRow]:
    """The same rows; outputs whose shapes differ because the sides call a layer differently often are compared as all
    that it puts out in the step."""
    apart = {
        (row.step, without_call(row.tensor))
        for row in rows
        if row.stage == "forward" and row.difference.kind in ("shape", "batch size")
    }
    if not apart:
        return list(rows)
    calls = {call: [trace.outputs_of(*call) for trace in (torch, tf)] for call in apart}
    found = {call: _together(*outputs) for call, outputs in calls.items() if len(outputs[0]) != len(outputs[1])}
    return [
        replace(row, difference=replace(found[call], shape=row.difference.shape))
        if row.stage == "forward" and (call := (row.step, without_call(row.tensor))) in found
        else row
        for row in rows
    ]


def _together(torch: list[np.ndarray], tf: list[np.ndarray]) -> Difference:
    left, right = (np.sort(np.concatenate([each.ravel() for each in outputs])) for outputs in (torch, tf))
    calls = f"{len(torch)} calls in torch, {len(tf)} in tf"
    if left.size != right.size:
        return Difference(CALLS, "", detail=calls)
    return replace(difference(left, right), detail=f"all of {calls} together")
