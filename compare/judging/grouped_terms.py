"""Terms of one sum that are, together, one term of another sum: one side adds up first what the other adds up last."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from compare.judging.frontier import Stretch
from compare.judging.shared_terms import CLOSE
from compare.judging.terms import Term

MOST = 6  # terms of a group


def without_groups(
    one: Stretch, other: Stretch, left: list[Term], right: list[Term]
) -> tuple[list[Term], list[Term], list[tuple[Term, Term]]]:
    """The terms of both sides without those of groups that the other side has as one, and of groups that it has with
    another factor the first term and that one."""
    left, right, of_left = _grouped(one, other, left, right)
    right, left, of_right = _grouped(other, one, right, left)
    return left, right, [*of_left, *((mine, theirs) for theirs, mine in of_right)]


def _grouped(
    one: Stretch, other: Stretch, terms: list[Term], wholes: list[Term]
) -> tuple[list[Term], list[Term], list[tuple[Term, Term]]]:
    scaled: list[tuple[Term, Term]] = []
    for whole in list(wholes):
        total = _total(other, whole)
        group = next((each for each in _runs(terms) if _is_sum(one, each, total)), None)
        if group is None:
            continue
        if abs(abs(group[0].factor) - abs(whole.factor)) > CLOSE * abs(whole.factor):
            scaled.append((group[0], whole))
        terms, wholes = [each for each in terms if each not in group], [each for each in wholes if each is not whole]
    return terms, wholes, scaled


def _runs(terms: list[Term]) -> Iterator[list[Term]]:
    """Terms next to each other, of one factor but for its sign."""
    for begin in range(len(terms)):
        for end in range(begin + 2, min(len(terms), begin + MOST) + 1):
            run = terms[begin:end]
            if any(abs(abs(each.factor) - abs(run[0].factor)) > CLOSE * abs(run[0].factor) for each in run):
                break
            yield run


def _is_sum(stretch: Stretch, group: list[Term], total: float) -> bool:
    """Whether a group adds up to a number, or to its negative; whole numbers do so by chance."""
    parts = [_total(stretch, each) * np.sign(each.factor) for each in group]
    apart = abs(abs(sum(parts)) - abs(total))
    return not total.is_integer() and bool(apart <= CLOSE * max(map(abs, parts)) * CLOSE**0.5)


def _total(stretch: Stretch, term: Term) -> float:
    print = stretch.record.values[term.value].print
    return np.nan if print is None else print.total
