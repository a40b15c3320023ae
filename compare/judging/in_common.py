"""What both sides have on the ways to two values: one may compute elsewhere in the step what the other needs here."""

from __future__ import annotations

from dataclasses import replace

from compare.judging.alike import Alike
from compare.judging.line import Step
from compare.running.request import SIDES
from compare.traces.operations import Operations


def in_common(step: Step, torch: int, tf: int) -> Alike:
    """The classes of values, where both sides have what they were given, and of all else that of which both make these
    two values."""
    ways = [
        {step.alike.of(side).get(value) for value in before(step.record(side), target)}
        for side, target in zip(SIDES, (torch, tf), strict=True)
    ]
    given = {each for value, each in step.alike.torch.items() if not _is_computed(step.torch, value)}
    return replace(step.alike, both=step.alike.both & (given | (ways[0] & ways[1])))


def _is_computed(record: Operations, value: int) -> bool:
    """Whether a line of the user's computed a value."""
    number = record.producer.get(value)
    return number is not None and bool(record.operations[number].stack)


def before(record: Operations, value: int) -> set[int]:
    """All values that a value is computed of, and it."""
    found, left = {value}, [value]
    while left:
        number = record.producer.get(left.pop())
        fresh = {*record.operations[number].inputs} - found if number is not None else set()
        found |= fresh
        left += fresh
    return found
