"""Where the gradients of two steps part: at the values nearest to the loss to which something else comes back."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from compare.judging.gradient_flow import Flow
from compare.judging.kinds import kind
from compare.judging.line import place_of
from compare.traces.operations import Edge

ONLY_CUT = ("detach", "stopgradient", "preventgradient")


@dataclass(frozen=True)
class Parting:
    """A class of values that both sides have, and the classes from which something else comes back to it.

    `terms` are, by side, what does; one of them may be empty. `to` is empty where nothing that both have comes behind.
    """

    at: int
    to: frozenset[int]
    terms: tuple[list[Edge], list[Edge]]


def partings(flows: tuple[Flow, Flow], start: int, tolerance: float) -> list[Parting]:
    """Where gradients part on the way to a class of values: where one is cut off first, then nearest to the loss."""
    left, seen, found = [start], {start}, []
    while left:
        for each in _differing(flows, left.pop(), tolerance):
            further = _goes_on_to(flows, each, tolerance)
            if not further:
                found.append(each)
            left += [end for end in further if end not in seen]
            seen.update(further)
    return sorted(found, key=lambda each: (not is_cut(flows, each), -_made(flows[0], each.at)))


def _goes_on_to(flows: tuple[Flow, Flow], parting: Parting, tolerance: float) -> list[int]:
    """The classes nearer to the loss where gradients part too: behind a cut, those that are made without a gradient."""
    ends = [end for end in parting.to if _differing(flows, end, tolerance)]
    if not is_cut(flows, parting):
        return ends
    return [end for end in ends if any(_is_hidden(flow, end) for flow in flows)]


def _made(flow: Flow, at: int) -> int:
    """When the first value of a class was made."""
    return flow.record.producer.get(flow.members[at][0], -1)


def _differing(flows: tuple[Flow, Flow], at: int, tolerance: float) -> list[Parting]:
    """The ways by which something else comes back to a class."""
    one, other = flows
    ways = _ways(flows, at)
    return [each for each in ways if one.differs(each.terms[0], other, each.terms[1], tolerance)]


def _ways(flows: tuple[Flow, Flow], at: int) -> list[Parting]:
    """What comes back to a class, in groups: two terms from a common class are of one group."""
    ways: list[Parting] = []
    for side, flow in enumerate(flows):
        for edge in flow.terms(at):
            way = Parting(at, flow.ends([edge], at), ([edge], []) if side == 0 else ([], [edge]))
            ways = _joined(ways, way)
    of_both = [each for each in ways if all(each.terms)]
    alone = [each for each in ways if not all(each.terms)]
    further: list[Parting] = []
    for each in alone:  # one side may have what lies between, and to which on the other nothing comes back
        further = _joined(further, replace(each, to=_further(flows, each)))
    met = [each for each in further if all(each.terms)]
    known = {edge for each in met for terms in each.terms for edge in terms}
    return [*of_both, *met, *(each for each in alone if not known & {*each.terms[0], *each.terms[1]})]


def _joined(ways: Sequence[Parting], way: Parting) -> list[Parting]:
    """The ways with another one, which is joined with those that it meets."""
    apart = []
    for known in ways:
        if known.to & way.to or not (known.to or way.to):
            terms = known.terms[0] + way.terms[0], known.terms[1] + way.terms[1]
            way = Parting(way.at, known.to | way.to, terms)
        else:
            apart.append(known)
    return [*apart, way]


def _further(flows: tuple[Flow, Flow], way: Parting) -> frozenset[int]:
    """Where a way of one side ends on which the other, too, has a gradient."""
    side = 0 if way.terms[0] else 1
    other = flows[1 - side]
    hidden = {each for each in flows[side].both - other.begun if not other.terms(each)}
    return flows[side].ends(way.terms[side], way.at, hidden)


def is_cut(flows: tuple[Flow, Flow], parting: Parting) -> bool:
    """Whether a side cuts the way off."""
    return is_made_without(flows, parting) or any(
        flow.is_nothing(terms) and cut(flow, parting) is not None
        for flow, terms in zip(flows, parting.terms, strict=True)
    )


def is_made_without(flows: tuple[Flow, Flow], parting: Parting) -> bool:
    """Whether a side has made the value without a gradient: under no_grad, or as a gradient that keeps no graph."""
    sides = zip(flows, parting.terms, strict=True)
    return any(not terms and _is_hidden(flow, parting.at) for flow, terms in sides)


def _is_hidden(flow: Flow, at: int) -> bool:
    """Whether all that makes a class of values cuts off gradients, and none comes back to it."""
    makers = [flow.record.producer.get(value) for value in flow.members.get(at, ())]
    return bool(makers) and not flow.terms(at) and all(_hides(flow, number) for number in makers)


def _hides(flow: Flow, number: int | None) -> bool:
    """Whether an operation computes something, and cuts off its gradient."""
    operation = None if number is None else flow.record.operations[number]
    return operation is not None and operation.stops and kind(operation.name) not in ONLY_CUT


def cut_before(flow: Flow, values: Sequence[int]) -> int | None:
    """The operation that cuts a gradient off the fewest operations before some values."""
    left = deque(number for value in values if (number := flow.record.producer.get(value)) is not None)
    seen = set(left)
    while left:
        number = left.popleft()
        operation = flow.record.operations[number]
        if operation.stops and place_of(flow.record, number):
            return number
        before = {flow.record.producer[value] for value in operation.inputs if value in flow.record.producer} - seen
        seen |= before
        left += sorted(before, reverse=True)
    return None


def cut(flow: Flow, parting: Parting) -> int | None:
    """The operation on the way that cuts the gradient off; None where none does."""
    way = flow.way(parting.at, parting.to)
    return next((number for number in way if flow.record.operations[number].stops and not flow.keeps(number)), None)
