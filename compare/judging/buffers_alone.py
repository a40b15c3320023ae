"""Buffers that training moves and that have no partner on the other side: what is not compared is said."""

from __future__ import annotations

from compare.judging.moved_buffers import moved_buffers
from compare.traces.pairing import Pairing
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


def _moving(trace: Trace) -> list[str]:
    """The names of the buffers that an audited step has moved."""
    steps = dict.fromkeys(step for step, stage, _ in trace.keys if stage == "buffer")
    return list(dict.fromkeys(name for step in steps for name, moves in moved_buffers(trace, step).items() if moves))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"{', '.join(names[:FEW])}{more}"
