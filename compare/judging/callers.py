"""Which of the lines that were running is to blame for an operation: a function that is called from several places, and
is right elsewhere, was given something else here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from compare.judging.scopes import around
from compare.judging.statements import tree
from compare.traces.operations import Operation, Operations
from compare.traces.places import Place


def line_to_blame(record: Operations, classes: Mapping[int, int], both: frozenset[int], number: int) -> Place | None:
    """The innermost line of an operation whose function did not come to what both sides have when called elsewhere, or
    did in the same call before: it goes on with something else."""
    operation = record.operations[number]
    stack = operation.stack
    if (again := _called_again(record, classes, both, number)) is not None:
        return again
    for depth, place in enumerate(stack):
        ends: dict[tuple, bool] = {}  # of each call, in their order: whether both sides have what it came to
        own, was_right, is_behind = _call(operation, depth), False, False
        for each in record.on_line[stack[0]]:
            told = [value for value in each.outputs if value in classes]
            is_behind |= each is operation
            if told and each.stack[: depth + 1] == stack[: depth + 1]:
                call, right = _call(each, depth), all(classes[value] in both for value in told)
                ends[call] = right
                is_inside = call == own and each.calls[:depth] != operation.calls[:depth]  # in another call of a helper
                was_right |= right and is_inside and not is_behind and each.name == operation.name
        last = [right for call, right in ends.items() if call[0] == own[0]][-1:]
        if not stack[depth + 1 :] or was_right or (ends.get(own) and all(last)):
            return place
        if not _is_right_elsewhere(ends, own):
            return place
    return None


def _called_again(record: Operations, classes: Mapping[int, int], both: frozenset[int], number: int) -> Place | None:
    """Where a function was called that came to what both sides have, and had when called from another line before."""
    operation = record.operations[number]
    own = both & {classes[value] for value in operation.outputs if value in classes}
    on_line = record.on_line[operation.stack[0]] if operation.stack and own else []
    for earlier in takewhile(lambda each: each is not operation, on_line):
        if earlier.name == operation.name and any(classes.get(value) in own for value in earlier.outputs):
            places = zip(operation.stack, earlier.stack, strict=False)
            if (apart := next((mine for mine, theirs in places if mine != theirs), None)) is not None:
                return apart
    return None


def _is_right_elsewhere(ends: Mapping[tuple, bool], own: tuple) -> bool:
    """Whether a function comes to what both sides have where it is called from another place, or from the same in
    earlier calls and in no later one, which would have nothing of this one then."""
    calls = [*ends]
    number = calls.index(own) if own in ends else len(calls)
    right = [place for place, call in enumerate(calls) if ends[call] and call[0]]
    if any(calls[each][0] != own[0] for each in right):
        return True
    return bool(right) and all(each < number for each in right)


def _call(operation: Operation, depth: int) -> tuple[tuple[Place, ...], tuple[int, ...]]:
    """What tells a call of the function in which a line of an operation stands: the lines behind it, and its number."""
    return operation.stack[depth + 1 :], operation.calls[depth : depth + 1]


def line_that_takes(record: Operations, number: int, value: int) -> Place | None:
    """The line of an operation that is in the function where a value was made: there a helper is given it."""
    made = record.producer.get(value)
    return _in_a_function_of(record.operations[number].stack, () if made is None else record.operations[made].stack)


def line_that_makes(record: Operations, value: int, number: int) -> Place | None:
    """The line where a value was made; where a helper that is called again made it, the one that calls it in a function
    in which what takes it stands too."""
    made = record.producer.get(value)
    stack = () if made is None else record.operations[made].stack
    if not stack or len({(each.stack[1:], each.calls[:1]) for each in record.on_line[stack[0]]}) == 1:
        return next(iter(stack), None)
    return _in_a_function_of(stack, record.operations[number].stack)


def comes_from_outside(record: Operations, operation: Operation, value: int) -> bool:
    """Whether a value was made outside the function in which an operation stands, which was given it then."""
    made = record.producer.get(value)
    inside = () if made is None else record.operations[made].stack
    return bool(inside) and function_of(operation.stack[0]) not in {function_of(place) for place in inside}


def _in_a_function_of(stack: Sequence[Place], others: Sequence[Place]) -> Place | None:
    """The innermost line that is in a function of the others; else the innermost of all."""
    functions = {function_of(each) for each in others}
    return next((place for place in stack if function_of(place) in functions), next(iter(stack), None))


def function_of(place: Place) -> tuple[str, str, int]:
    """The function of a line: methods of several classes may have one name."""
    module = tree(place.file)
    scope = None if module is None else around(module, place.line)[0]
    return place.file, place.function, getattr(scope, "lineno", 0)


def line_that_uses(record: Operations, number: int, value: int) -> Place | None:
    """The line of an operation; where that made the value too, the innermost that did not, or in one call did both."""
    operation, made = record.operations[number], record.producer.get(value)
    if made in (None, number) or not operation.stack or operation.stack[:1] != record.operations[made].stack[:1]:
        return next(iter(operation.stack), None)
    maker = record.operations[made]
    for depth, (mine, theirs) in enumerate(zip(operation.stack, maker.stack, strict=False)):
        in_one_call = operation.calls[depth : depth + 1] == maker.calls[depth : depth + 1] != ()
        if mine != theirs or in_one_call:
            return mine
    return operation.stack[0]
