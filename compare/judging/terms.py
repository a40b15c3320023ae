"""A value as a sum of others, each times a number, through what only changes its shape or its dtype."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from compare.judging.frontier import Stretch
from compare.judging.kinds import PASSING, kind

LINEAR = frozenset(("add", "sub", "rsub", "mul", "div", "neg"))
FURTHEST = 40  # operations
MOST_TERMS = 24
SUM_OF_TWO = 3  # values
CLOSE = 1e-6  # of two factors


class Term(NamedTuple):
    """A value in a sum, what it is multiplied by, and the operation that takes it there."""

    value: int
    factor: float
    taker: int


def terms_of(
    stretch: Stretch, value: int, factor: float = 1.0, taker: int | None = None, by_chance: bool = False
) -> list[Term]:
    """A value as a sum of others, each times a number; even of one that both sides have, but only `by_chance`."""
    number = stretch.record.producer.get(value)
    if number is None:
        return [Term(value, factor, -1 if taker is None else taker)]
    taker = number if taker is None else taker
    whole = [Term(value, factor, taker)]
    if not by_chance and (stretch.is_matched(value) or stretch.signed_class_of(value)[0] >= 0):
        return whole
    operation, data = stretch.record.operations[number], _data(stretch, number)
    name = kind(operation.name)
    if name in PASSING and len(data) == 1:
        return terms_of(stretch, data[0], factor, taker, by_chance)
    if (name == "add" and len(data) > 1) or (name == "sub" and len(data) == 2):
        others = factor * _coefficient(stretch, value, data, -1.0 if name == "sub" else 1.0)
        added = [term for each in data[1:] for term in terms_of(stretch, each, others, number)]
        return [*terms_of(stretch, data[0], factor, number), *added][:MOST_TERMS]
    if name in ("add", "sub", "rsub") and len(data) == 1:  # and a constant
        taken_from = name == "rsub" or (name == "sub" and data[0] != operation.inputs[0])
        return terms_of(stretch, data[0], -factor if taken_from else factor, number)
    is_divisor = name == "div" and len(data) == 1 and data[0] != operation.inputs[0]
    if (
        name in ("mul", "div", "neg")
        and len(data) == 1
        and not is_divisor
        and (by := _multiple(stretch, value, data[0]))
    ):
        return terms_of(stretch, data[0], factor * by, number, by_chance)
    return whole


def data_of(stretch: Stretch, value: int) -> list[int]:
    """What a value is computed of that is no constant."""
    number = stretch.record.producer.get(value)
    return [] if number is None else _data(stretch, number)


def _coefficient(stretch: Stretch, value: int, data: Sequence[int], sign: float) -> float:
    """What the second of two values is multiplied by as it is added: PyTorch's `alpha` is told by no operand."""
    prints = [stretch.record.values[each].print for each in (value, *data)]
    whole, first, second = prints if len(prints) == SUM_OF_TWO else (None, None, None)
    if not whole or not first or not second or not whole.size == first.size == second.size > 1:
        return sign
    sums = np.array([[each.total, each.in_order] for each in (whole, first, second)])
    if not sums[2].all():
        return sign
    times = (sums[0] - sums[1]) / sums[2]
    return float(times[0]) if np.ptp(times) <= CLOSE * abs(times[0]) and abs(times[0] - sign) > CLOSE else sign


def _multiple(stretch: Stretch, value: int, of: int) -> float | None:
    """What a value is of another, where it is a multiple; None where that is not known."""
    print, before = stretch.record.values[value].print, stretch.record.values[of].print
    if print is None or before is None or print.size != before.size or not before.magnitudes:
        return None
    size = print.magnitudes / before.magnitudes
    sign = -1.0 if print.total * before.total < 0 or print.highest == -before.lowest * size else 1.0
    return sign * size


def _data(stretch: Stretch, number: int) -> list[int]:
    """The inputs of an operation that are no constants."""
    inputs = stretch.record.operations[number].inputs
    return [each for each in inputs if _is_computed(stretch, each) or stretch.is_followed(each)]


def _is_computed(stretch: Stretch, value: int) -> bool:
    """Whether both have a value, and it is no number that stands in the code."""
    print = stretch.record.values[value].print
    number = print is not None and print.size == 1 and value not in stretch.record.producer
    return stretch.is_matched(value) and not number


def behind_passing(stretch: Stretch, value: int) -> int:
    """What a value was before its shape or dtype was changed."""
    for _ in range(FURTHEST):
        number = stretch.record.producer.get(value)
        if number is None or stretch.is_matched(value) or kind(stretch.record.operations[number].name) not in PASSING:
            break
        followed = stretch.followed_by(number)
        if len(followed) != 1:
            break
        value = followed[0]
    return value


def behind_numbers(stretch: Stretch, value: int) -> int:
    """What a value was before numbers were added to it, or it was multiplied by some."""
    for _ in range(FURTHEST):
        number, data = stretch.record.producer.get(value), data_of(stretch, value)
        name = "" if number is None else kind(stretch.record.operations[number].name)
        if len(data) != 1 or stretch.is_matched(value) or name not in PASSING | LINEAR:
            break
        value = data[0]
    return value
