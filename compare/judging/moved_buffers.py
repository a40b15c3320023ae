"""Which buffers a step moved: what it found of each is recorded with its weights."""

from __future__ import annotations

import numpy as np

from compare.traces.step import END, Step
from compare.traces.trace import Trace


def moved_buffers(trace: Trace, step: Step) -> dict[str, bool]:
    """Whether each buffer moved, by its name; without single numbers, which count steps, and what was not recorded."""
    found: dict[str, bool] = {}
    for at, stage, name in trace.keys:
        if (at, stage) == (step, "buffer") and step is not END:
            before, after = trace.get((step, "weights", name)), trace.get((step, "buffer", name))
            if before is not None and after is not None and after.ndim:
                found[name] = not np.array_equal(before, after, equal_nan=True)
    return found
