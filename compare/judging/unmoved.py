"""Says where a recorded loop moved none of the weights that its recorder was given: it may have put others there."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from compare.traces.trace import Trace


def say_unmoved(traces: Iterable[Trace]) -> list[str]:
    """A finding for each trace in none of whose recorded steps a weight has moved."""
    return [
        f"no weight of {trace.header.side} moved in any recorded step. If the loop trains, it puts new tensors in the "
        "place of those that the recorder was given: move them in place (weight -= rate * gradient, or assign_sub)"
        for trace in traces
        if _is_unmoved(trace)
    ]


def _is_unmoved(trace: Trace) -> bool:
    updates = [key for key in trace.keys if key[1] == "update"]
    return bool(updates) and not any(np.any(trace[key]) for key in updates)
