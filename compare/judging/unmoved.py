"""Says where a recorded loop moved none of the weights that its recorder was given, or moved them behind its step()."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from compare.traces.step import END, Step
from compare.traces.trace import Trace


def say_unmoved(traces: Iterable[Trace]) -> list[str]:
    """A finding for each trace in none of whose recorded steps a weight has moved."""
    return [said for trace in traces if (said := _say_unmoved(trace))]


def _say_unmoved(trace: Trace) -> str:
    updates = [key for key in trace.keys if key[1] == "update"]
    if not updates:
        return ""
    if _moves_between_steps(trace, min(step for step, _, _ in updates)):
        return (
            f"{trace.header.side}'s weights move between two steps as its recorder sees them, and in none: call "
            "recorder.step(...) behind optimizer.step() (in tf: behind apply_gradients), as the last of a step"
        )
    if any(np.any(trace[key]) for key in updates):
        return ""
    if kinds := trace.header.strange:
        holds = f"the optimizer ({kinds[0]}) holds" if len(kinds) == 1 else f"the optimizers ({', '.join(kinds)}) hold"
        return (
            f"no weight of {trace.header.side} moved in any recorded step, for {holds} none of the weights of the "
            "model that its recorder was given: give the model with whose parameters it was made"
        )
    return (
        f"no weight of {trace.header.side} moved in any recorded step. If the loop trains, it puts new tensors in the "
        "place of those that the recorder was given: move them in place (weight -= rate * gradient, or assign_sub)"
    )


def _moves_between_steps(trace: Trace, first: Step) -> bool:
    """Whether the first step moves nothing, and the next begins with other weights than it."""
    moved = [key for key in trace.keys if key[:2] == (first, "update") and np.any(trace[key])]
    if moved or first is END:
        return False
    names = [name for step, stage, name in trace.keys if (step, stage) == (first, "weights")]
    pairs = ((trace[first, "weights", name], trace.get((first + 1, "weights", name))) for name in names)
    return any(after is not None and not np.array_equal(before, after, equal_nan=True) for before, after in pairs)
