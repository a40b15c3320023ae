"""Through which operation of each side a gradient comes back that differs, or where it ends."""

from __future__ import annotations

from collections.abc import Sequence

from compare.judging.gradient_ends import adding_up
from compare.judging.gradient_flow import Flow
from compare.judging.gradient_partings import Parting, cut, cut_before, is_made_without
from compare.judging.kinds import PASSING, kind
from compare.judging.line import place_of
from compare.traces.operations import Edge

SAME = 1e-6  # of two gradients


def through(flows: tuple[Flow, Flow], parting: Parting) -> list[int | None]:
    """The operation of each side through which the gradient comes back, or where it ends."""
    makers = [_maker(flow, parting.at) for flow in flows]
    if is_made_without(flows, parting) and all(each is not None for each in makers):
        return makers
    found = [_first(flow, terms) for flow, terms in zip(flows, parting.terms, strict=True)]
    nothing = [flow.is_nothing(terms) for flow, terms in zip(flows, parting.terms, strict=True)]
    if nothing[0] == nothing[1]:
        several = _elsewhere(flows, parting) or _of_one_of_several(flows, parting)
        return several or _cut_beside(flows, parting, found) or found
    without = nothing.index(True)
    flow, other = flows[without], flows[1 - without]
    if (straight := _straight_through(other, parting, parting.terms[1 - without])) is not None:
        found[without], found[1 - without] = _maker(flow, parting.at), straight
        return found
    if parting.at in flow.begun:  # what a factor in the other's loss does, this side may do as it adds gradients up
        found[without] = adding_up(flow) or _maker(flow, parting.at)
        return found
    end, maker = _end(flow, parting, other, parting.terms[1 - without]), _maker(flow, parting.at)
    found[without] = end
    if end is not None and _is_within(flow, end, parting.at):
        found[1 - without] = _passed_on(other, parting) or found[1 - without]
    if end is not None and maker is not None and place_of(flow.record, end) == place_of(flow.record, maker):
        found[1 - without] = _maker(other, parting.at)  # it is made without a gradient there, and with one here
    return found


def _straight_through(flow: Flow, parting: Parting, terms: Sequence[Edge]) -> int | None:
    """The operation that makes a value once more, of others that have a gradient, where it had none when it was made
    first: a code, say, as what it stands for and a difference without a gradient."""
    first = _maker(flow, parting.at)
    if first is None or flow.terms_of(flow.record.operations[first].outputs):
        return None
    for value in (_passed_from(flow, edge.value, parting.at) for edge in terms):
        number = flow.record.producer.get(value)
        inputs = () if number is None else flow.record.operations[number].inputs
        given = [flow.classes.get(each) for each in inputs if flow.terms_of([each])]
        if number not in (None, first) and given and parting.at not in given:
            return number
    return None


def _passed_from(flow: Flow, value: int, at: int) -> int:
    """What a value of a class was before it was laid out anew, with its gradient."""
    while (number := flow.record.producer.get(value)) is not None:
        inputs = flow.record.operations[number].inputs
        before = next((each for each in inputs if flow.classes.get(each) == at and flow.terms_of([each])), None)
        if before is None:
            break
        value = before
    return value


def _first(flow: Flow, terms: Sequence[Edge]) -> int | None:
    return next((edge.operation for edge in terms if place_of(flow.record, edge.operation)), None)


def _end(flow: Flow, parting: Parting, other: Flow, terms: Sequence[Edge]) -> int | None:
    """Where the gradient ends on a side to which none comes back: where it is cut off, on the way from the value or
    on the way to it; else where what comes behind is made or taken without it."""
    if (number := cut(flow, parting)) is not None:
        return number
    if flow.terms(parting.at) or not flow.way(parting.at, parting.to):
        taking = [edge for each in parting.to for edge in flow.terms(each) if _comes_back(flow, edge, other, terms)]
        makers = [number for each in parting.to if (number := _maker(flow, each)) is not None]
        return next(iter([edge.operation for edge in taking] + makers), None)
    before = cut_before(flow, flow.members.get(parting.at, ()))
    return before if before is not None else _maker(flow, parting.at)


def _is_within(flow: Flow, number: int, at: int) -> bool:
    """Whether an operation makes of a value of a class another of it."""
    return {flow.classes.get(value) for value in flow.record.operations[number].outputs} == {at}


def _passed_on(flow: Flow, parting: Parting) -> int | None:
    """The operation that passes the value on with its gradient, where the other side passes on the value alone."""
    side = 0 if parting.terms[0] else 1
    made = [flow.record.producer.get(edge.value) for edge in parting.terms[side]]
    within = (number for number in made if number is not None and _is_within_but_shape(flow, number, parting.at))
    maker = _maker(flow, parting.at)
    begun = None if maker is None else place_of(flow.record, maker)
    return next((number for number in within if place_of(flow.record, number) not in (None, begun)), None)


def _is_within_but_shape(flow: Flow, number: int, at: int) -> bool:
    operation = flow.record.operations[number]
    given = {flow.classes.get(value) for value in operation.inputs}
    return at in given and _is_within(flow, number, at) and kind(operation.name) not in PASSING - {"identity"}


def _elsewhere(flows: tuple[Flow, Flow], parting: Parting) -> list[int | None]:
    """The operations through which the same gradient comes back to two values that are the same: here to one, there to
    another. Empty where it is not so."""
    values = [flow.next_values(own, parting.to) for flow, own in zip(flows, parting.terms, strict=True)]
    if {flows[0].classes[each] for each in values[0]} != {flows[1].classes[each] for each in values[1]}:
        return []
    terms = [flow.terms_of(own) for flow, own in zip(flows, values, strict=True)]
    for side, (flow, other) in enumerate((flows, flows[::-1])):
        own, others = terms[side], terms[1 - side]
        for edge in (each for each in own if not _comes_back(flow, each, other, others)):
            every = [each for end in parting.to for each in other.terms(end)]
            same = next((each for each in every if _comes_back(flow, edge, other, [each])), None)
            if same is not None:
                through = edge.operation, same.operation
                return [*through] if side == 0 else [*reversed(through)]
    return []


def _of_one_of_several(flows: tuple[Flow, Flow], parting: Parting) -> list[int | None]:
    """Where a side cuts the gradient off from another value that is taken together with the one that parts, and what
    makes on the other side what comes behind. Empty where it is not so."""
    silent = [
        _silent(flow, terms, other) for flow, other, terms in zip(flows, reversed(flows), parting.terms, strict=True)
    ]
    if bool(silent[0]) == bool(silent[1]):
        return []
    side = 0 if silent[0] else 1
    flow, other = flows[side], flows[1 - side]
    number = cut_before(flow, silent[side])
    if number is None:
        return []
    behind = [value for each in flow.behind(number) for value in flow.record.operations[each].outputs]
    makers = [_maker(other, flow.classes[value]) for value in behind if flow.classes.get(value) in flow.both]
    through = number, next((each for each in reversed(makers) if each is not None), None)
    return [*through] if side == 0 else [*reversed(through)]


def _cut_beside(flows: tuple[Flow, Flow], parting: Parting, found: Sequence[int | None]) -> list[int | None]:
    """Where a side cuts off one of the ways that its gradient takes. Empty where it is not so, or both do."""
    through = list(found)
    for side, (flow, other) in enumerate((flows, flows[::-1])):
        for end in sorted(other.ends(parting.terms[1 - side], parting.at)):
            taking = [number for value in flow.members[end] for number in flow.record.consumers.get(value, ())]
            cuts = [each for each in taking if flow.record.operations[each].stops and not flow.keeps(each)]
            if cuts and not flow.terms(end) and other.terms(end):
                through[side], through[1 - side] = cuts[0], other.terms(end)[0].operation
                return through
    on_the_way = [cut(flow, parting) for flow in flows]
    if (on_the_way[0] is None) == (on_the_way[1] is None):
        return []
    return [own if own is not None else first for own, first in zip(on_the_way, found, strict=True)]


def _silent(flow: Flow, terms: Sequence[Edge], other: Flow) -> list[int]:
    """What the same operations are given and nothing comes back to, though on the other side something does."""
    given = {value for edge in terms for value in flow.record.operations[edge.operation].inputs}
    return [value for value in sorted(given) if not flow.terms_of([value]) and other.terms(flow.classes.get(value, -1))]


def _comes_back(flow: Flow, edge: Edge, other: Flow, terms: Sequence[Edge]) -> bool:
    """Whether on this side the same gradient comes back elsewhere."""
    return any(not flow.differs([edge], other, [each], SAME) for each in terms)


def _maker(flow: Flow, each: int) -> int | None:
    """The operation that makes a value of a class first."""
    made = [number for value in flow.members.get(each, ()) if (number := flow.record.producer.get(value)) is not None]
    return next((number for number in made if place_of(flow.record, number)), None)
