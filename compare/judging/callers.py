"""Which of the lines that were running is to blame for an operation: a function that is called from several places, and
is right elsewhere, was given something else here."""

from __future__ import annotations

from collections.abc import Mapping

from compare.traces.operations import Operations
from compare.traces.places import Place


def line_to_blame(record: Operations, classes: Mapping[int, int], both: frozenset[int], number: int) -> Place | None:
    """The innermost line of an operation whose function did not come to what both sides have when called elsewhere."""
    stack = record.operations[number].stack
    for depth, place in enumerate(stack):
        ends: dict[tuple[Place, ...], bool] = {}  # of each call: whether both sides have what it came to
        for each in record.on_line[stack[0]]:
            told = [value for value in each.outputs if value in classes]
            if told and each.stack[: depth + 1] == stack[: depth + 1]:
                ends[each.stack[depth + 1 :]] = all(classes[value] in both for value in told)
        behind = stack[depth + 1 :]
        if not behind or ends.get(behind) or not any(right for call, right in ends.items() if call):
            return place
    return None


def line_that_takes(record: Operations, number: int, value: int) -> Place | None:
    """The line of an operation that is in the function where a value was made: there a helper is given it."""
    stack, made = record.operations[number].stack, record.producer.get(value)
    functions = set() if made is None else {(each.file, each.function) for each in record.operations[made].stack}
    within = [place for place in stack if (place.file, place.function) in functions]
    return next(iter([*within, *stack]), None)


def line_that_uses(record: Operations, number: int, value: int) -> Place | None:
    """The line of an operation; where that made the value too, in another call, the innermost that did not."""
    stack, made = record.operations[number].stack, record.producer.get(value)
    makers = () if made is None else record.operations[made].stack
    if not stack or not makers or stack[0] != makers[0]:
        return next(iter(stack), None)
    return next((mine for mine, maker in zip(stack, makers, strict=False) if mine != maker), stack[0])
