"""The lines of two operations that part, one of each side: what both have, and what each makes of it."""

from __future__ import annotations

import numpy as np

from compare.judging.callers import line_that_makes, line_that_takes
from compare.judging.exchanged_pieces import lines_of_exchanged
from compare.judging.forms import BENDING
from compare.judging.frontier import Part, Stretch
from compare.judging.further_lines import further_lines
from compare.judging.kinds import kind
from compare.judging.laid_out import before_laid_out
from compare.judging.left_out import goes_on_as, negatives_given
from compare.judging.line import BOTH, PARTS, Line, Step, as_made, line, made_at, place_of
from compare.judging.makers import lines_of_makers
from compare.judging.part_lines import line_of_part, place_of_part
from compare.judging.relations import relation
from compare.running.request import SIDES

MOST_LINES = 2  # of a side
CHOOSES = ("slice", "stridedslice", "narrow", "gather", "index", "roll", "flip", "reverse", "maskedselect")
OFFSET = ("+ ", "- ")  # how the relation begins of what may as well be added before it is laid out
PROVEN = ("= ", "the negative", "+ ", "- ")  # how a relation begins that two different operations do not have


def lines_of_pair(step: Step, what: str, stretches: tuple[Stretch, Stretch], torch: Part, tf: Part) -> list[Line]:
    """The lines of a pair; where one side leaves something out, the line where it would stand."""
    pair = _of_pair(step, what, torch, tf)
    if exchanged := lines_of_exchanged(step, what, torch, tf):
        return [
            *(each for each in pair if each.role == BOTH),
            *exchanged,
            *(each for each in pair if each.role == PARTS),
        ]
    is_told = pair[-1].note.startswith(PROVEN)  # then both are the same operation, done in another way
    lines = pair if is_told else _of_left_out(step, what, stretches, torch, tf) or pair
    known = {(each.side, each.at.line) for each in lines if each.role == PARTS}
    more = further_lines(step, what, stretches, torch, tf)
    lines = [*lines, *(each for each in more if (each.side, each.at.line) not in known)]
    return _with_room(lines, lines_of_makers(step, what, stretches, torch, tf))


def _with_room(lines: list[Line], more: list[Line]) -> list[Line]:
    """The lines, and more where a side has none beside that of its part."""
    for each in more:
        known = {one.at.line for one in lines if one.role == PARTS and one.side == each.side}
        lines += [each] if len(known) < MOST_LINES and each.at.line not in known else []
    return lines


def _of_pair(step: Step, what: str, torch: Part, tf: Part) -> list[Line]:
    """Both sides make something else of what they have."""
    note = relation(step.torch.values[torch.output], step.tf.values[tf.output]) or _widened(step, torch, tf)
    return [*_common(step, what, torch, tf), line_of_part(step, what, torch), line_of_part(step, what, tf, note)]


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
    for stretch, its, part, other in ((*stretches, torch, tf), (*stretches[::-1], tf, torch)):
        behind = goes_on_as(stretch, part, other, negatives_given(its, other.number))
        if behind is None:
            continue
        shared = max({*part.starts} & {*other.starts}, key=lambda each: part.starts[each])
        given, without = part.starts[shared], other.starts[shared]
        own, others = stretch.record, step.record(other.side)
        note = "" if _is_inside(stretch, part, other) else relation(own.values[given], own.values[part.output])
        taken = line_of_part(step, what, other)
        if kind(part.operation.name) in CHOOSES and (at := line_that_takes(others, other.number, without)):
            taken = line(step, what, other.side, PARTS, at, other.output)
        lines = {part.side: line_of_part(step, what, part, note), other.side: taken}
        found = {side: [each] for side, each in lines.items()}
        is_made_so = place_of_part(step, part) == made_at(own, given)
        without = as_made(step, other.side, without)
        elsewhere = made_at(others, without) if is_made_so else line_that_makes(others, without, other.number)
        if elsewhere not in (None, taken.at) and not _belongs_to_what_follows(step, part, is_made_so, behind):
            found[other.side].insert(0, line(step, what, other.side, PARTS, elsewhere, without))
        first = before_laid_out(others, without) if note.startswith(OFFSET) else None
        if first is not None and (at := made_at(others, first)):
            found[other.side].insert(0, line(step, what, other.side, PARTS, at, first))
        return [*_common(step, what, torch, tf), *found["torch"], *found["tf"]]
    return []


def _is_inside(stretch: Stretch, extra: Part, other: Part) -> bool:
    """Whether a sign is turned within a function that the other side does not have, where it proves nothing."""
    taking = [kind(each.operation.name) for each in stretch.behind(extra.output)[:1]]
    return (
        bool(taking) and kind(extra.operation.name) == "neg" and {*taking} <= {*BENDING} - {kind(other.operation.name)}
    )


def _belongs_to_what_follows(step: Step, extra: Part, is_made_so: bool, behind: int) -> bool:
    """Whether what one side does more stands in the statement that goes on; or chooses, and not in the one before."""
    chooses = kind(extra.operation.name) in CHOOSES and not is_made_so
    return chooses or place_of_part(step, extra) == place_of(step.record(extra.side), behind)


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
