"""The lines beside those of two operations that part: where what they take is laid out, given to a helper, counted, set
as a number, or reduced."""

from __future__ import annotations

from collections.abc import Sequence

from compare.judging.callers import comes_from_outside
from compare.judging.constants import numbers_of, only_in_one
from compare.judging.frontier import REDUCTIONS, Part, Stretch, overlap
from compare.judging.kinds import kind
from compare.judging.laid_out import TAKES_APART, laid_out_by
from compare.judging.line import PARTS, Line, Step, as_made, line, made_at
from compare.judging.part_lines import line_of_part, place_of_part
from compare.judging.python_numbers import lines_of_numbers
from compare.judging.terms import PASSING
from compare.running.request import SIDES


def further_lines(step: Step, what: str, stretches: tuple[Stretch, Stretch], torch: Part, tf: Part) -> list[Line]:
    """The lines beside those of a pair; empty where they say all."""
    lines = [*_laid_out(step, what, torch, tf), *_laid_out(step, what, tf, torch), *_given(step, what, torch, tf)]
    lines += [*_before_reduced(step, what, torch, tf), *_before_reduced(step, what, tf, torch)]
    lines += [each for part in (torch, tf) if overlap(torch, tf) for each in _in_a_loop(step, what, part)]
    lines += _of_reduced(step, what, stretches, (torch, tf))
    lines += [each for its, part in zip(stretches, (torch, tf), strict=True) for each in _joined(step, what, its, part)]
    return [
        *lines,
        *_of_divisor(step, what, torch),
        *_of_divisor(step, what, tf),
        *_of_constants(step, what, torch, tf),
    ]


def _laid_out(step: Step, what: str, part: Part, other: Part) -> list[Line]:
    """The line where the other side lays out what this one does."""
    number = laid_out_by(step.record(other.side), part, other)
    operation = None if number is None else step.record(other.side).operations[number]
    if operation is None or not operation.stack:
        return []
    return [line(step, what, other.side, PARTS, operation.stack[0], operation.outputs[0])]


def _given(step: Step, what: str, torch: Part, tf: Part) -> list[Line]:
    """Where both do the same to other data: the lines of the step that give them to the functions that do it; of what
    is computed, those that call the function which does it."""
    kinds = {kind(part.operation.name) for part in (torch, tf)}
    if len(kinds) > 1 and not kinds <= PASSING:
        return []
    lines = []
    for part, other in ((torch, tf), (tf, torch)):
        own = [value for each, value in part.starts.items() if each not in other.starts]
        if not own:
            return []
        stack = part.operation.stack
        is_computed = any(value in step.record(part.side).producer for value in own)
        is_given = _is_called_again(step, part) or _is_given_all(step, part, own)
        at = stack[1:2] if is_computed and is_given else () if is_computed else stack[-1:]
        lines += [line(step, what, part.side, PARTS, place, part.output) for place in at]
    return lines


def _in_a_loop(step: Step, what: str, part: Part) -> list[Line]:
    """The line itself of an operation in a cell, for which the loop that calls the cell is to blame: its first calls,
    in which all states are alike, may be right by chance."""
    stack = part.operation.stack
    stacks = {each.stack for each in step.record(part.side).on_line[stack[0]]}
    is_blamed = len(stacks) == 1 and stack[0] != place_of_part(step, part)
    return [line(step, what, part.side, PARTS, stack[0], part.output)] if is_blamed else []


def _joined(step: Step, what: str, stretch: Stretch, part: Part) -> list[Line]:
    """Where what follows joins a piece of what only this side has, as a scan does at each turn: the line that computed
    the whole, before it was taken apart."""
    behind = [value for each in stretch.behind(part.output)[:1] for value in each.operation.inputs]
    makers = [stretch.record.producer.get(value) for value in behind]
    operations = [stretch.record.operations[number] for number in makers if number is not None]
    wholes = [each.inputs[0] for each in operations if kind(each.name) in TAKES_APART and each.inputs]
    own = [value for value in wholes if stretch.is_followed(value)]
    return [line(step, what, part.side, PARTS, at, value) for value in own if (at := made_at(stretch.record, value))]


def _of_reduced(step: Step, what: str, stretches: tuple[Stretch, Stretch], pair: tuple[Part, Part]) -> list[Line]:
    """Where both reduce other data: the lines that take what these come to, if others."""
    of_other_data = all(part.starts for part in pair) and not overlap(*pair)
    if not of_other_data or {kind(part.operation.name) for part in pair} - REDUCTIONS:
        return []
    takers = [(part, each) for one, part in zip(stretches, pair, strict=True) for each in one.behind(part.output)[:1]]
    elsewhere = [each for part, each in takers if each.operation.stack[:1] != part.operation.stack[:1]]
    return [line_of_part(step, what, each) for each in elsewhere if place_of_part(step, each)]


def _is_given_all(step: Step, part: Part, values: Sequence[int]) -> bool:
    record = step.record(part.side)
    return all(comes_from_outside(record, part.operation, value) for value in values)


def _is_called_again(step: Step, part: Part) -> bool:
    """Whether the function of an operation is called more than once in the step."""
    operation = part.operation
    calls = {each.calls[:1] for each in step.record(part.side).on_line[operation.stack[0]]}
    return len(calls) > 1


def _of_divisor(step: Step, what: str, part: Part) -> list[Line]:
    """The line of the count or the norm that something is divided by, where that stands elsewhere and only one side has
    it."""
    record, operation = step.record(part.side), part.operation
    if kind(operation.name) != "div" or len(operation.inputs) != 2:
        return []
    value, at = operation.inputs[1], made_at(record, operation.inputs[1])
    is_number = record.values[value].print is not None and not record.values[value].shape
    if not is_number or at is None or step.alike.of(part.side).get(value) in step.alike.both:
        return []
    return [line(step, what, part.side, PARTS, at, value)] if at != place_of_part(step, part) else []


def _of_constants(step: Step, what: str, torch: Part, tf: Part) -> list[Line]:
    """Where both start from the same: the lines that set the numbers of which each side has others, or compute some."""
    places = [place_of_part(step, part) for part in (torch, tf)]
    starts = [{*part.starts} for part in (torch, tf)]
    if None in places or not any(starts) or not (starts[0] <= starts[1] or starts[1] <= starts[0]):
        return []
    numbers = [numbers_of(place) for place in places if place]
    if any(set_elsewhere := only_in_one(*numbers)):
        return [
            Line(what, side, PARTS, each.at, f"{each.value:.6g}", "scalar")
            for side, found in zip(SIDES, set_elsewhere, strict=True)
            for each in found
            if each.at not in places
        ]
    computed = [lines_of_numbers(at, step.record(side)) for side, at in zip(SIDES, places, strict=True) if at]
    has_some = (
        made or any(each.at not in places for each in plain) for made, plain in zip(computed, numbers, strict=True)
    )
    sides = zip(SIDES, computed if all(has_some) else ((), ()), strict=True)
    return [Line(what, side, PARTS, at, "", "") for side, found in sides for at in found]


def _before_reduced(step: Step, what: str, part: Part, other: Part) -> list[Line]:
    """Where the other side multiplies the sum or mean that this one ends with: the line of what it is taken of, too.
    The factor may be left out there as well."""
    ends = step.alike.of(part.side).get(part.output)
    is_factor = kind(other.operation.name) in ("mul", "div")
    if not is_factor or kind(part.operation.name) not in REDUCTIONS or ends is None or ends not in other.starts:
        return []
    value = as_made(step, part.side, part.operation.inputs[0])
    at = made_at(step.record(part.side), value)
    return [line(step, what, part.side, PARTS, at, value)] if at and at != place_of_part(step, part) else []
