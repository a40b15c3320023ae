"""What comes back to each value of a step: its gradient is the sum of what comes from each place that uses it.

Only values that both sides have can be held against each other; what lies between two of them counts as one way.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from functools import cached_property

import numpy as np

from compare.judging.alike import Alike
from compare.running.request import SIDES
from compare.traces.operations import Edge, Operations


class Flow:
    """One side: what comes back to each class of values."""

    def __init__(self, side: str, record: Operations, classes: dict[int, int], both: frozenset[int]):
        self.side, self.record, self.classes, self.both = side, record, classes, both
        self._edges: dict[int, list[Edge]] = {}
        for edge in _to_weights(record):
            self._edges.setdefault(edge.value, []).append(edge)
        self.members: dict[int, list[int]] = {}  # the values of each class
        for value, each in sorted(classes.items()):
            self.members.setdefault(each, []).append(value)

    def terms(self, at: int) -> list[Edge]:
        """What comes back to a class from others."""
        return [
            edge
            for value in self.members.get(at, ())
            for edge in self._edges.get(value, ())
            if any(self.classes.get(each) != at for each in self.record.operations[edge.operation].outputs)
        ]

    def ends(self, terms: Iterable[Edge], at: int, passed: Iterable[int] = ()) -> frozenset[int]:
        """The next classes that both have, from which terms come back to a class; `passed` are passed by."""
        stops = self.both - {*passed}
        return frozenset(self.classes[value] for value in self.next_values(terms, stops)) - {at}

    def next_values(self, terms: Iterable[Edge], of: Container[int]) -> list[int]:
        """The next values of some classes, from which terms come back."""
        found, seen = [], set()
        left = [value for edge in terms for value in self.outputs(edge)]
        while left:
            value = left.pop()
            if self.classes.get(value) in of:
                found.append(value)
            elif value not in seen:
                seen.add(value)
                left += [one for edge in self._edges.get(value, ()) for one in self.outputs(edge)]
        return found

    def terms_of(self, values: Iterable[int]) -> list[Edge]:
        """What comes back to these values."""
        return [edge for value in dict.fromkeys(values) for edge in self._edges.get(value, ())]

    def behind(self, number: int) -> list[int]:
        """The operations that are given what an operation computed, in the order in which they ran."""
        outputs = self.record.operations[number].outputs
        return sorted({each for value in outputs for each in self.record.consumers.get(value, ())})

    def keeps(self, number: int) -> bool:
        """Whether an operation keeps a value for its gradient, as autograd itself does with a detach."""
        behind = self.behind(number)
        return bool(behind) and all(self.record.operations[each].of is not None for each in behind)

    def roots(self, terms: Iterable[Edge]) -> list[int]:
        """The values that gradients are computed of, from which these terms come back."""
        left, seen = [value for edge in terms for value in self.outputs(edge)], set()
        while left:
            value = left.pop()
            if value not in seen:
                seen.add(value)
                left += [each for edge in self._edges.get(value, ()) for each in self.outputs(edge)]
        return sorted(each for each in seen if each not in self._edges)

    def outputs(self, edge: Edge) -> tuple[int, ...]:
        return self.record.operations[edge.operation].outputs

    def differs(self, terms: Sequence[Edge], other: Flow, others: Sequence[Edge], tolerance: float) -> bool:
        """Whether other terms add up to something else."""
        mine, theirs = self._sum(terms), other._sum(others)
        total, by_axes, in_order, _ = np.abs(mine - theirs) > tolerance * max(mine[-1], theirs[-1])
        return bool(total or (by_axes and in_order))

    def _sum(self, terms: Iterable[Edge]) -> np.ndarray:
        """What a sum is told by: of these the sums are known; and how large it may be."""
        prints = [print for each in terms if (print := self.record.values[each.gradient].print)]
        told = [(each.total, each.by_axes, each.in_order, each.magnitudes) for each in prints]
        return np.array([(0.0,) * 4, *told]).sum(axis=0)

    def is_nothing(self, terms: Iterable[Edge]) -> bool:
        """Whether no gradient comes back at all."""
        return not self._sum(terms)[-1]

    @cached_property
    def begun(self) -> set[int]:
        """The classes where what comes back begins: those of what is differentiated."""
        passing = {value for edges in self._edges.values() for edge in edges for value in self.outputs(edge)}
        return {each for value in passing if (each := self.classes.get(value)) is not None and not self.terms(each)}

    @cached_property
    def _backward(self) -> int:
        """The first operation of the backward pass; what computes gradients before it is part of a loss."""
        made = [self.record.producer.get(edge.gradient, 0) for edge in self.record.edges]
        return min(made, default=len(self.record.operations))

    def way(self, at: int, to: frozenset[int]) -> list[int]:
        """The operations that lead from a class to others with no other between, in the order in which they ran."""
        found: set[int] = set()
        left = list(self.members.get(at, ()))
        while left:
            for number in self.record.consumers.get(left.pop(), ()):
                operation = self.record.operations[number]
                if number not in found and (operation.of is None or number < self._backward):
                    found.add(number)
                    left += [value for value in operation.outputs if self._class(value) in (at, None)]
        leading: set[int] = set()
        for number in sorted(found, reverse=True):
            outputs = self.record.operations[number].outputs
            behind = {each for value in outputs for each in self.record.consumers.get(value, ())}
            if behind & leading or any(self.classes.get(value) in to for value in outputs):
                leading.add(number)
        return sorted(leading)

    def _class(self, value: int) -> int | None:
        """The class of a value that both sides have; None for any other."""
        each = self.classes.get(value)
        return each if each in self.both else None


def _to_weights(record: Operations) -> list[Edge]:
    """What comes back to values through which it goes on to a weight: TensorFlow computes more."""
    kept: list[Edge] = []
    for number, weights in enumerate(record.asked):
        edges = [edge for edge in record.edges if edge.asked == number]
        leading = set(weights)
        for edge in sorted(edges):  # by the operation
            if edge.value in leading:
                leading |= set(record.operations[edge.operation].outputs)
        kept += [edge for edge in edges if edge.value in leading]
    return kept


def flows_of(torch: Operations, tf: Operations, alike: Alike) -> tuple[Flow, Flow]:
    """The flow of each side; a weight is one that both have, whatever its values."""
    classes, both = [dict(alike.torch), dict(alike.tf)], set(alike.both)
    for number, name in enumerate(sorted({*torch.weights} & {*tf.weights})):
        values = [record.weights[name] for record in (torch, tf)]
        if any(own.get(value) not in both for own, value in zip(classes, values, strict=True)):
            both.add(-1 - number)
            for own, value in zip(classes, values, strict=True):
                own[value] = -1 - number
    known = frozenset(both)
    one, other = (Flow(side, record, own, known) for side, record, own in zip(SIDES, (torch, tf), classes, strict=True))
    return one, other
