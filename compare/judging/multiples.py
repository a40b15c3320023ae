"""Where a factor comes in that the results of two formulas differ by, in however many operations each is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import PASSING, kind
from compare.judging.terms import CLOSE
from compare.traces.fingerprints import Fingerprint
from compare.traces.operations import UNREDUCED

SOME = 3  # elements that a factor must explain
PRODUCTS = ("mul", "div", *PASSING)
REDUCTIONS = ("sum", "mean")


def first_multiple(one: Stretch, other: Stretch, left: int, right: int, sign: int = 1) -> tuple[Part, Part] | None:
    """The first values, on the ways to two results, that differ by the same factor as the results do.

    None where the results differ by no factor, or only by the `sign` that is turned behind them (by any where it is 0);
    or where nothing of some elements does.
    """
    mine, theirs = one.record.values[left].print, other.record.values[right].print
    if mine is None or theirs is None or mine.size != theirs.size or not mine.total or not theirs.total:
        return None
    times = theirs.total / mine.total
    differs = abs(times - sign) if sign else abs(abs(times) - 1)
    if differs <= CLOSE or (mine.size > 1 and not is_multiple(mine, theirs, times)):
        return None
    for value in one.upstream(left):
        for another in other.upstream(right):
            if one.is_matched(value) and other.is_matched(another):
                continue
            mine, theirs = one.record.values[value].print, other.record.values[another].print
            if mine and theirs and mine.size >= SOME and not mine.is_constant and is_multiple(mine, theirs, times):
                return one.made(_before_products(one, value)), other.made(_before_products(other, another))
    return None


def _before_products(stretch: Stretch, value: int) -> int:
    """What brings the factor into a product, where all else in it is what both sides have."""
    while not stretch.is_matched(value):
        number = stretch.record.producer[value]
        followed = stretch.followed_by(number)
        if kind(stretch.record.operations[number].name) not in PRODUCTS or len(followed) != 1:
            break
        value = followed[0]
    return value


def is_multiple(of: Fingerprint, value: Fingerprint, times: float) -> bool:
    """Whether a value is so many times another, in some layout."""
    if of.size != value.size or of.not_finite != value.not_finite:
        return False
    close = CLOSE * max(value.magnitudes, abs(times) * of.magnitudes)
    return (
        abs(value.total - times * of.total) <= close
        and abs(value.magnitudes - abs(times) * of.magnitudes) <= close
        and abs(value.squares - times**2 * of.squares) <= 2 * CLOSE * value.squares
        and min(abs(value.by_axes - times * of.by_axes), abs(value.in_order - times * of.in_order)) <= close
    )


def divided_otherwise(one: Stretch, other: Stretch, left: int, right: int) -> bool:
    """Whether both are made of one sum, and only what that is divided by differs."""
    return _have_one(_sums_before(one, left), _sums_before(other, right))


def masked_by_one(one: Stretch, other: Stretch, left: int, right: int) -> bool:
    """Whether both end with a mean, and only that of one's loss is of fewer than its elements: some are masked."""
    means = [_is_mean(stretch, value) for stretch, value in ((one, left), (other, right))]
    return all(means) and _is_of_fewer(one, left) is not _is_of_fewer(other, right)


def _is_mean(stretch: Stretch, value: int) -> bool:
    number, print = stretch.record.producer.get(value), stretch.record.values[value].print
    is_mean = number is not None and kind(stretch.record.operations[number].name) == "mean"
    return is_mean and print is not None and print.size == 1


def _is_of_fewer(stretch: Stretch, value: int) -> bool:
    """Whether a mean, which a loss takes itself, is not that of all that it computes."""
    given = stretch.record.operations[stretch.record.producer[value]].inputs[0]
    made, before = stretch.record.producer.get(given), stretch.record.values[given].print
    mean = stretch.record.values[value].print
    if made is None or not stretch.record.operations[made].name.endswith(UNREDUCED) or not before or not mean:
        return False
    return abs(mean.total * before.size - before.total) > CLOSE * before.magnitudes


def divided_together(one: Stretch, other: Stretch, terms: Sequence[int], whole: int) -> bool:
    """The same, where the sum is the one of several values on one side."""
    prints = [one.record.values[each].print for each in terms]
    total = sum(print.total if print and print.size == 1 else np.nan for print in prints)
    return _have_one([total], _sums_before(other, whole))


def _have_one(sums: Iterable[float], others: Sequence[float]) -> bool:
    return any(mine and abs(mine - theirs) <= CLOSE * abs(mine) for mine in sums for theirs in others)


def _sums_before(stretch: Stretch, value: int) -> list[float]:
    """The sums that a value is made of: of what is reduced to one number, or of a sum that is divided by a number."""
    number, print = stretch.record.producer.get(value), stretch.record.values[value].print
    if number is None or print is None or print.size != 1 or not stretch.record.operations[number].inputs:
        return []
    given, name = stretch.record.operations[number].inputs[0], kind(stretch.record.operations[number].name)
    before = stretch.record.values[given].print
    is_divided = name == "div" and before is not None and before.size == 1 and not stretch.is_matched(given)
    return [before.total] if before is not None and (name in REDUCTIONS or is_divided) else []
