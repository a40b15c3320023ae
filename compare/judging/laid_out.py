"""Values that both sides lay out anew, each in its own way: a transpose of one stands against a view of the other."""

from __future__ import annotations

from collections.abc import Iterator

from compare.judging.alike import is_plain
from compare.judging.composed import Numbers
from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import PASSING, kind
from compare.traces.operations import Operations

LAYS_OUT = ("transpose", "permute", "reshape", "view", "unsafeview", "t", "swapaxes", "movedim")
SPREADS = (*PASSING, *LAYS_OUT, "stack", "cat", "tile", "repeat")
TAKES_APART = ("split", "splitv", "unbind", "unpack", "chunk")


def laid_out_by(record: Operations, part: Part, other: Part) -> int | None:
    """Where `part` lays out anew what both sides have: the operation that has done so on the side of `other`, of which
    this is the record. None where `other` does it itself, or nothing does."""
    if kind(part.operation.name) not in LAYS_OUT or kind(other.operation.name) in LAYS_OUT:
        return None
    makers = (record.producer.get(other.starts[each]) for each in sorted({*part.starts} & {*other.starts}))
    return next(
        (number for number in makers if number is not None and kind(record.operations[number].name) in LAYS_OUT), None
    )


def reordered(
    stretches: tuple[Stretch, Stretch], torch: Part, tf: Part, tolerance: float
) -> list[tuple[str, int, int]]:
    """Where both, from these operations on, only lay out anew what they have, and come to the same numbers in one
    shape, but in another order: of each side the operation that lays them out, and what it comes to."""
    mine, theirs = ([*_laid_out(*each)] for each in zip(stretches, (torch, tf), strict=True))
    for value, number in mine:
        for another, other in theirs:
            one, two = stretches[0].record.values[value], stretches[1].record.values[another]
            if one.shape == two.shape and one.print and two.print and Numbers([one.print]).has(two.print, tolerance):
                return [("torch", number, value), ("tf", other, another)]
    return []


def _laid_out(stretch: Stretch, part: Part) -> Iterator[tuple[int, int]]:
    """What operations make, from one on, that only lay out anew or take apart; each with the last that lays it out."""
    made: dict[int, int] = {}
    for number in (part.number, *(each.number for each in stretch.behind(part.output))):
        operation = stretch.record.operations[number]
        before = [made[each] for each in operation.inputs if each in made]
        lays_out = kind(operation.name) in LAYS_OUT
        if (number != part.number and not before) or not (lays_out or kind(operation.name) in TAKES_APART):
            continue
        made |= dict.fromkeys(operation.outputs, number if lays_out else next(iter(before), -1))
    yield from ((value, number) for value, number in made.items() if number >= 0)


def before_laid_out(record: Operations, value: int) -> int | None:
    """What a value was computed as before it was laid out, stacked or spread over a grid with itself; None where it
    was not, or where several values were."""
    origins, left = set[int](), [value]
    while left:
        each = left.pop()
        given = _spread(record, each)
        left += given
        origins |= set() if given or each not in record.producer else {each}
    return origins.pop() if len(origins) == 1 and value not in origins else None


def _spread(record: Operations, value: int) -> list[int]:
    """What was computed that a value is another layout of; TensorFlow's grids are what is multiplied by ones."""
    operation = record.operations[record.producer[value]] if value in record.producer else None
    given = [each for each in operation.inputs if each in record.producer] if operation else []
    data = [each for each in given if not is_plain(record.values[each].print)]
    by_ones = operation is not None and kind(operation.name) == "mul" and len(data) < len(given)
    return data if operation is not None and (by_ones or kind(operation.name) in SPREADS) else []
