"""Where a factor comes in that the results of two formulas differ by, in however many operations each is written."""

from __future__ import annotations

from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import kind
from compare.traces.fingerprints import Fingerprint

CLOSE = 1e-6  # of two factors
SOME = 3  # elements that a factor must explain
PRODUCTS = ("mul", "div", "identity", "clone", "alias", "tocopy", "cast")
REDUCTIONS = ("sum", "mean")


def first_multiple(one: Stretch, other: Stretch, left: int, right: int) -> tuple[Part, Part] | None:
    """The first values, on the ways to two results, that differ by the same factor as the results do.

    None where the results differ by no factor, or nothing of some elements does.
    """
    mine, theirs = one.record.values[left].print, other.record.values[right].print
    if mine is None or theirs is None or mine.size != theirs.size or not mine.total or not theirs.total:
        return None
    times = theirs.total / mine.total
    if abs(times - 1) <= CLOSE or (mine.size > 1 and not is_multiple(mine, theirs, times)):
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
    """Whether both are reduced from values of one sum, and only what that is divided by differs."""
    sums = [_sum_before(one, left), _sum_before(other, right)]
    if sums[0] is None or sums[1] is None or not sums[0]:
        return False
    return abs(sums[0] - sums[1]) <= CLOSE * abs(sums[0])


def _sum_before(stretch: Stretch, value: int) -> float | None:
    """The sum of what is reduced to one number; None where it is not."""
    number, print = stretch.record.producer.get(value), stretch.record.values[value].print
    if number is None or print is None or print.size != 1:
        return None
    operation = stretch.record.operations[number]
    before = stretch.record.values[operation.inputs[0]].print if operation.inputs else None
    return before.total if before is not None and kind(operation.name) in REDUCTIONS else None
