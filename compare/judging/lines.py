"""The two lines of code that differ: the last values that both sides have, and what each then makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compare.judging.aliases import taken_as_it_is, with_aliases
from compare.judging.alike import Alike, Finder, same
from compare.judging.exchanged_pieces import lines_of_any_exchanged
from compare.judging.forms import advanced
from compare.judging.frontier import Part, Stretch, overlap, pairs
from compare.judging.in_common import in_common
from compare.judging.kinds import PASSING, kind
from compare.judging.layout_lines import lines_of_layout
from compare.judging.left_out import with_takers
from compare.judging.line import PARTS, Line, Step, as_made, compared, line
from compare.judging.lockstep import UnclearError, descend
from compare.judging.pair_lines import PROVEN, lines_of_pair
from compare.judging.part_lines import line_of_part, place_of_part
from compare.running.request import SIDES
from compare.traces.fingerprints import fingerprint
from compare.traces.operations import Operations

MOST_PAIRS = 2
LONGEST_PASSAGE = 4  # lines


def lines_of_value(step: Step, what: str, torch: np.ndarray, tf: np.ndarray) -> list[Line]:
    """The lines where a value that differs parts; empty where they are not known."""
    targets = [find(step.record(side), array, step.tolerance) for side, array in zip(SIDES, (torch, tf), strict=True)]
    return [] if targets[0] is None or targets[1] is None else lines_up_to(step, what, targets[0], targets[1])


def lines_up_to(step: Step, what: str, torch: int, tf: int) -> list[Line]:
    """The lines where two values of the records part.

    Where an operation makes two things of what is the same in some order of its axes, and that is not the order that
    its shape suggests, the lines up to there come first.
    """
    if lines := lines_of_layout(step, what, torch, tf):
        return with_aliases(lines)
    lines, takes_another_order = _lines_between(step, what, torch, tf)
    if takes_another_order:
        ordered = compared(step.torch, step.tf, step.tolerance, in_order=True)
        lines = _without_repeats([*_lines_between(ordered, what, torch, tf)[0], *lines])
    return with_aliases([*lines, *taken_as_it_is(step, what, lines, torch, tf)])


def _without_repeats(lines: Sequence[Line]) -> list[Line]:
    return list({(each.side, each.role, each.at.line): each for each in reversed(lines)}.values())[::-1]


def _lines_between(step: Step, what: str, torch: int, tf: int) -> tuple[list[Line], bool]:
    """The lines between what both sides have and two values, and whether both have it in an order of its own.

    Where one side has elsewhere in the step what the other makes of it here, those that go on from that come behind.
    """
    both = in_common(step, torch, tf)
    lines, paired = _lines_from(step, what, both, torch, tf)
    takes_another_order = any(_takes_another_order(step, *pair) for pair in paired[:MOST_PAIRS])
    if both.both != step.alike.both:
        taking, _ = _lines_from(step, what, step.alike, torch, tf)
        lines = _without_repeats([*lines, *(each for each in taking if each.role == PARTS)])
    return lines, takes_another_order


def _lines_from(
    step: Step, what: str, both: Alike, torch: int, tf: int
) -> tuple[list[Line], list[tuple[Part | None, Part | None]]]:
    """The lines between what counts as what both sides have and two values, and the first operations there, paired."""
    targets = [as_made(step, side, value) for side, value in zip(SIDES, (torch, tf), strict=True)]
    one, other = (Stretch(side, step.record(side), both, end) for side, end in zip(SIDES, targets, strict=True))
    from_the_end, passages = _from_the_end(step, what, one, other)
    paired = _from_the_start(step, one, other)
    if paired and (exchanged := lines_of_any_exchanged(step, what, paired)):
        return exchanged, paired
    found = _together(from_the_end, _lines(step, what, (one, other), paired))
    if not found or _is_told(found):  # which says all
        return found, paired
    named = {(each.side, each.at.line) for each in found}
    return [*found, *(each for each in passages if (each.side, each.at.line) not in named)], paired


def _from_the_start(step: Step, one: Stretch, other: Stretch) -> list[tuple[Part | None, Part | None]]:
    """The first operations with a line that make something of what both have, paired."""
    frontiers = _ended(step, one, other) or _ended(step, other, one) or advanced(one, other)
    by_side = [[each for each in frontiers if each.side == side] for side in SIDES]
    placed = [
        [_with_line(step, stretch, each) for each in parts]
        for stretch, parts in zip((one, other), with_takers((one, other), by_side), strict=True)
    ]
    return pairs(*([each for each in parts if each] for parts in placed))


def _together(from_the_end: list[Line], from_the_start: list[Line]) -> list[Line]:
    """The lines from the end, and what those from the start add."""
    known = {(each.side, each.at.line) for each in from_the_end if each.role == PARTS}
    fresh = [each for each in from_the_start if (each.side, each.at.line) not in known]
    adds = any(each.role == PARTS for each in fresh) and not _is_told(from_the_end)
    return [*from_the_end, *(fresh if adds else [])]


def _is_told(lines: Sequence[Line]) -> bool:
    """Whether what one value is of the other says that it is these lines."""
    return any(each.note.startswith(PROVEN) for each in lines)


def _takes_another_order(step: Step, torch: Part | None, tf: Part | None) -> bool:
    """Whether two operations are given something whose axes come in another order than its shape suggests."""
    if torch is None or tf is None:
        return False
    shared = ((torch.starts[each], tf.starts[each]) for each in {*torch.starts} & {*tf.starts})
    prints = ((step.torch.values[one].print, step.tf.values[other].print) for one, other in shared)
    return any(one and other and not same(one, other, step.tolerance, in_order=True) for one, other in prints)


def _with_line(step: Step, stretch: Stretch, part: Part) -> Part | None:
    """An operation that has a line; of what a library's optimizer computes, that which is first given it."""
    behind = [part, *stretch.behind(part.output)]
    return next((each for each in behind if place_of_part(step, each)), None)


def _from_the_end(step: Step, what: str, one: Stretch, other: Stretch) -> tuple[list[Line], list[Line]]:
    """The lines of the first pairs to which both formulas can be followed back from their results.

    Where both cannot be followed together, no such lines, but the passages up to there: what differs is in them.
    """
    lines: list[Line] = []
    try:
        parted = descend(one, other)
    except UnclearError as error:
        ends = zip((one, other), error.values, strict=True)
        passages = [_passage(step, what, stretch, value) for stretch, value in ends]
        parted = [] if all(passages) else [*error.pairs]
        if not parted:
            return lines, [each for passage in passages for each in passage]
    for torch, tf in parted[:MOST_PAIRS]:
        known = {(each.side, each.at.line) for each in lines}
        places = [(part.side, place.line) for part in (torch, tf) if (place := place_of_part(step, part))]
        if len(places) == len(SIDES) and not known & {*places}:
            lines += lines_of_pair(step, what, (one, other), torch, tf)
    return lines, []


def _passage(step: Step, what: str, stretch: Stretch, value: int) -> list[Line]:
    """The lines between what both have and a value, those that compute if they are many; empty where these are many."""
    parts = [stretch.made(each) for each in stretch.upstream(value) if not stretch.is_matched(each)]
    return _few_lines(step, what, parts) or _few_lines(step, what, [each for each in parts if _computes(each)])


def _computes(part: Part) -> bool:
    """Whether it is more than a layout, or a layer of a library that is given what was computed before."""
    return part.operation.library is None and kind(part.operation.name) not in PASSING


def _few_lines(step: Step, what: str, parts: Sequence[Part]) -> list[Line]:
    """The lines to blame for operations, and their own; the former alone if all are too many."""
    lines = {
        (place.file, place.line): line_of_part(step, what, part)
        for part in parts
        if (place := place_of_part(step, part))
    }
    own = {
        (place.file, place.line): line(step, what, part.side, PARTS, place, part.output)
        for part in parts
        for place in part.operation.stack[:1]
        if (place.file, place.line) not in lines
    }
    both = [*lines.values(), *own.values()]
    return both if len(both) <= LONGEST_PASSAGE else list(lines.values()) if len(lines) <= LONGEST_PASSAGE else []


def _ended(step: Step, one: Stretch, other: Stretch) -> list[Part]:
    """The last operation of a side that ends with what the other goes on from, and the first of those that go on."""
    ended = step.alike.of(one.side).get(one.target)
    if ended not in step.alike.both:
        return []
    made, taking = one.made(one.target), [each for each in other.taking(ended) if place_of_part(step, each)]
    return [made, *taking[:1]] if taking and place_of_part(step, made) else []


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
            lines += [line_of_part(step, what, each) for each in alone]
            continue
        own = lines_of_pair(step, what, stretches, torch, tf)
        known = {(each.side, each.at.line) for each in lines}
        if not lines or (overlap(torch, tf) == 1 and not any((each.side, each.at.line) in known for each in own)):
            lines += own
    return lines
