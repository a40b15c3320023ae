"""The two lines of code that differ: the last values that both sides have, and what each then makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compare.judging.alike import Finder
from compare.judging.callers import line_that_takes, line_to_blame
from compare.judging.forms import advanced
from compare.judging.frontier import Part, Stretch, overlap, pairs
from compare.judging.kinds import kind
from compare.judging.laid_out import laid_out_by
from compare.judging.left_out import goes_on_as, is_in_the_statement_before, with_takers
from compare.judging.line import BOTH, PARTS, Line, Step, line, made_at, place_of
from compare.judging.lockstep import UnclearError, descend
from compare.judging.relations import relation
from compare.running.request import SIDES
from compare.traces.fingerprints import fingerprint
from compare.traces.operations import Operations
from compare.traces.places import Place

MOST_PAIRS = 2
LONGEST_PASSAGE = 4  # lines
CHOOSES = ("slice", "stridedslice", "narrow", "gather", "index", "roll", "flip", "reverse", "maskedselect")
PROVEN = ("= ", "the negative", "+ ", "- ")  # how a relation begins that two different operations do not have


def lines_of_value(step: Step, what: str, torch: np.ndarray, tf: np.ndarray) -> list[Line]:
    """The lines where a value that differs parts; empty where they are not known."""
    targets = [find(step.record(side), array, step.tolerance) for side, array in zip(SIDES, (torch, tf), strict=True)]
    return [] if targets[0] is None or targets[1] is None else lines_up_to(step, what, targets[0], targets[1])


def lines_up_to(step: Step, what: str, torch: int, tf: int) -> list[Line]:
    """The lines where two values of the records part."""
    one, other = (
        Stretch(side, step.record(side), step.alike, target) for side, target in zip(SIDES, (torch, tf), strict=True)
    )
    from_the_end, passages = _from_the_end(step, what, one, other)
    frontiers = _ended(step, one, other) or _ended(step, other, one) or advanced(one, other)
    by_side = [[each for each in frontiers if each.side == side] for side in SIDES]
    placed = [
        [_with_line(step, stretch, each) for each in parts]
        for stretch, parts in zip((one, other), with_takers((one, other), by_side), strict=True)
    ]
    from_the_start = _lines(step, what, (one, other), pairs(*([each for each in parts if each] for parts in placed)))
    known = {(each.side, each.at.line) for each in from_the_end if each.role == PARTS}
    if all((each.side, each.at.line) in known for each in from_the_start if each.role == PARTS):
        from_the_start = []
    found = [*from_the_end, *(each for each in from_the_start if (each.side, each.at.line) not in known)]
    named = {(each.side, each.at.line) for each in found}
    if not found or any(each.note.startswith(PROVEN) for each in found):  # which says all
        return found
    return [*found, *(each for each in passages if (each.side, each.at.line) not in named)]


def _with_line(step: Step, stretch: Stretch, part: Part) -> Part | None:
    """An operation that has a line; of what a library's optimizer computes, that which is first given it."""
    behind = [part, *stretch.behind(part.output)]
    return next((each for each in behind if _place(step, each)), None)


def _from_the_end(step: Step, what: str, one: Stretch, other: Stretch) -> tuple[list[Line], list[Line]]:
    """The lines of the first pairs to which both formulas can be followed back from their results.

    Where both cannot be followed together, no such lines, but the passages up to there: what differs is in them.
    """
    lines: list[Line] = []
    try:
        parted = descend(one, other)
    except UnclearError as error:
        ends = zip((one, other), error.values, strict=True)
        return lines, [each for stretch, value in ends for each in _passage(step, what, stretch, value)]
    for torch, tf in parted[:MOST_PAIRS]:
        known = {(each.side, each.at.line) for each in lines}
        places = [(part.side, place.line) for part in (torch, tf) if (place := _place(step, part))]
        if len(places) == len(SIDES) and not known & {*places}:
            lines += _told(step, what, (one, other), torch, tf)
    return lines, []


def _passage(step: Step, what: str, stretch: Stretch, value: int) -> list[Line]:
    """The lines between what both have and a value; empty where they are many."""
    parts = [stretch.made(each) for each in stretch.upstream(value) if not stretch.is_matched(each)]
    lines = {(place.file, place.line): _parts(step, what, part) for part in parts if (place := _place(step, part))}
    return list(lines.values()) if len(lines) <= LONGEST_PASSAGE else []


def _ended(step: Step, one: Stretch, other: Stretch) -> list[Part]:
    """The last operation of a side that ends with what the other goes on from, and the first of those that go on."""
    ended = step.alike.of(one.side).get(one.target)
    if ended not in step.alike.both:
        return []
    made, taking = one.made(one.target), [each for each in other.taking(ended) if _place(step, each)]
    return [made, *taking[:1]] if taking and _place(step, made) else []


def find(record: Operations, array: np.ndarray, tolerance: float) -> int | None:
    """The last value of a record with this content that an operation computed, on a line of the user's if on any."""
    wanted = fingerprint(np.asarray(array, np.float64))
    prints = ((number, each.print) for number, each in enumerate(record.values) if each.print)
    finder = Finder(prints, tolerance, transposed=True)
    found = [number for number in finder.find(wanted) if number in record.producer]
    placed = [number for number in found if record.operations[record.producer[number]].stack]
    return next(reversed(placed or found), None)


def _lines(
    step: Step, what: str, stretches: tuple[Stretch, Stretch], found: Sequence[tuple[Part | None, Part | None]]
) -> list[Line]:
    """The lines of the first pair, and those of further ones that are as certain and stand elsewhere."""
    lines: list[Line] = []
    for torch, tf in found[:MOST_PAIRS]:
        if torch is None or tf is None:
            alone = [each for each in (torch, tf) if each is not None and not lines]
            lines += [_parts(step, what, each) for each in alone]
            continue
        own = _told(step, what, stretches, torch, tf)
        known = {(each.side, each.at.line) for each in lines}
        if not lines or (overlap(torch, tf) == 1 and not any((each.side, each.at.line) in known for each in own)):
            lines += own
    return lines


def _told(step: Step, what: str, stretches: tuple[Stretch, Stretch], torch: Part, tf: Part) -> list[Line]:
    """The lines of a pair; where one side leaves something out, the line where it would stand."""
    pair = _of_pair(step, what, torch, tf)
    is_told = pair[-1].note.startswith(PROVEN)  # then both are the same operation, done in another way
    lines = pair if is_told else _of_left_out(step, what, stretches, torch, tf) or pair
    known = {(each.side, each.at.line) for each in lines if each.role == PARTS}
    more = [*_laid_out(step, what, torch, tf), *_laid_out(step, what, tf, torch), *_given(step, what, torch, tf)]
    return [*lines, *(each for each in more if (each.side, each.at.line) not in known)]


def _of_pair(step: Step, what: str, torch: Part, tf: Part) -> list[Line]:
    """Both sides make something else of what they have."""
    note = relation(step.torch.values[torch.output], step.tf.values[tf.output]) or _widened(step, torch, tf)
    return [*_common(step, what, torch, tf), _parts(step, what, torch), _parts(step, what, tf, note)]


def _laid_out(step: Step, what: str, part: Part, other: Part) -> list[Line]:
    """The line where the other side lays out what this one does."""
    number = laid_out_by(step.record(other.side), part, other)
    operation = None if number is None else step.record(other.side).operations[number]
    if operation is None or not operation.stack:
        return []
    return [line(step, what, other.side, PARTS, operation.stack[0], operation.outputs[0])]


def _given(step: Step, what: str, torch: Part, tf: Part) -> list[Line]:
    """Where both do the same to other data: the lines of the step that give them to the functions that do it."""
    if kind(torch.operation.name) != kind(tf.operation.name):
        return []
    lines = []
    for part, other in ((torch, tf), (tf, torch)):
        own = [value for each, value in part.starts.items() if each not in other.starts]
        if not own or any(value in step.record(part.side).producer for value in own):
            return []
        lines.append(line(step, what, part.side, PARTS, part.operation.stack[-1], part.output))
    return lines


def _widened(step: Step, torch: Part, tf: Part) -> str:
    """Where only one side spreads what it is given over a larger shape."""
    if kind(torch.operation.name) != kind(tf.operation.name):
        return ""
    wide = [
        each
        for each in (torch, tf)
        if (sizes := [int(np.prod(step.record(each.side).values[value].shape)) for value in each.operation.inputs])
        and int(np.prod(step.record(each.side).values[each.output].shape)) > max(sizes)
    ]
    return f"broadcast in {wide[0].side}" if len(wide) == 1 else ""


def _of_left_out(step: Step, what: str, stretches: tuple[Stretch, Stretch], torch: Part, tf: Part) -> list[Line]:
    """One side does something more; the other's line is where it would stand. Empty where that is not so."""
    for stretch, part, other in ((stretches[0], torch, tf), (stretches[1], tf, torch)):
        behind = goes_on_as(stretch, part, other)
        if behind is None:
            continue
        shared = max({*part.starts} & {*other.starts}, key=lambda each: part.starts[each])
        given, without = part.starts[shared], other.starts[shared]
        own, others = stretch.record, step.record(other.side)
        note = relation(own.values[given], own.values[part.output])
        taken = _parts(step, what, other)
        if kind(part.operation.name) in CHOOSES and (at := line_that_takes(others, other.number, without)):
            taken = line(step, what, other.side, PARTS, at, other.output)
        lines = {part.side: _parts(step, what, part, note), other.side: taken}
        before, elsewhere = made_at(own, given), made_at(others, without)
        if elsewhere and is_in_the_statement_before(_place(step, part), before, place_of(own, behind)):
            lines[other.side] = line(step, what, other.side, PARTS, elsewhere, without)
        return [*_common(step, what, torch, tf), *(lines[side] for side in SIDES)]
    return []


def _parts(step: Step, what: str, part: Part, note: str = "") -> Line:
    place = _place(step, part)
    assert place is not None, "only operations with a line are paired"
    return line(step, what, part.side, PARTS, place, part.output, note)


def _common(step: Step, what: str, torch: Part, tf: Part) -> list[Line]:
    """The last value that both parts start from and that has a line on both sides."""
    for each in sorted({*torch.starts} & {*tf.starts}, key=lambda one: -torch.starts[one]):
        values = torch.starts[each], tf.starts[each]
        places = [made_at(step.record(side), value) for side, value in zip(SIDES, values, strict=True)]
        if all(places):
            return [
                line(step, what, side, BOTH, place, value)
                for side, place, value in zip(SIDES, places, values, strict=True)
                if place
            ]
    return []


def _place(step: Step, part: Part) -> Place | None:
    return line_to_blame(step.record(part.side), step.alike.of(part.side), step.alike.both, part.number)
