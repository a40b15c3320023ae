"""Where two recorded steps part: back from what differs, along the data flow, to the first operations of each side that
make of what both have something that only one has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from compare.judging.alike import Alike, constant, is_plain
from compare.judging.kinds import kind
from compare.traces.operations import Operation, Operations

REDUCTIONS = {"sum", "mean", "max", "min", "cumsum", "prod", "std", "var"}
DEVIATIONS, SQUARES = {"std", "var"}, {"pow", "squareddifference"}  # TensorFlow has no kernel for the former


@dataclass(frozen=True)
class Part:
    """One operation of the frontier: its number, what it makes, of which size, and the values that it starts from, by
    their class."""

    side: str
    operation: Operation
    number: int
    output: int
    starts: Mapping[int, int] = field(default_factory=dict)  # class: value
    of_masks: bool = False  # whether it starts from nothing but zeros and ones
    shape: tuple[int, ...] = ()  # of what it makes, but for axes of size 1


class Stretch:
    """What one side computes of what both have, up to a value that differs."""

    def __init__(self, side: str, record: Operations, alike: Alike, target: int):
        self.side, self.record, self.target = side, record, target
        self._classes, self._both, self._parts = alike.of(side), alike.both, alike.parts.get(side, {})
        self._signs = alike.signs.get(side, {})
        self._constants = alike.constants["tf" if side == "torch" else "torch"]
        self._from_both = self._reached()
        self.inside: dict[int, int] = {}  # operations, each with the first of its values that was followed
        self.passed: set[int] = set()  # operations whose results count as ones that both have
        self.walk()

    def walk(self) -> None:
        """Collect the operations, back from the target."""
        self.inside.clear()
        left = [self.target]
        while left:
            value = left.pop()
            number = self.record.producer.get(value)
            if number is None or number in self.inside:
                continue
            self.inside[number] = value
            left += self.followed_by(number)

    def is_matched(self, value: int) -> bool:
        """Whether the other side has it too."""
        if self.record.producer.get(value) in self.passed or value in self._parts:
            return True
        return self._classes.get(value, -1) in self._both and not self._is_by_chance(value)

    def _is_by_chance(self, value: int) -> bool:
        """Whether a value is one that both have only because what it was given to, zeros that are added or ones that it
        is multiplied by, changes nothing, and is followed: a softmax over a single score, say."""
        number, own = self.record.producer.get(value), self._classes[value]
        if number is None or kind(self.record.operations[number].name) not in ("add", "sub", "mul", "div"):
            return False
        inputs = self.record.operations[number].inputs
        others = [each for each in inputs if self._classes.get(each) != own]
        return len(others) < len(inputs) and any(self.is_followed(each) for each in others)

    def has(self, value: int, others: Iterable[int]) -> bool:
        """Whether a value is among others, or is the same as one of them."""
        own = self._classes.get(value)
        return any(each == value or (own is not None and self._classes.get(each) == own) for each in others)

    def class_of(self, value: int) -> int:
        """The class of a value that both sides have; -1 for any other."""
        found = self._classes.get(value, -1)
        return found if found in self._both else -1

    def signed_class_of(self, value: int) -> tuple[int, int]:
        """The class of a value that both sides have, or of which one has the negative, and its sign; -1 for others."""
        found = self.class_of(value)
        return (found, 1) if found >= 0 else self._signs.get(value, (-1, 1))

    def is_class_of_both(self, found: int) -> bool:
        """Whether both sides have the values of a class as they are."""
        return found in self._both

    def is_followed(self, value: int) -> bool:
        """Whether a value is looked behind: one that only this side has, and that was computed from data."""
        each = self.record.values[value]
        if self.is_matched(value) or value not in self.record.producer:
            return False
        if each.print is not None and is_plain(each.print):
            return value in self._from_both and constant(each.print) not in self._constants
        counts = value not in self._from_both and len(each.shape) <= 1 and not each.dtype.startswith(("float", "bf"))
        return not counts  # shapes and axes that are computed

    def followed_by(self, number: int) -> list[int]:
        """What is looked behind of what an operation is given."""
        return [each for each in self.record.operations[number].inputs if self.is_followed(each)]

    def _reached(self) -> set[int]:
        """The values that are computed of something that both have."""
        reached = {value for value, each in self._classes.items() if each in self._both or value in self._parts}
        for operation in self.record.operations:
            if any(value in reached for value in operation.inputs):
                reached |= set(operation.outputs)
        return reached

    def upstream(self, value: int) -> list[int]:
        """The values that a value is computed of, and it, up to the first that both have, in the order of their making.

        What no operation makes is left out.
        """
        found, left = {value}, [value]
        while left:
            for each in self.record.operations[self.record.producer[left.pop()]].inputs:
                if each not in found and each in self.record.producer:
                    found |= {each} if self.is_matched(each) or self.is_followed(each) else set()
                    left += [each] if self.is_followed(each) else []
        return sorted(found, key=self.record.producer.__getitem__)

    def behind(self, value: int) -> list[Part]:
        """The operations of the stretch that are given a value, or what is computed of it."""
        given, found = {value}, []
        for number, output in sorted(self.inside.items()):
            if given & {*self.record.operations[number].inputs}:
                given |= {*self.record.operations[number].outputs}
                found.append(self.part(number, output))
        return found

    def made(self, value: int) -> Part:
        """The operation that makes a value."""
        return self.part(self.record.producer[value], value)

    def frontier(self) -> list[Part]:
        """The operations of which nothing that they are given is followed, in the order in which they ran."""
        found = []
        for number, output in sorted(self.inside.items()):
            operation = self.record.operations[number]
            if not any(self.is_followed(value) and value not in operation.outputs for value in operation.inputs):
                found.append(self.part(number, output))
        return found

    def part(self, number: int, output: int) -> Part:
        """An operation of the stretch, with what it starts from."""
        starts = self._starts(number)
        of_masks = all((print := self.record.values[each].print) and print.is_mask for each in starts.values())
        shape = tuple(size for size in self.record.values[output].shape if size > 1)
        return Part(self.side, self.record.operations[number], number, output, starts, bool(starts) and of_masks, shape)

    def _starts(self, number: int) -> dict[int, int]:
        """The values that an operation is given and both have, through what is passed over."""
        starts: dict[int, int] = {}
        for value in self.record.operations[number].inputs:
            if value in self._parts:
                starts |= dict.fromkeys(self._parts[value], value)
            elif self._classes.get(value) in self._both:
                starts[self._classes[value]] = value
            elif (before := self.record.producer.get(value)) in self.passed and before is not None:
                starts |= self._starts(before)
        return starts

    def pass_over(self, part: Part) -> None:
        """Go on behind an operation, as if both had what it makes."""
        self.passed.add(part.number)
        self.walk()

    def taking(self, wanted: int) -> list[Part]:
        """The operations of the stretch that are given a value of a class."""
        return [
            self.part(number, output)
            for number, output in sorted(self.inside.items())
            if any(self._classes.get(value) == wanted for value in self.record.operations[number].inputs)
        ]


def pairs(torch: list[Part], tf: list[Part]) -> list[tuple[Part | None, Part | None]]:
    """The operations of both frontiers, paired by the values that they start from; the closest pair first."""
    ranked = sorted(
        ((one, other) for one in torch for other in tf),
        key=lambda pair: (any(each.of_masks for each in pair), -_closeness(*pair), pair[0].number, pair[1].number),
    )
    found: list[tuple[Part | None, Part | None]] = []
    left = {id(each) for each in (*torch, *tf)}
    for one, other in ranked:
        if id(one) in left and id(other) in left:
            left -= {id(one), id(other)}
            found.append((one, other))
    found += [(each, None) for each in torch if id(each) in left]
    return found + [(None, each) for each in tf if id(each) in left]


def _closeness(one: Part, other: Part) -> float:
    """How much two operations start from the same; all of it, where both reduce other data to the same shape, or one is
    a deviation and the other begins one."""
    kinds = {kind(each.operation.name) for each in (one, other)}
    reduce = len(kinds) == 1 and kinds <= REDUCTIONS and one.shape == other.shape != ()
    deviates = len(kinds & DEVIATIONS) == len(kinds & SQUARES) == 1
    return max(overlap(one, other), float(reduce or deviates))


def overlap(one: Part, other: Part) -> float:
    """Which share of the values that two operations start from both start from."""
    every = {*one.starts, *other.starts}
    return len({*one.starts} & {*other.starts}) / len(every) if every else 0.0
