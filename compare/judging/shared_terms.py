"""Which terms two sums have in common, and which of the others belong together."""

from __future__ import annotations

from compare.judging.frontier import Stretch
from compare.judging.kinds import kind
from compare.judging.terms import Term, behind_passing

CLOSE = 1e-6  # of two coefficients


def without_common(
    one: Stretch, other: Stretch, terms: list[Term], others: list[Term]
) -> tuple[list[Term], list[Term]]:
    """The terms of each side that the other does not have with the same factor, or all with the opposite one: a sum may
    be the negative of the other, where its sign is turned elsewhere."""
    found = []
    for sign in (1, -1):
        left, right = [], list(others)
        for term in terms:
            same = next((each for each in right if _is_same(one, other, term, each, sign)), None)
            right = [each for each in right if each is not same]
            left += [term] if same is None else []
        found.append((left, right))
    return min(found, key=lambda both: len(both[0]) + len(both[1]))


def _is_same(one: Stretch, other: Stretch, mine: Term, theirs: Term, sign: int) -> bool:
    (of_mine, turned), (of_theirs, otherwise) = (
        stretch.signed_class_of(term.value) for stretch, term in ((one, mine), (other, theirs))
    )
    factors = mine.factor * turned, theirs.factor * otherwise * sign
    return of_mine == of_theirs >= 0 and abs(factors[0] - factors[1]) <= CLOSE * abs(mine.factor)


def alike_first(one: Stretch, other: Stretch, left: list[Term], right: list[Term]) -> tuple[list[Term], list[Term]]:
    """The terms of both sides in pairs of one kind of operation; the others behind them."""
    pairs, free = [], list(right)
    for mine in left:
        alike = next((each for each in free if kind_of(one, mine) == kind_of(other, each)), None)
        if alike is not None:
            free.remove(alike)
            pairs.append((mine, alike))
    paired = {id(mine) for mine, _ in pairs}
    rest = [mine for mine in left if id(mine) not in paired]
    return [mine for mine, _ in pairs] + rest, [theirs for _, theirs in pairs] + free


def class_of(stretch: Stretch, term: Term) -> int:
    return stretch.signed_class_of(term.value)[0]


def kind_made(stretch: Stretch, number: int) -> str:
    """The kind of an operation, by what it does to what differs: a product of a value with itself is its square."""
    operation = stretch.record.operations[number]
    plain = kind(operation.name)
    is_square = plain == "mul" and len(operation.inputs) == 2 and len({*operation.inputs}) == 1
    return "pow" if is_square else plain


def kind_of(stretch: Stretch, term: Term) -> str:
    number = stretch.record.producer.get(behind_passing(stretch, term.value))
    return "" if number is None else kind_made(stretch, number)
