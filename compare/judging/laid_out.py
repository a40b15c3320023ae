"""Values that both sides lay out anew, each in its own way: a transpose of one stands against a view of the other."""

from __future__ import annotations

from collections.abc import Iterator

from compare.judging.composed import Numbers
from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import kind
from compare.traces.operations import Operations

LAYS_OUT = ("transpose", "permute", "reshape", "view", "unsafeview", "t", "swapaxes", "movedim")
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
