"""Values that both sides lay out anew, each in its own way: a transpose of one stands against a view of the other."""

from __future__ import annotations

from compare.judging.frontier import Part
from compare.judging.kinds import kind
from compare.traces.operations import Operations

LAYS_OUT = ("transpose", "permute", "reshape", "view", "unsafeview", "t", "swapaxes", "movedim")


def laid_out_by(record: Operations, part: Part, other: Part) -> int | None:
    """Where `part` lays out anew what both sides have: the operation that has done so on the side of `other`, of which
    this is the record. None where `other` does it itself, or nothing does."""
    if kind(part.operation.name) not in LAYS_OUT or kind(other.operation.name) in LAYS_OUT:
        return None
    makers = (record.producer.get(other.starts[each]) for each in sorted({*part.starts} & {*other.starts}))
    return next(
        (number for number in makers if number is not None and kind(record.operations[number].name) in LAYS_OUT), None
    )
