"""Running statistics of which one side's move so many times as far as the other's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from compare.judging import tolerances
from compare.judging.formulas.evidence import Evidence, explains, times
from compare.judging.formulas.numbers import shown
from compare.judging.stages import StageRow

MOMENTA = (0.1, 0.01, 0.001)  # of PyTorch's kind, that layers have by default


def moved_further(evidence: Evidence) -> Iterator[str]:
    """All of a kind by one factor: another momentum, or a variance over N - 1 for one over N."""
    by_kind = sorted(evidence.rows, key=_kind_of)
    for kind, rows in groupby(by_kind, key=_kind_of):
        yield from _of_a_kind(replace(evidence, rows=list(rows)), kind)


def _kind_of(row: StageRow) -> str:
    return row.tensor.rpartition(".")[2] if row.stage == "buffer" else ""


def _of_a_kind(evidence: Evidence, kind: str) -> Iterator[str]:
    before = evidence.before("weights") if evidence.apart else None
    if not before:
        return
    apart = evidence.apart
    torch = [each.torch - start for each, start in zip(apart, before, strict=True)]
    tf = [each.tf - start for each, start in zip(apart, before, strict=True)]
    by = times(torch, tf)
    if by and explains(apart, (start + by * move for start, move in zip(before, torch, strict=True))):
        side, other = evidence.sides
        yield f"{other}'s {kind}{evidence.which} moves {shown(by)} times as far as {side}'s{_why(by, kind)}"


def _why(by: float, kind: str) -> str:
    """What somebody may have taken for what: PyTorch's momentum is the share of what is new, Keras' of what is kept."""
    for momentum in MOMENTA:
        if abs(by - (1 - momentum) / momentum) <= tolerances.SAME_FACTOR * by:
            return f": {shown(1 - momentum)} for {shown(momentum)}, the share that is kept for the share that is new"
    more = max(by, 1 / by)
    count = more / (more - 1)
    if "var" not in kind or abs(count - round(count)) > tolerances.SAME_FACTOR * count:
        return ""
    ways = ("over N", "over N - 1") if by > 1 else ("over N - 1", "over N")
    return f": of {round(count)} values, torch takes the variance {ways[0]}, tf {ways[1]}"


RULES = (moved_further,)
