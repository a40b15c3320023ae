"""An operation that only one side has, between a value that both have and an operation that both have."""

from __future__ import annotations

from collections.abc import Sequence

from compare.judging.forms import BENDING
from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import kind

FURTHEST = 4  # operations behind
FURTHEST_JOINING = 10
JOINS = ("add", "sub", "mul", "div", "where")  # what takes a further term


def goes_on_as(stretch: Stretch, part: Part, other: Part, negatives: frozenset[int] = frozenset()) -> int | None:
    """The operation behind `part`, on its side, that is of the kind of `other`, or is given what that is given besides;
    None where `part` itself is, or none.

    Where there is one, `other`'s side has left out what `part` does. `negatives` are the classes of which `other` is
    given the negative.
    """
    record, wanted, given = stretch.record, kind(other.operation.name), {*other.starts} | negatives
    is_alike = kind(part.operation.name) == wanted
    if not {*part.starts} & given or (is_alike and given <= {*part.starts}):
        return None
    behind, joined = [part.number], given - {*part.starts}
    for hops in range(FURTHEST_JOINING):
        outputs = {value for number in behind for value in record.operations[number].outputs}
        behind = [each for each in stretch.inside if outputs & {*record.operations[each].inputs} and each not in behind]
        for number in sorted(behind):
            starts = {*stretch.part(number, part.output).starts} | negatives_given(stretch, number)
            is_of_kind = hops < FURTHEST and kind(record.operations[number].name) == wanted
            if (is_of_kind and (not is_alike or given <= {*part.starts, *starts})) or (joined and joined <= starts):
                return number
    is_before = _is_function(stretch, part) and {*part.starts} < given
    return _next(stretch, part) if is_before or _joins_more(part, other) else None


def _joins_more(part: Part, other: Part) -> bool:
    """Whether an operation joins something to what the other makes a function of as it is."""
    joins = kind(part.operation.name) in JOINS and kind(other.operation.name) in BENDING
    return joins and len(other.starts) == 1 and {*other.starts} < {*part.starts}


def negatives_given(stretch: Stretch, number: int) -> frozenset[int]:
    """The classes of which an operation is given what is on the other side the negative."""
    found = (stretch.signed_class_of(value)[0] for value in stretch.record.operations[number].inputs)
    return frozenset(each for each in found if each >= 0 and not stretch.is_class_of_both(each))


def _next(stretch: Stretch, part: Part) -> int | None:
    behind = stretch.behind(part.output)
    return behind[0].number if behind else None


def _is_function(stretch: Stretch, part: Part) -> bool:
    """Whether an operation makes of each element of one value another one."""
    values = [stretch.record.values[each] for each in (*part.starts.values(), part.output)]
    return len(values) == 2 and values[0].shape == values[1].shape and kind(part.operation.name) not in JOINS


def with_takers(stretches: Sequence[Stretch], frontiers: Sequence[list[Part]]) -> list[list[Part]]:
    """The frontiers, and what a side makes of a value that the other's frontier starts from together with values that
    only this side has: another term, which the other side may have left out; or, where this one begins with masks
    alone, to which the other adds what it made of that value."""
    found = [list(each) for each in frontiers]
    for stretch, own, others in zip(stretches, found, reversed(frontiers), strict=True):
        for other in others:
            if any({*other.starts} & {*each.starts} for each in frontiers[stretches.index(stretch)]):
                continue
            taking = [part for start in other.starts for part in stretch.taking(start)]
            without = stretches[1 - [*stretches].index(stretch)]
            joins = [part for part in taking if kind(part.operation.name) in JOINS]
            joining = [part for part in joins if not _is_joined_later(without, other, part)]
            moves = _keeps_shape(without, other) or all(each.of_masks for each in own)
            own += [
                part
                for part in joining
                if goes_on_as(stretch, part, other) is not None
                or (moves and goes_on_as(without, other, part) is not None)
            ][:1]
    return found


def _is_joined_later(stretch: Stretch, summed: Part, part: Part) -> bool:
    """Whether a side adds, right behind a sum or a mean, what the other adds before: in another order, the same."""
    behind = stretch.behind(summed.output)[:1]
    joins = {kind(each.operation.name) for each in (*behind, part)}
    return bool(behind) and kind(summed.operation.name) in ("sum", "mean") and joins == {"add"}


def _keeps_shape(stretch: Stretch, part: Part) -> bool:
    shapes = {stretch.record.values[each].shape for each in (*part.starts.values(), part.output)}
    return len(shapes) == 1
