"""Where two formulas part, from their results on: both are taken apart operation by operation, for as long as they do
the same to one value that differs. Sums are compared term by term, in whatever order they are added up.
"""

from __future__ import annotations

from collections.abc import Sequence

from compare.judging.frontier import Part, Stretch
from compare.judging.grouped_terms import without_groups
from compare.judging.multiples import divided_otherwise, first_multiple, masked_by_one
from compare.judging.shared_terms import (
    alike_first,
    are_negatives,
    divided_by_another,
    kind_made,
    made_by,
    one_more,
    scaled,
    taking,
    with_counts,
    without_common,
)
from compare.judging.terms import Term, behind_numbers, behind_passing, terms_of
from compare.judging.totals import are_numbers, counted_again, counted_otherwise, scaling, totals

DEEPEST = 40  # operations
# Of what is given to these the sign goes on, or tells nothing; of what is given to others it counts.
KEEPS_SIGN = ("mul", "div", "sum", "mean", "neg", "matmul", "add", "sub", "cat", "stack", "gather", "where")
LOSES_SIGN = ("pow", "abs")
EITHER = 0  # of a sign: what comes of it is the same

Pair = tuple[Part, Part]


class UnclearError(Exception):
    """Where both cannot be followed further together, and what differs may stand before; `values` are torch's and tf's
    there, and `pairs` what is known to part all the same, further behind."""

    def __init__(self, torch: int, tf: int, pairs: Sequence[Pair] = ()):
        super().__init__(torch, tf)
        self.values, self.pairs = (torch, tf), pairs


def descend(one: Stretch, other: Stretch) -> list[Pair]:
    """The pairs of operations at which the two ways to the targets part. UnclearError where that cannot be told."""
    found = _of_chance(one, other) or _apart(one, other, one.target, other.target, DEEPEST)
    above = [(_above(one, mine.number), _above(other, theirs.number)) for mine, theirs in found]
    firsts = [
        pair
        for pair, (ours, theirs) in zip(found, above, strict=True)
        if not any(each[0].number in ours or each[1].number in theirs for each in found if each is not pair)
    ]
    return firsts or found


def _of_chance(one: Stretch, other: Stretch) -> list[Pair]:
    """Where two sums part of which one has another value of the other side by chance: the mean of a term twice, say."""
    if not (one.is_matched(one.target) or other.is_matched(other.target)):
        return []
    terms, others = (terms_of(stretch, stretch.target, by_chance=True) for stretch in (one, other))
    return _of_sums(one, other, terms, others, DEEPEST) if len(terms) > 1 < len(others) else []


def _above(stretch: Stretch, number: int) -> set[int]:
    """The operations that an operation depends on, up to what both sides have."""
    found: set[int] = set()
    left = [number]
    while left:
        for value in stretch.followed_by(left.pop()):
            before = stretch.record.producer.get(value)
            if before is not None and before not in found:
                found.add(before)
                left.append(before)
    return found


def _apart(one: Stretch, other: Stretch, left: int, right: int, depth: int, sign: int = 1) -> list[Pair]:
    """Where two values that differ part, of which one may be the negative where `sign` is, as it is turned behind."""
    left, right = behind_passing(one, left), behind_passing(other, right)
    first, second = one.record.producer.get(left), other.record.producer.get(right)
    if depth == 0:
        raise UnclearError(left, right)
    if first is None or second is None or one.is_matched(left) or other.is_matched(right):
        return []
    if sign != 1 and are_negatives(one, other, left, right):
        return []
    here = [(one.part(first, left), other.part(second, right))]
    if (found := first_multiple(one, other, left, right, sign)) is not None:
        return [found]
    if divided_otherwise(one, other, left, right) or masked_by_one(one, other, left, right):
        return here
    kinds = [kind_made(stretch, number) for stretch, number in ((one, first), (other, second))]
    terms, others = terms_of(one, left), terms_of(other, right)
    if _is_written_otherwise(one, other, terms, others):
        raise UnclearError(behind_numbers(one, left), behind_numbers(other, right))
    if len(terms) > 1 or len(others) > 1 or terms[0].value != left or others[0].value != right:
        return _of_sums(one, other, terms, others, depth, sign) or here
    followed = [[*dict.fromkeys(one.followed_by(first))], [*dict.fromkeys(other.followed_by(second))]]
    if kinds[0] != kinds[1]:
        if any(followed):  # one formula written in two ways, or two formulas: what differs may stand before
            raise UnclearError(left, right)
        return here
    if len(followed[0]) != len(followed[1]):  # one side does something more before
        return [_with_more(one, other, here[0], left, right)]
    turned = sign if kinds[0] in KEEPS_SIGN else EITHER if kinds[0] in LOSES_SIGN else 1
    return _of_each(one, other, [(*pair, turned) for pair in zip(*followed, strict=True)], depth) or here


def _is_written_otherwise(one: Stretch, other: Stretch, terms: list[Term], others: list[Term]) -> bool:
    """Whether one side makes at once, element by element, what the other adds up of several other terms."""
    single, several = sorted((terms, others), key=len)
    is_told = len(single) != 1 or len(several) <= 1 or are_numbers(one if single is terms else other, single)
    return (
        not is_told
        and without_common(one, other, terms, others) == (terms, others)
        and not scaled(one, other, terms, others)
    )


def _of_each(one: Stretch, other: Stretch, values: Sequence[tuple[int, int, int]], depth: int) -> list[Pair]:
    """Where several pairs of values, each with a sign, part; those that cannot be followed count where no other can."""
    found: list[Pair] = []
    unclear: UnclearError | None = None
    for mine, theirs, sign in values:
        try:
            found += _apart(one, other, mine, theirs, depth - 1, sign)
        except UnclearError as error:
            unclear = unclear or error
    if unclear and not found:
        raise unclear
    return found


def _with_more(one: Stretch, other: Stretch, here: Pair, left: int, right: int) -> Pair:
    """What one side does more to what the other takes as it is, beside the operation that takes it."""
    for stretch, part, plain in ((one, here[0], here[1]), (other, here[1], here[0])):
        shared = {*plain.starts} - {*part.starts}
        for number in sorted(_above(stretch, part.number)):
            extra = stretch.part(number, stretch.record.operations[number].outputs[0])
            if shared & {*extra.starts}:
                return (extra, plain) if stretch is one else (plain, extra)
    raise UnclearError(left, right)


def _of_sums(
    one: Stretch, other: Stretch, terms: list[Term], others: list[Term], depth: int, sign: int = 1
) -> list[Pair]:
    """Where two sums part: at the terms that are not in both."""
    left, right = without_common(one, other, terms, others)
    if found := scaled(one, other, left, right):
        return [(taking(one, mine), taking(other, theirs)) for mine, theirs in found]
    if not left or not right:
        return one_more(one, other, left, right, terms, others)
    if again := divided_by_another(one, other, left, right):
        return [again]
    left, right = with_counts(one, left, right), with_counts(other, right, left)
    if counted := counted_otherwise(one, other, totals(one, left), totals(other, right)):
        return counted
    if len(left) == len(right):
        return _of_terms(one, other, left, right, depth, sign, alone=len(left) == 1 < len(terms))
    left, right, of_groups = without_groups(one, other, left, right)
    if of_groups or not left or not right:
        return [scaling(one, other, mine, theirs) for mine, theirs in of_groups]
    apart = totals(one, left), totals(other, right)
    if are_numbers(one, left) and are_numbers(other, right) and apart != (left, right):
        return _of_totals(one, other, *apart, depth, sign)
    return _of_terms(one, other, *alike_first(one, other, left, right), depth, sign)


def _of_totals(
    one: Stretch, other: Stretch, terms: list[Term], others: list[Term], depth: int, sign: int
) -> list[Pair]:
    """The same of two numbers, through the sums and means that either takes."""
    left, right = without_common(one, other, terms, others)
    if again := counted_again(one, other, (left, right), (terms, others)):
        return [again]
    if not left or not right:
        return one_more(one, other, left, right, terms, others)
    alone = len(left) == len(right) == 1 < len(terms)
    return _of_terms(one, other, *alike_first(one, other, left, right), depth, sign, alone)


def _of_terms(
    one: Stretch, other: Stretch, left: list[Term], right: list[Term], depth: int, sign: int, alone: bool = False
) -> list[Pair]:
    """Where the terms of two sums part, in this order; `alone` are two that all others are the same beside."""
    pairs = list(zip(left, right, strict=False))
    made = [(made_by(one, mine), made_by(other, theirs)) for mine, theirs in pairs]
    try:
        return _of_each(one, other, [_with_sign(mine, theirs, sign) for mine, theirs in pairs], depth) or made
    except UnclearError as unclear:
        if alone and unclear.values == (pairs[0][0].value, pairs[0][1].value):
            return made
        raise UnclearError(*unclear.values, made if alone else ()) from unclear


def _with_sign(mine: Term, theirs: Term, sign: int) -> tuple[int, int, int]:
    return mine.value, theirs.value, sign if mine.factor * theirs.factor > 0 else -sign
