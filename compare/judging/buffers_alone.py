"""Buffers that training moves and that have no partner on the other side: what is not compared is said."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from compare.traces.pairing import Pairing
from compare.traces.step import END
from compare.traces.trace import Trace, TracePair
from compare.traces.unpaired import is_named

FEW = 3


def say_buffers_alone(sides: TracePair, pairing: Pairing) -> list[str]:
    """The finding about buffers, of traces in each side's own names; a single number counts steps, and is left out."""
    partners = pairing.weights
    alone = {
        "torch": [name for name in _moving(sides.torch) if not is_named(name, partners.values())],
        "tf": [name for name in _moving(sides.tf) if name not in partners],
    }
    said = " and ".join(f"{_listed(names)} of {side}" for side, names in alone.items() if names)
    return [f"buffers that training moves were not compared, for they have no partner: {said}"] if said else []


def _moving(trace: Trace) -> Iterator[str]:
    """The names of the buffers that a step has moved."""
    seen = set()
    for step, stage, name in trace.keys:
        if stage != "buffer" or step is END or name in seen:
            continue
        before, after = trace.get((step, "weights", name)), trace[step, stage, name]
        if before is not None and after.ndim and not np.array_equal(before, after, equal_nan=True):
            seen.add(name)
            yield name


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"{', '.join(names[:FEW])}{more}"
