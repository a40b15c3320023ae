"""A line of code, and what it makes of the values of a step; the record of both sides, with what is the same in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compare.judging.alike import Alike, alike
from compare.judging.composed import with_composed
from compare.judging.forms import without_signs
from compare.judging.kinds import kind
from compare.judging.statements import name_of_result, source, statement
from compare.traces.operations import Operations, Value
from compare.traces.places import Place

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
    name: str = ""  # of the variable that holds the value
    library: Place | None = None  # the line of a library's code that it led to

    @property
    def source(self) -> str:
        return source(self.at)

    @property
    def where(self) -> str:
        return f"{Path(self.at.file).name}:{self.at.line}"

    @property
    def in_library(self) -> str:
        """The line of a library, and its function: "torch/nn/functional.py:3494 cross_entropy"; empty without one."""
        if self.library is None:
            return ""
        file = Path(self.library.file).as_posix().rpartition("-packages/")[2]
        return f"{file}:{self.library.line} {self.library.function}"


@dataclass(frozen=True)
class Step:
    """Both records of one step, and what of their values is the same."""

    torch: Operations
    tf: Operations
    alike: Alike
    tolerance: float

    def record(self, side: str) -> Operations:
        return self.torch if side == "torch" else self.tf


def compared(torch: Operations, tf: Operations, tolerance: float, in_order: bool = False) -> Step:
    """Both records, compared; `in_order` as in `same`."""
    found = without_signs(torch, tf, alike(torch, tf, tolerance, in_order))
    return Step(torch, tf, with_composed(torch, tf, found, tolerance), tolerance)


def made_at(record: Operations, value: int) -> Place | None:
    number = record.producer.get(value)
    return place_of(record, number) if number is not None else None


def place_of(record: Operations, number: int) -> Place | None:
    """The user's line of an operation; of one in the backward pass, the line that asked for gradients."""
    return next(iter(record.operations[number].stack), None)


def as_made(step: Step, side: str, value: int) -> int:
    """A value as it was made, before it was passed on as it is: detached, cast, read, or chosen by a condition, say."""
    record, classes = step.record(side), step.alike.of(side)
    while True:
        number = record.producer.get(value)
        given = () if number is None else record.operations[number].inputs
        computed = [each for each in given if each in record.producer]
        same = [each for each in computed if classes.get(each, -1) == classes.get(value)]
        is_chosen = number is not None and kind(record.operations[number].name) == "where"
        if not same or (len(computed) != 1 and not is_chosen):
            return value
        value = same[0]


def line(step: Step, what: str, side: str, role: str, place: Place, value: int, note: str = "") -> Line:
    each = step.record(side).values[value]
    shape = "x".join(map(str, each.shape)) or "scalar"
    name = name_of_result(place) if is_result(step.record(side), value, place) else ""
    made = step.record(side).producer.get(value)
    library = None if made is None else step.record(side).operations[made].library
    return Line(what, side, role, place, shown(each), shape, note, name, library)


def is_result(record: Operations, value: int, place: Place) -> bool:
    """Whether a value is what its statement ends with: it goes on in other statements only."""
    used = [statement(at) for number in record.consumers.get(value, ()) if (at := place_of(record, number))]
    return statement(place) not in used


def shown(value: Value) -> str:
    """A value in a few digits: one number as it is, of more the mean magnitude."""
    print = value.print
    if print is None or not print.size:
        return ""
    if print.size == 1:
        return f"{print.total:.6g}"
    return f"mean magnitude {print.magnitudes / print.size:.4g}"
