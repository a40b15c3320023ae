"""Layers that one side calls for each time step and the other once for all: their outputs are compared together.

Which of the numbers is which is not known then, but that they are the same numbers is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from compare.judging.difference import CALLS, Difference, difference
from compare.traces.step import Step
from compare.traces.trace import Trace

Called = tuple[Step, str]  # a layer in a step


def called_otherwise(layers: Iterable[Called], torch: Trace, tf: Trace) -> dict[Called, Difference]:
    """Of these, those that the sides call differently often: how all that each puts out in the step differs."""
    outputs = {called: [trace.outputs_of(*called) for trace in (torch, tf)] for called in layers}
    return {called: _together(*calls) for called, calls in outputs.items() if len(calls[0]) != len(calls[1])}


def _together(torch: list[np.ndarray], tf: list[np.ndarray]) -> Difference:
    left, right = (np.sort(np.concatenate([each.ravel() for each in outputs])) for outputs in (torch, tf))
    calls = f"{len(torch)} calls in torch, {len(tf)} in tf"
    if left.size != right.size:
        return Difference(CALLS, "", detail=calls)
    return replace(difference(left, right), detail=f"all of {calls} together")
