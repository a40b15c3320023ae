"""The lines that make what two operations start from, where these may be to blame instead of the operations that part:
they may lack what the other side does at once, group axes otherwise, or make other data."""

from __future__ import annotations

from collections.abc import Iterator

from compare.judging.callers import line_that_makes
from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import kind
from compare.judging.laid_out import LAYS_OUT, reordered
from compare.judging.line import PARTS, Line, Step, line, made_at, place_of
from compare.judging.part_lines import place_of_part
from compare.traces.places import Place


def lines_of_makers(step: Step, what: str, stretches: tuple[Stretch, Stretch], torch: Part, tf: Part) -> list[Line]:
    """The lines that make what a pair starts from and may be to blame."""
    lines = [*_reordered(step, what, stretches, torch, tf), *_of_other_data(step, what, torch, tf)]
    for its, part, other in ((stretches[0], torch, tf), (stretches[1], tf, torch)):
        lines += _made_at_once(step, what, its, part, other)
        lines += _grouped(step, what, part, other)
    return lines


def _made_at_once(step: Step, what: str, stretch: Stretch, part: Part, other: Part) -> list[Line]:
    """Where one side goes on with what both have alone, in the statement that makes it, and the other takes it in a
    further one: both statements that make it, as the other's may lack the rest."""
    shared = {*part.starts} & {*other.starts}
    if len(part.starts) != 1 or not shared:
        return []
    (each,) = shared
    made, theirs = made_at(stretch.record, part.starts[each]), _made(step, other, each)
    does_more = (one for one in _takers(stretch, part, each) if kind(one.operation.name) != kind(other.operation.name))
    if made not in [place_of_part(step, one) for one in does_more]:
        return []
    places = ((part.side, made, part.output), (other.side, theirs, other.starts[each]))
    return [line(step, what, side, PARTS, place, value) for side, place, value in places if place]


def _takers(stretch: Stretch, part: Part, wanted: int) -> Iterator[Part]:
    """A part, and what takes a value and was passed over as another form of the other side's."""
    yield part
    for number in stretch.passed:
        passed = stretch.part(number, stretch.record.operations[number].outputs[0])
        if wanted in passed.starts:
            yield passed


def _made(step: Step, part: Part, start: int) -> Place | None:
    return line_that_makes(step.record(part.side), part.starts[start], part.number)


def _grouped(step: Step, what: str, part: Part, other: Part) -> list[Line]:
    """Where one side has split an axis of what both start from: that keeps all numbers, in groups that may be wrong."""
    record = step.record(part.side)
    for each in {*part.starts} & {*other.starts}:
        shapes = [_axes(step, one, each) for one in (part, other)]
        number = record.producer.get(part.starts[each])
        if len(shapes[0]) <= len(shapes[1]) or number is None or kind(record.operations[number].name) not in LAYS_OUT:
            continue
        at = made_at(record, part.starts[each])
        return [line(step, what, part.side, PARTS, at, part.starts[each])] if at else []
    return []


def _axes(step: Step, part: Part, start: int) -> list[int]:
    return sorted(size for size in step.record(part.side).values[part.starts[start]].shape if size > 1)


def _of_other_data(step: Step, what: str, torch: Part, tf: Part) -> list[Line]:
    """Where each takes, beside the same, one value of one shape that the other does not take here, though it has it:
    the lines that make these."""
    own = [[*{*part.starts} - {*other.starts}] for part, other in ((torch, tf), (tf, torch))]
    if not {*torch.starts} & {*tf.starts} or [len(each) for each in own] != [1, 1]:
        return []
    if _axes(step, torch, own[0][0]) != _axes(step, tf, own[1][0]):
        return []
    made = [(part, start, _made(step, part, start)) for part, (start,) in ((torch, own[0]), (tf, own[1]))]
    return [line(step, what, part.side, PARTS, at, part.starts[start]) for part, start, at in made if at]


def _reordered(step: Step, what: str, stretches: tuple[Stretch, Stretch], torch: Part, tf: Part) -> list[Line]:
    """Where both come to the same numbers in one shape, but in another order: the lines that lay them out."""
    found = reordered(stretches, torch, tf, step.tolerance)
    made = [(side, value, place_of(step.record(side), number)) for side, number, value in found]
    return [line(step, what, side, PARTS, at, value) for side, value, at in made if at]
