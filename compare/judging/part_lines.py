"""The line of an operation that parts: its own, or that of whom it is to blame on."""

from __future__ import annotations

from compare.judging.callers import line_to_blame
from compare.judging.frontier import Part
from compare.judging.line import PARTS, Line, Step, line
from compare.traces.places import Place


def line_of_part(step: Step, what: str, part: Part, note: str = "") -> Line:
    place = place_of_part(step, part)
    assert place is not None, "only operations with a line are paired"
    return line(step, what, part.side, PARTS, place, part.output, note)


def place_of_part(step: Step, part: Part) -> Place | None:
    return line_to_blame(step.record(part.side), step.alike.of(part.side), step.alike.both, part.number)
