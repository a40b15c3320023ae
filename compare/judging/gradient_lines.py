"""The lines of code where the gradient of a weight parts, while all that the step computes is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from compare.judging.gradient_flow import Flow, flows_of
from compare.judging.gradient_partings import Parting, cut, is_cut, partings
from compare.judging.line import BOTH, PARTS, Line, Step, line, made_at, place_of
from compare.judging.lines import MOST_PAIRS, lines_up_to
from compare.traces.operations import Edge

CUT = "no gradient passes here"
SAME = 1e-6  # of two gradients


def lines_of_gradient(step: Step, what: str, weight: str) -> list[Line]:
    """The lines where the gradient of a weight parts, all that is computed from it being the same.

    Empty where the lines are not known.
    """
    if not all(weight in step.record(side).weights for side in ("torch", "tf")):
        return []
    flows = flows_of(step.torch, step.tf, step.alike)
    apart = partings(flows, weight, step.tolerance)
    if not apart:
        return []
    roots = [flow.roots(terms) for flow, terms in zip(flows, apart[0].terms, strict=True)]
    if not apart[0].to and all(roots) and (found := lines_up_to(step, what, roots[0][-1], roots[1][-1])):
        return found
    lines = _lines(step, what, flows, apart[0])
    for further in (each for each in apart[1:] if is_cut(flows, each)):
        own, known = _lines(step, what, flows, further), {(each.side, each.at.line) for each in lines}
        if len(own) >= MOST_PAIRS and not any((each.side, each.at.line) in known for each in own if each.role == PARTS):
            return [*lines, *own]
    return lines


def _lines(step: Step, what: str, flows: tuple[Flow, Flow], parting: Parting) -> list[Line]:
    """The value that both have, and the line of each side through which another gradient comes back to it."""
    found = [_common(step, what, flow, parting) for flow in flows]
    for flow, terms, number in zip(flows, parting.terms, _through(flows, parting), strict=True):
        place = None if number is None else place_of(flow.record, number)
        if number is not None and place is not None:
            own = line(step, what, flow.side, PARTS, place, flow.record.operations[number].outputs[0])
            note = CUT if flow.is_nothing(terms) else ""
            found.append(replace(own, value=_gradient(flow, terms), note=note))
    return [each for each in found if each is not None]


def _through(flows: tuple[Flow, Flow], parting: Parting) -> list[int | None]:
    """The operation of each side through which the gradient comes back, or where it ends."""
    found = [_first(flow, terms) for flow, terms in zip(flows, parting.terms, strict=True)]
    nothing = [flow.is_nothing(terms) for flow, terms in zip(flows, parting.terms, strict=True)]
    if nothing[0] == nothing[1]:
        return _elsewhere(flows, parting) or _of_one_of_several(flows, parting) or found
    without = nothing.index(True)
    flow, other = flows[without], flows[1 - without]
    end, maker = _end(flow, parting, other, parting.terms[1 - without]), _maker(flow, parting.at)
    found[without] = end
    if end is not None and maker is not None and place_of(flow.record, end) == place_of(flow.record, maker):
        found[1 - without] = _maker(other, parting.at)  # it is made without a gradient there, and with one here
    return found


def _common(step: Step, what: str, flow: Flow, parting: Parting) -> Line | None:
    values = flow.members[parting.at]
    made = [(value, place) for value in values if (place := made_at(flow.record, value))]
    return line(step, what, flow.side, BOTH, made[0][1], made[0][0]) if made else None


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
    before = _cut_before(flow, flow.members.get(parting.at, ()))
    return before if before is not None else _maker(flow, parting.at)


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
    """Where a side cuts the gradient off from one of several values that are the same, and the line of the other that
    makes what comes behind. Empty where it is not so."""
    silent = [_silent(flow, terms, parting.at) for flow, terms in zip(flows, parting.terms, strict=True)]
    if bool(silent[0]) == bool(silent[1]):
        return []
    side = 0 if silent[0] else 1
    flow, other = flows[side], flows[1 - side]
    number = _cut_before(flow, silent[side])
    if number is None:
        return []
    behind = [value for each in flow.behind(number) for value in flow.record.operations[each].outputs]
    makers = [_maker(other, flow.classes[value]) for value in behind if flow.classes.get(value) in flow.both]
    through = number, next((each for each in makers if each is not None), None)
    return [*through] if side == 0 else [*reversed(through)]


def _silent(flow: Flow, terms: Sequence[Edge], at: int) -> list[int]:
    """The values of a class to which nothing comes back through operations that are given them with others of it."""
    through = {edge.operation for edge in terms}
    taken = [value for value in flow.members[at] if through & {*flow.record.consumers.get(value, ())}]
    return [value for value in taken if not flow.terms_of([value])]


def _comes_back(flow: Flow, edge: Edge, other: Flow, terms: Sequence[Edge]) -> bool:
    """Whether on this side the same gradient comes back elsewhere."""
    return any(not flow.differs([edge], other, [each], SAME) for each in terms)


def _maker(flow: Flow, each: int) -> int | None:
    """The operation that makes a value of a class first."""
    made = [number for value in flow.members.get(each, ()) if (number := flow.record.producer.get(value)) is not None]
    return next((number for number in made if place_of(flow.record, number)), None)


def _cut_before(flow: Flow, values: Sequence[int]) -> int | None:
    """The last operation before some values that cuts a gradient off."""
    left = [number for value in values if (number := flow.record.producer.get(value)) is not None]
    seen = set(left)
    while left:
        number = max(left)
        left.remove(number)
        operation = flow.record.operations[number]
        if operation.stops and place_of(flow.record, number):
            return number
        before = {flow.record.producer[value] for value in operation.inputs if value in flow.record.producer} - seen
        seen |= before
        left += before
    return None


def _gradient(flow: Flow, terms: Sequence[Edge]) -> str:
    prints = [print for each in terms if (print := flow.record.values[each.gradient].print)]
    if flow.is_nothing(terms):
        return "no gradient"
    return f"gradient of mean magnitude {sum(each.magnitudes / each.size for each in prints):.4g}"
