"""The two lines of code that differ: the last values that both sides have, and what each then makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from compare.judging.alike import Alike, Finder, alike
from compare.judging.frontier import Part, Stretch, pairs
from compare.judging.relations import relation
from compare.judging.statements import source
from compare.running.request import SIDES
from compare.traces.fingerprints import fingerprint
from compare.traces.operations import Operations, Value
from compare.traces.places import Place

MOST_PAIRS = 2
BOTH, PARTS = "both have", "parts"


@dataclass(frozen=True)
class Line:
    """A line of one side; `place` is what of the training it is about, `role` is BOTH or PARTS, `note` what its value
    is of the other side's."""

    place: str
    side: str
    role: str
    at: Place
    value: str
    shape: str
    note: str = ""

    @property
    def source(self) -> str:
        return source(self.at)

    @property
    def where(self) -> str:
        return f"{Path(self.at.file).name}:{self.at.line}"


@dataclass(frozen=True)
class Step:
    """Both records of one step, and what of their values is the same."""

    torch: Operations
    tf: Operations
    alike: Alike
    tolerance: float

    def record(self, side: str) -> Operations:
        return self.torch if side == "torch" else self.tf


def compared(torch: Operations, tf: Operations, tolerance: float) -> Step:
    """Both records, compared."""
    return Step(torch, tf, alike(torch, tf, tolerance), tolerance)


def lines_of_value(step: Step, what: str, torch: np.ndarray, tf: np.ndarray) -> list[Line]:
    """The lines where a value that differs parts; empty where they are not known."""
    stretches = []
    for side, array in zip(SIDES, (torch, tf), strict=True):
        target = find(step.record(side), array, step.tolerance)
        if target is None:
            return []
        stretches.append(Stretch(side, step.record(side), step.alike, target))
    frontiers = [each.frontier() for each in stretches]
    for side, (one, other) in enumerate((stretches, stretches[::-1])):
        # One side ends with what the other goes on from.
        ended = step.alike.of(one.side).get(one.target)
        if ended in step.alike.both and (taking := [each for each in other.taking(ended) if _place(step, each)]):
            frontiers[side] = [one.part(one.record.producer[one.target], one.target)]
            frontiers[1 - side] = taking[:1]
            break
    placed = [[each for each in frontier if _place(step, each)] for frontier in frontiers]
    return _lines(step, what, pairs(*placed)[:MOST_PAIRS])


def find(record: Operations, array: np.ndarray, tolerance: float) -> int | None:
    """The last value of a record with this content that an operation computed."""
    wanted = fingerprint(np.asarray(array, np.float64))
    prints = ((number, each.print) for number, each in enumerate(record.values) if each.print)
    finder = Finder(prints, tolerance, transposed=True)
    found = [number for number in finder.find(wanted) if number in record.producer]
    return found[-1] if found else None


def _lines(step: Step, what: str, found: Sequence[tuple[Part | None, Part | None]]) -> list[Line]:
    lines: list[Line] = []
    for torch, tf in found:
        if torch and tf:
            lines += _common(step, what, torch, tf)
        note = relation(step.torch.values[torch.output], step.tf.values[tf.output]) if torch and tf else ""
        for part, said in ((torch, ""), (tf, note)):
            if part is not None and (place := _place(step, part)):
                lines.append(line(step, what, part.side, PARTS, place, part.output, said))
    return list(dict.fromkeys(lines))


def _common(step: Step, what: str, torch: Part, tf: Part) -> list[Line]:
    """The last value that both parts start from and that has a line on both sides."""
    for each in sorted({*torch.starts} & {*tf.starts}, key=lambda one: -torch.starts[one]):
        values = torch.starts[each], tf.starts[each]
        places = [made_at(step.record(side), value) for side, value in zip(SIDES, values, strict=True)]
        if all(places):
            return [
                line(step, what, side, BOTH, place, value)
                for side, place, value in zip(SIDES, places, values, strict=True)
                if place
            ]
    return []


def made_at(record: Operations, value: int) -> Place | None:
    number = record.producer.get(value)
    return place_of(record, number) if number is not None else None


def place_of(record: Operations, number: int) -> Place | None:
    """The user's line of an operation; of a gradient's, that of the operation whose gradient it is."""
    seen: int | None = number
    while seen is not None:
        operation = record.operations[seen]
        if operation.stack and operation.of is None:
            return operation.stack[0]
        if operation.of is None:
            return None
        seen = operation.of
    return None


def _place(step: Step, part: Part) -> Place | None:
    return place_of(step.record(part.side), part.number)


def line(step: Step, what: str, side: str, role: str, place: Place, value: int, note: str = "") -> Line:
    each = step.record(side).values[value]
    return Line(what, side, role, place, shown(each), "x".join(map(str, each.shape)) or "scalar", note)


def shown(value: Value) -> str:
    """A value in a few digits: one number as it is, of more the mean magnitude."""
    print = value.print
    if print is None or not print.size:
        return ""
    if print.size == 1:
        return f"{print.total:.6g}"
    return f"mean magnitude {print.magnitudes / print.size:.4g}"
