"""The lines of code where the gradient of a weight parts, while all that the step computes is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compare.judging.alike import Finder
from compare.judging.gradient_flow import Flow, flows_of, parted, stretch_behind
from compare.judging.lines import BOTH, PARTS, Line, Step, line, made_at, place_of
from compare.traces.fingerprints import fingerprint
from compare.traces.operations import Operations


def lines_of_gradient(step: Step, what: str, weight: tuple[np.ndarray, np.ndarray]) -> list[Line]:
    """The lines where the gradient of a weight parts, all that is computed from it being the same.

    `weight` is its value on each side. Empty where the lines are not known.
    """
    flows = flows_of(step.torch, step.tf, step.alike)
    begun = tuple(_every(flow.record, array, step.tolerance) for flow, array in zip(flows, weight, strict=True))
    apart = parted(*flows, (begun[0], begun[1]), step.tolerance)
    if not apart:
        return []
    return _of_class(step, what, flows, apart[0])


def _of_class(step: Step, what: str, flows: tuple[Flow, Flow], apart: int) -> list[Line]:
    """The lines of a value whose gradient differs: where it is made, and where each side goes on from it."""
    values = [flow.members[apart][0] for flow in flows]
    places = [made_at(flow.record, value) for flow, value in zip(flows, values, strict=True)]
    stops = [_stop(flow, apart) for flow in flows]
    behind = [_goes_on(flow, apart) for flow in flows]
    lines = [
        line(step, what, flow.side, BOTH, place, value)
        for flow, place, value in zip(flows, places, values, strict=True)
        if place
    ]
    for side, flow in enumerate(flows):
        other = stops[1 - side]
        number = stops[side] if stops[side] is not None else behind[side]
        if number is None:  # it is what the gradient begins with, on one side
            number = flow.record.producer.get(values[side])
        if stops[side] is None and other is not None and places[side]:
            # The other side cuts off where it makes the value, or where it goes on from it: so it is here.
            at_once = place_of(flows[1 - side].record, other) == places[1 - side]
            number = flow.record.producer.get(values[side]) if at_once else number
        note = "no gradient passes here" if stops[side] is not None and apart not in flow.gradients else ""
        place = None if number is None else place_of(flow.record, number)
        if number is not None and place is not None:
            found = line(step, what, flow.side, PARTS, place, flow.record.operations[number].outputs[0])
            lines.append(replace(found, value=_gradient(flow, apart), note=note))
    return lines


def _gradient(flow: Flow, apart: int) -> str:
    found = flow.gradients.get(apart)
    return f"gradient of mean magnitude {found[-1].magnitudes / found[-1].size:.4g}" if found else "no gradient"


def _goes_on(flow: Flow, apart: int) -> int | None:
    """The first operation behind a value that a gradient comes back through."""
    known = {value for value, _ in flow.record.gradients}
    placed = _placed(flow.record, stretch_behind(flow, apart))
    return next((number for number in placed if known & {*flow.record.operations[number].outputs}), None)


def _placed(record: Operations, numbers: Sequence[int]) -> list[int]:
    return [number for number in numbers if place_of(record, number)]


def _stop(flow: Flow, apart: int) -> int | None:
    """The operation that cuts the gradient off: behind the value, else before it where the value has none at all."""
    for number in stretch_behind(flow, apart):
        if flow.record.operations[number].stops and place_of(flow.record, number):
            return number
    if apart in flow.gradients:
        return None
    left = list(flow.members.get(apart, ()))
    seen: set[int] = set()
    while left:
        before = flow.record.producer.get(left.pop())
        if before is None or before in seen:
            continue
        seen.add(before)
        if flow.record.operations[before].stops:
            return _last_without_gradient(flow, apart, before)
        left += flow.record.operations[before].inputs
    return None


def _last_without_gradient(flow: Flow, apart: int, number: int) -> int:
    """Under no_grad each operation is without a gradient: the one that made the value counts."""
    made = [flow.record.producer[value] for value in flow.members[apart] if value in flow.record.producer]
    placed = _placed(flow.record, made)
    return placed[0] if placed else number


def _every(record: Operations, array: np.ndarray, tolerance: float) -> set[int]:
    prints = ((number, each.print) for number, each in enumerate(record.values) if each.print)
    finder = Finder(prints, tolerance, transposed=True)
    return set(finder.find(fingerprint(np.asarray(array, np.float64))))
