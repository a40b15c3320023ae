"""The lines of code where the gradient of a weight parts, while all that the step computes is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compare.judging.aliases import with_aliases, with_returns
from compare.judging.callers import line_that_uses
from compare.judging.gradient_flow import Flow, flows_of
from compare.judging.gradient_partings import Parting, is_cut, is_made_without, partings
from compare.judging.gradient_through import through
from compare.judging.line import BOTH, PARTS, Line, Step, line, made_at, place_of
from compare.judging.lines import MOST_PAIRS, find, lines_up_to
from compare.judging.other_weights import lines_of_other_weights
from compare.running.request import SIDES
from compare.traces.operations import WRITTEN, Edge

CUT = "no gradient passes here"


def lines_of_gradient(step: Step, what: str, weight: str) -> list[Line]:
    """The lines where the gradient of a weight parts, all that is computed from it being the same.

    Empty where the lines are not known.
    """
    if not all(weight in step.record(side).weights for side in SIDES):
        return []
    if found := lines_of_other_weights(step, what, weight):
        return found
    flows = flows_of(step.torch, step.tf, step.alike)
    return _lines_to(step, what, flows, flows[0].classes[step.torch.weights[weight]])


def lines_of_gradient_back(step: Step, what: str, output: np.ndarray) -> list[Line]:
    """The same for what comes back to an output that both sides have."""
    flows, value = flows_of(step.torch, step.tf, step.alike), find(step.torch, output, step.tolerance)
    start = None if value is None else flows[0].classes.get(value)
    return _lines_to(step, what, flows, start) if start is not None and start in flows[0].both else []


def _lines_to(step: Step, what: str, flows: tuple[Flow, Flow], start: int) -> list[Line]:
    apart = partings(flows, start, step.tolerance)
    if not apart:
        return []
    roots = [flow.roots(terms) for flow, terms in zip(flows, apart[0].terms, strict=True)]
    if not apart[0].to and all(roots) and (found := lines_up_to(step, what, roots[0][-1], roots[1][-1])):
        return found
    lines = with_aliases(_of_written(step, what, flows, apart[0]) or _lines(step, what, flows, apart[0]))
    for further in (each for each in apart[1:] if is_cut(flows, each)):
        own, known = _lines(step, what, flows, further), {(each.side, each.at.line) for each in lines}
        if len(own) >= MOST_PAIRS and not any((each.side, each.at.line) in known for each in own if each.role == PARTS):
            return [*lines, *own]
    return lines


def _lines(step: Step, what: str, flows: tuple[Flow, Flow], parting: Parting) -> list[Line]:
    """The value that both have, and the line of each side through which another gradient comes back to it."""
    found = [_common(step, what, flow, parting) for flow in flows]
    for flow, terms, number in zip(flows, parting.terms, through(flows, parting), strict=True):
        value = flow.members[parting.at][0]
        place = None if number is None else line_that_uses(flow.record, number, value)
        if number is not None and place is not None:
            own = line(step, what, flow.side, PARTS, place, flow.record.operations[number].outputs[0])
            begins = parting.at in flow.begun
            note = CUT if flow.is_nothing(terms) and not begins else ""
            own = own if begins else replace(own, value=_gradient(flow, terms), note=note)
            found += with_returns([own]) if note else [own]
    known = [each for each in found if each is not None]
    if is_made_without(flows, parting):
        known += [*_taken(step, what, flows, parting, known), *_made_in_steps(step, what, flows, parting, known)]
    return known


def _taken(step: Step, what: str, flows: tuple[Flow, Flow], parting: Parting, known: Sequence[Line]) -> list[Line]:
    """The one line that takes a value with its gradient, which the other side has made without: as well as where the
    value is made, the gradient may be cut off there."""
    found = []
    for flow, terms in zip(flows, parting.terms, strict=True):
        places = {place_of(flow.record, each.operation): each for each in terms}
        place, edge = next(iter(places.items()), (None, None))
        is_known = any(each.side == flow.side and each.role == PARTS and each.at == place for each in known)
        if place is not None and edge is not None and len(places) == 1 and not is_known:
            own = line(step, what, flow.side, PARTS, place, flow.record.operations[edge.operation].outputs[0])
            found.append(replace(own, value=_gradient(flow, terms)))
    return found


def _made_in_steps(
    step: Step, what: str, flows: tuple[Flow, Flow], parting: Parting, known: Sequence[Line]
) -> list[Line]:
    """The lines that make a value with its gradient, which the other side has made without, of what both have: there,
    too, the gradient may be cut off. Empty where they are many."""
    found: dict[tuple[str, int], Line] = {}
    for flow in (flow for flow, terms in zip(flows, parting.terms, strict=True) if terms):
        left = [value for value in flow.members[parting.at] if value in flow.record.producer][:1]
        while left:
            value = left.pop()
            number = flow.record.producer[value]
            if place := place_of(flow.record, number):
                found.setdefault((flow.side, place.line), line(step, what, flow.side, PARTS, place, value))
            given = (each for each in flow.record.operations[number].inputs if flow.terms_of([each]))
            own = (each for each in given if flow.classes.get(each) not in flow.both)
            left += [each for each in own if each in flow.record.producer and each not in left]
    told = {(each.side, each.at.line) for each in known if each.role == PARTS}
    return [each for key, each in found.items() if key not in told] if len(found) <= MOST_PAIRS else []


def _of_written(step: Step, what: str, flows: tuple[Flow, Flow], parting: Parting) -> list[Line]:
    """The lines where two gradients part that somebody wrote, of operations that both sides have."""
    passed = []
    for flow, terms in zip(flows, parting.terms, strict=True):
        if not terms or not flow.record.operations[terms[0].operation].name.endswith(WRITTEN):
            return []
        passed.append(terms[0].gradient)
    lines = lines_up_to(step, what, *passed)
    return lines if {each.side for each in lines if each.role == PARTS} == {*SIDES} else []


def _common(step: Step, what: str, flow: Flow, parting: Parting) -> Line | None:
    values = flow.members[parting.at]
    made = [(value, place) for value in values if (place := made_at(flow.record, value))]
    return line(step, what, flow.side, BOTH, made[0][1], made[0][0]) if made else None


def _gradient(flow: Flow, terms: Sequence[Edge]) -> str:
    prints = [print for each in terms if (print := flow.record.values[each.gradient].print)]
    if flow.is_nothing(terms):
        return "no gradient"
    return f"gradient of mean magnitude {sum(each.magnitudes / each.size for each in prints):.4g}"
