"""A number as a sum of the totals of values: a mean of a sum is the sum of means, wherever either is taken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import kind
from compare.judging.multiples import REDUCTIONS
from compare.judging.relations import close
from compare.judging.shared_terms import CLOSE, class_of, taking
from compare.judging.terms import Term, data_of, terms_of

FEWEST = 2  # terms that are another one together


def totals(stretch: Stretch, terms: Sequence[Term]) -> list[Term]:
    """Numbers that are added up, taken apart through sums and means; each value once."""
    found: dict[int, Term] = {}
    for each in (one for term in terms for one in _totals_of(stretch, term)):
        known = class_of(stretch, each)
        key = known if known >= 0 else -1 - each.value
        before = found.get(key)
        found[key] = each if before is None else before._replace(factor=before.factor + each.factor)
    return [each for each in found.values() if abs(each.factor) > CLOSE**2]


def _totals_of(stretch: Stretch, whole: Term) -> list[Term]:
    size, found = _size(stretch, whole.value), []
    for term in terms_of(stretch, whole.value, whole.factor, whole.taker):
        times = term.factor * size / _size(stretch, term.value)  # what is smaller is added to each part of the larger
        number, given = stretch.record.producer.get(term.value), data_of(stretch, term.value)
        name = "" if number is None else kind(stretch.record.operations[number].name)
        is_reduced = name in REDUCTIONS and len(given) == 1 and class_of(stretch, term) < 0
        if number is None or not is_reduced or stretch.is_matched(term.value):
            found.append(term._replace(factor=times))
            continue
        by = _size(stretch, term.value) / _size(stretch, given[0]) if name == "mean" else 1.0
        found += _totals_of(stretch, Term(given[0], times * by, number))
    return found


def _size(stretch: Stretch, value: int) -> int:
    return max(1, int(np.prod(stretch.record.values[value].shape)))


def are_numbers(stretch: Stretch, terms: Sequence[Term]) -> bool:
    return all(_size(stretch, each.value) == 1 for each in terms)


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
    """The operations that multiply two terms by a number; those that take them, where one sums and one averages."""
    takers = taking(one, mine), taking(other, theirs)
    if {kind(each.operation.name) for each in takers} == {*REDUCTIONS}:
        return takers
    return _multiplying(one, mine) or takers[0], _multiplying(other, theirs) or takers[1]


def _multiplying(stretch: Stretch, term: Term) -> Part | None:
    """The first operation behind a term that multiplies it by a number."""
    return next(
        (
            part
            for part in stretch.behind(term.value)
            if kind(part.operation.name) in ("mul", "div") and len(data_of(stretch, part.output)) == 1
        ),
        None,
    )
