"""Pieces of one value that are taken in another order: the names on the left of `scale, shift = split(x, 2)`."""

from __future__ import annotations

from collections.abc import Sequence

from compare.judging.frontier import Part
from compare.judging.kinds import kind
from compare.judging.line import PARTS, Line, Step, as_made, line
from compare.judging.part_lines import line_of_part
from compare.running.request import SIDES
from compare.traces.operations import Operation

SLICES = ("slice", "stridedslice", "narrow")


def lines_of_any_exchanged(step: Step, what: str, pairs: Sequence[tuple[Part | None, Part | None]]) -> list[Line]:
    """The same of two parts of any pairs that are the same operation: each may start from what another one of the
    other side does too, and be paired with that."""
    torch, tf = ([each for each in side if each is not None] for side in zip(*pairs, strict=True))
    alike = ((one, other) for one in torch for other in tf if kind(one.operation.name) == kind(other.operation.name))
    for one, other in alike:
        if found := lines_of_exchanged(step, what, one, other):
            return [*found, line_of_part(step, what, one), line_of_part(step, what, other)]
    return []


def lines_of_exchanged(step: Step, what: str, torch: Part, tf: Part) -> list[Line]:
    """Where both do the same to pieces of which each side has those of the other: the lines that take the pieces."""
    own, theirs = ({*each.starts} - {*other.starts} for each, other in ((torch, tf), (tf, torch)))
    for mine in own:
        for other in theirs:
            makers = [_making(step, part, each) for part, each in ((torch, mine), (tf, other))]
            found = [number for number in makers if number is not None]
            if len(found) == len(SIDES) and all(
                {mine, other} <= _classes(step, side, number) for side, number in zip(SIDES, found, strict=True)
            ):
                return [
                    line(step, what, side, PARTS, operation.stack[0], part.starts[each])
                    for side, part, number, each in zip(SIDES, (torch, tf), found, (mine, other), strict=True)
                    if (operation := step.record(side).operations[number]).stack
                ]
    return []


def _making(step: Step, part: Part, start: int) -> int | None:
    """The operation that made what a part starts from."""
    return step.record(part.side).producer.get(as_made(step, part.side, part.starts[start]))


def _cuts_out(operation: Operation) -> bool:
    name = kind(operation.name)
    return name in SLICES or (name == "where" and len(operation.inputs) == 1)


def _classes(step: Step, side: str, number: int) -> set[int]:
    """The classes of the pieces that an operation makes, with those that others cut out of the same value."""
    record, classes = step.record(side), step.alike.of(side)
    made = record.operations[number]
    whole = {classes.get(value) for value in made.inputs[:1]} - {None}
    beside = [each for each in record.operations if _cuts_out(each) and whole == {classes.get(each.inputs[0])}]
    return {classes[value] for each in (made, *beside) for value in each.outputs if value in classes}
