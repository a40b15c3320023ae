"""Where one side computes with other weights: those of a copy, as a target network, that still has their values."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from compare.judging.line import PARTS, Line, Step, line
from compare.running.request import SIDES
from compare.traces.operations import Operations
from compare.traces.places import Place

NOTE = "computed with `{}`"


class Made(NamedTuple):
    """A value, and the weights that it is computed with from what both sides have."""

    value: int
    weights: frozenset[str]


def lines_of_other_weights(step: Step, what: str, weight: str) -> list[Line]:
    """The first lines where one side takes a weight, and the other one with the same values, for a value that both
    have; empty where there are none."""
    made = [_made_by_class(step, side) for side in SIDES]
    for each in sorted({*made[0]} & {*made[1]}, key=lambda one: made[0][one][-1].value):
        names = [frozenset[str]().union(*(one.weights for one in by_class[each])) for by_class in made]
        if (weight in names[0]) != (weight in names[1]) and len(names[0]) == len(names[1]):
            others = reversed(names)
            return [
                _line(step, what, side, by_class[each], other, weight)
                for side, by_class, other in zip(SIDES, made, others, strict=True)
            ]
    return []


def _line(step: Step, what: str, side: str, made: Sequence[Made], other: frozenset[str], weight: str) -> Line:
    """The line of the value that is not computed with the other side's weights, and of those the one like `weight`."""
    value, weights = next(each for each in made if each.weights - other)
    place = _called_at(step.record(side), step.record(side).producer[value])
    [name] = get_close_matches(weight, sorted(weights - other), n=1, cutoff=0)
    return line(step, what, side, PARTS, place, value, NOTE.format(name))


def _made_by_class(step: Step, side: str) -> dict[int, list[Made]]:
    """Of each class of values that both sides have, those that are computed with weights."""
    record, classes = step.record(side), step.alike.of(side)
    names = {value: name for name, value in record.weights.items()}
    found: dict[int, list[Made]] = {}
    for value, each in sorted(classes.items()):
        number = record.producer.get(value)
        if each in step.alike.both and value not in names and number is not None and _is_forward(record, number):
            weights = _weights_of(record, classes, step.alike.both, names, value)
            if weights:
                found.setdefault(each, []).append(Made(value, weights))
    return found


def _is_forward(record: Operations, number: int) -> bool:
    return record.operations[number].of is None and bool(record.operations[number].stack)


def _weights_of(
    record: Operations, classes: dict[int, int], both: frozenset[int], names: dict[int, str], value: int
) -> frozenset[str]:
    """The weights that a value is computed with, up to values that both sides have."""
    found, seen, left = set[str](), {value}, [value]
    while left:
        number = record.producer.get(left.pop())
        for each in record.operations[number].inputs if number is not None else ():
            if each in names:
                found.add(names[each])
            elif each not in seen and (classes.get(each) not in both or _is_read(record, names, each)):
                seen.add(each)
                left.append(each)
    return frozenset(found)


def _is_read(record: Operations, names: dict[int, str], value: int) -> bool:
    """Whether a value is a weight's own, read or laid out anew."""
    number = record.producer.get(value)
    inputs = () if number is None else record.operations[number].inputs
    return len(inputs) == 1 and inputs[0] in names


def _called_at(record: Operations, number: int) -> Place:
    """The line of an operation; in a function that is called from several places, the innermost that tells the call."""
    stack = record.operations[number].stack
    elsewhere = [each.stack for each in record.on_line[stack[0]] if each.stack != stack and each.of is None]
    for depth, place in enumerate(stack):
        if any(len(each) > depth and each[depth] != place for each in elsewhere):
            return place
    return stack[0]
