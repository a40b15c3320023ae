"""A number as a sum of the totals of values: a mean of a sum is the sum of means, wherever either is taken."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import numpy as np

from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import kind
from compare.judging.multiples import REDUCTIONS
from compare.judging.relations import close
from compare.judging.shared_terms import CLOSE, class_of, scaled, taking, without_common
from compare.judging.terms import Term, data_of, terms_of

FEWEST = 2  # terms that are another one together
DEEPEST = 8  # sums and means, one in another: each value may come apart into several


def totals(stretch: Stretch, terms: Sequence[Term]) -> list[Term]:
    """What is added up, taken apart through sums and means: the totals of which its total is the sum; each value
    once."""
    size, found = max((_size(stretch, each.value) for each in terms), default=1), dict[int, Term]()
    spread = [each._replace(factor=each.factor * size / _size(stretch, each.value)) for each in terms]
    for each in (one for term in spread for one in _totals_of(stretch, term)):
        known = class_of(stretch, each)
        key = known if known >= 0 else -1 - each.value
        before = found.get(key)
        found[key] = each if before is None else before._replace(factor=before.factor + each.factor)
    return [each for each in found.values() if abs(each.factor) > CLOSE**2]


def _totals_of(stretch: Stretch, whole: Term, deepest: int = DEEPEST) -> list[Term]:
    size, found = _size(stretch, whole.value), []
    for term in terms_of(stretch, whole.value, whole.factor, whole.taker):
        times = term.factor * size / _size(stretch, term.value)  # what is smaller is added to each part of the larger
        number, given = stretch.record.producer.get(term.value), data_of(stretch, term.value)
        name = "" if number is None else kind(stretch.record.operations[number].name)
        is_reduced = name in REDUCTIONS and len(given) == 1 and class_of(stretch, term) < 0
        if number is None or not (is_reduced and deepest) or stretch.is_matched(term.value):
            found.append(term._replace(factor=times))
            continue
        by = _size(stretch, term.value) / _size(stretch, given[0]) if name == "mean" else 1.0
        found += _totals_of(stretch, Term(given[0], times * by, number), deepest - 1)
    return found


def _size(stretch: Stretch, value: int) -> int:
    return max(1, int(np.prod(stretch.record.values[value].shape)))


def are_numbers(stretch: Stretch, terms: Sequence[Term]) -> bool:
    return all(_size(stretch, each.value) == 1 for each in terms)


def counted_otherwise(one: Stretch, other: Stretch, terms: list[Term], others: list[Term]) -> list[tuple[Part, Part]]:
    """Where two sums have the same value with other factors; or one has it, and the other adds it as a number."""
    left, right = without_common(one, other, terms, others)
    if found := scaled(one, other, left, right):
        return [scaling(one, other, mine, theirs) for mine, theirs in found]
    of_left = [(taking(one, each), part) for each in left for part in _adding(other, one, each)]
    of_right = [(part, taking(other, each)) for each in right for part in _adding(one, other, each)]
    return [*of_left, *of_right][:1]


def _adding(stretch: Stretch, other: Stretch, term: Term) -> list[Part]:
    """The operations that add a term of the other side's that is a number here, computed outside of the step."""
    found = stretch.taking(class_of(other, term))
    return [
        part
        for part in found
        if kind(part.operation.name) in ("add", "sub", "rsub")
        and not {*data_of(stretch, part.output)} & {*part.starts.values()}
    ]


def counted_again(
    one: Stretch, other: Stretch, apart: tuple[list[Term], list[Term]], terms: tuple[list[Term], list[Term]]
) -> tuple[Part, Part] | None:
    """Where what only one side has is, together, so many times another term of both: the factor of that differs."""
    if bool(apart[0]) == bool(apart[1]):
        return None
    extra, stretch, own = (apart[0], one, terms[0]) if apart[0] else (apart[1], other, terms[1])
    added = [_times(stretch, each) for each in extra]
    if len(extra) < FEWEST or any(each.shape != added[0].shape or each.size < FEWEST for each in added):
        return None
    whole, common = np.sum(added, axis=0), [each for each in own if each not in extra]
    again = {class_of(stretch, each) for each in common if _is_multiple(whole, _times(stretch, each))}
    found = (
        scaling(one, other, mine, theirs)
        for mine in terms[0]
        for theirs in terms[1]
        if class_of(one, mine) == class_of(other, theirs) in again
    )
    return next(found, None)


def _times(stretch: Stretch, term: Term) -> np.ndarray:
    whole = stretch.record.values[term.value].whole
    return np.empty(0) if whole is None else term.factor * whole.squeeze()


def _is_multiple(whole: np.ndarray, value: np.ndarray) -> bool:
    if whole.shape != value.shape or not value.any():
        return False
    return close(whole, value * float((whole * value).sum() / (value * value).sum()), CLOSE)


def scaling(one: Stretch, other: Stretch, mine: Term, theirs: Term) -> tuple[Part, Part]:
    """The operations that multiply two terms by a number; those that take them, where one sums and one averages, or
    both add them to what is larger, that is, several times."""
    takers = taking(one, mine), taking(other, theirs)
    is_reduced = {kind(each.operation.name) for each in takers} == {*REDUCTIONS}
    if is_reduced or (_is_spread(one, mine) and _is_spread(other, theirs)):
        return takers
    return _multiplying(one, mine) or takers[0], _multiplying(other, theirs) or takers[1]


def _is_spread(stretch: Stretch, term: Term) -> bool:
    (made,) = stretch.record.operations[term.taker].outputs[:1]
    return _size(stretch, made) > _size(stretch, term.value)


def _multiplying(stretch: Stretch, term: Term) -> Part | None:
    """The last operation behind a term, before it is added to others, that multiplies it by a number."""
    alone = takewhile(lambda part: len(data_of(stretch, part.output)) == 1, stretch.behind(term.value))
    return next((part for part in [*alone][::-1] if kind(part.operation.name) in ("mul", "div")), None)
