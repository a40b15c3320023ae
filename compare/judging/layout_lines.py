"""What both sides only lay out anew, and come to the same numbers in another order: the lines that do so.

As where one transposes before it goes from (batch, days, phases) to rows, and the other takes them as they lie.
"""

from __future__ import annotations

from collections.abc import Iterator

from compare.judging.composed import Numbers
from compare.judging.kinds import PASSING, kind
from compare.judging.laid_out import LAYS_OUT
from compare.judging.line import PARTS, Line, Step, line, place_of
from compare.running.request import SIDES
from compare.traces.operations import WRITTEN, Operation, Operations
from compare.traces.places import Place

NOTE = "the same numbers in another order"
MOST = 3  # lines of a side


def lines_of_layout(step: Step, what: str, torch: int, tf: int) -> list[Line]:
    """The lines that lay out anew what two values are of something that both have; empty where they are not that."""
    if not _are_in_another_order(step, torch, tf):
        return []
    chains = [[*_laid_out(step, side, value)] for side, value in zip(SIDES, (torch, tf), strict=True)]
    begun = {step.alike.of(side).get(chain[-1][1]) for side, chain in zip(SIDES, chains, strict=True) if chain}
    if not all(chains) or len(begun) > 1 or not begun <= step.alike.both:
        return []
    found = [_lines(step, what, side, chain) for side, chain in zip(SIDES, chains, strict=True)]
    return [each for lines in found for each in lines] if all(found) else []


def _are_in_another_order(step: Step, torch: int, tf: int) -> bool:
    one, other = step.torch.values[torch].print, step.tf.values[tf].print
    if one is None or other is None or not Numbers([one]).has(other, step.tolerance):
        return False
    return abs(one.in_order - other.in_order) > step.tolerance * max(one.magnitudes, other.magnitudes)


def _laid_out(step: Step, side: str, value: int) -> Iterator[tuple[int, int]]:
    """The operations, from a value back, that change no number, each with what it is given: an isolated step replaces
    what is given by the other side's.
    """
    record, classes = step.record(side), step.alike.of(side)
    while (number := record.producer.get(value)) is not None:
        operation = record.operations[number]
        passes = kind(operation.name) in PASSING or (
            operation.name.endswith(WRITTEN) and classes.get(operation.inputs[0]) == classes.get(value)
        )
        if not passes or operation.of is not None:
            return
        value = operation.inputs[0]
        yield number, value


def _lines(step: Step, what: str, side: str, chain: list[tuple[int, int]]) -> list[Line]:
    """Those of a user's own that lay out anew, the last few; not what a recurrent layer, say, does of itself."""
    record = step.record(side)
    computing = {
        (place_of(record, number), operation.library.file)
        for number, operation in enumerate(record.operations)
        if operation.library is not None and kind(operation.name) not in PASSING and _makes_floats(record, operation)
    }
    places: dict[Place, int] = {}
    for number, _ in chain:
        operation, place = record.operations[number], place_of(record, number)
        own = operation.library is None or (place, operation.library.file) not in computing
        if place is not None and own and kind(operation.name) in LAYS_OUT:
            places.setdefault(place, operation.outputs[0])
    last = [*places.items()][:MOST]
    return [line(step, what, side, PARTS, place, value, NOTE) for place, value in reversed(last)]


def _makes_floats(record: Operations, operation: Operation) -> bool:
    """Whether it is no shape, nor an index, that an operation computes."""
    return any(record.values[each].dtype.startswith(("float", "bf")) for each in operation.outputs)
