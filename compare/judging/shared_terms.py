"""Which terms two sums have in common, and which of the others belong together."""

from __future__ import annotations

from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import kind
from compare.judging.multiples import CLOSE, divided_together
from compare.judging.terms import Term, behind_passing, data_of


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


def are_negatives(one: Stretch, other: Stretch, left: int, right: int) -> bool:
    """Whether one side has of a value what is the negative on the other."""
    (mine, turned), (theirs, otherwise) = one.signed_class_of(left), other.signed_class_of(right)
    return mine == theirs >= 0 and turned != otherwise


def alike_first(one: Stretch, other: Stretch, left: list[Term], right: list[Term]) -> tuple[list[Term], list[Term]]:
    """The terms of both sides in pairs of one kind of operation, with one factor if any; the others behind them."""
    pairs, free = [], list(right)
    for mine in left:
        by_factor = sorted(free, key=lambda each: abs(each.factor - mine.factor) > CLOSE * abs(mine.factor))
        alike = next((each for each in by_factor if kind_of(one, mine) == kind_of(other, each)), None)
        if alike is not None:
            free.remove(alike)
            pairs.append((mine, alike))
    paired = {id(mine) for mine, _ in pairs}
    rest = [mine for mine in left if id(mine) not in paired]
    return [mine for mine, _ in pairs] + rest, [theirs for _, theirs in pairs] + free


def scaled(one: Stretch, other: Stretch, left: list[Term], right: list[Term]) -> list[tuple[Term, Term]]:
    """The terms of the same value: only what it is multiplied by differs."""
    pairs = [(mine, theirs) for mine in left for theirs in right]
    return [(mine, theirs) for mine, theirs in pairs if class_of(one, mine) == class_of(other, theirs) >= 0]


def with_counts(stretch: Stretch, terms: list[Term], others: list[Term]) -> list[Term]:
    """The terms; what is divided by a number that the other side has as a factor, without it: a count, say, that one
    side computes and the other has of a shape."""
    factors = [each.factor for each in others]
    return [
        next((each for each in [_undivided(stretch, term)] if each and _is_in(each.factor, factors)), term)
        for term in terms
    ]


def _undivided(stretch: Stretch, term: Term) -> Term | None:
    number = stretch.record.producer.get(term.value)
    operation = None if number is None else stretch.record.operations[number]
    if number is None or operation is None or kind(operation.name) != "div" or len(operation.inputs) != 2:
        return None
    print = stretch.record.values[operation.inputs[1]].print
    is_number = print is not None and print.size == 1 and print.total
    return Term(operation.inputs[0], term.factor / print.total, number) if print and is_number else None


def _is_in(factor: float, factors: list[float]) -> bool:
    return any(abs(factor - each) <= CLOSE * abs(factor) for each in factors)


def taking(stretch: Stretch, term: Term) -> Part:
    return stretch.part(term.taker, stretch.record.operations[term.taker].outputs[0])


def one_more(
    one: Stretch, other: Stretch, left: list[Term], right: list[Term], terms: list[Term], others: list[Term]
) -> list[tuple[Part, Part]]:
    """Where one side has a term more, and what the other takes last."""
    extra, stretch, without = (left, one, other) if left else (right, other, one)
    roots = others if left else terms
    if not extra or not roots:
        return []
    pair = made_by(stretch, extra[0]), taking(without, roots[-1])
    return [pair if stretch is one else (pair[1], pair[0])]


def divided_by_another(one: Stretch, other: Stretch, left: list[Term], right: list[Term]) -> tuple[Part, Part] | None:
    """Where one side divides several terms together, and the other their sum by something else."""
    if len(right) == 1 < len(left) and divided_together(one, other, [each.value for each in left], right[0].value):
        return taking(one, left[0]), made_by(other, right[0])
    if len(left) == 1 < len(right) and divided_together(other, one, [each.value for each in right], left[0].value):
        return made_by(one, left[0]), taking(other, right[0])
    return None


def made_by(stretch: Stretch, term: Term) -> Part:
    number = stretch.record.producer.get(term.value, term.taker)
    return stretch.part(number, stretch.record.operations[number].outputs[0])


def class_of(stretch: Stretch, term: Term) -> int:
    return stretch.signed_class_of(term.value)[0]


def kind_made(stretch: Stretch, number: int) -> str:
    """The kind of an operation, by what it does to what differs: a product of a value with itself is its square, and
    what is divided by it alone its reciprocal."""
    operation = stretch.record.operations[number]
    plain, inputs = kind(operation.name), operation.inputs
    if plain == "mul" and len(inputs) == 2 and len({*inputs}) == 1:
        return "pow"
    return (
        "reciprocal"
        if plain == "div" and len(inputs) > 1 and data_of(stretch, operation.outputs[0]) == [inputs[-1]]
        else plain
    )


def kind_of(stretch: Stretch, term: Term) -> str:
    number = stretch.record.producer.get(behind_passing(stretch, term.value))
    return "" if number is None else kind_made(stretch, number)
