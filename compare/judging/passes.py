"""A gradient that is added up of several backward passes: which of them count, and how often.

Notice what tells it: on both sides a pass computes the same but for a number, which is that of what is differentiated.
So nothing inside a pass parts, and layouts do not matter: a framework's own order of the gates, say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from compare.judging import tolerances
from compare.judging.gradient_ends import adding_up, lines_that_clear
from compare.judging.gradient_flow import Flow, flows_of
from compare.judging.kinds import kind
from compare.judging.line import PARTS, Line, Step, line, made_at, place_of
from compare.running.request import SIDES
from compare.traces.operations import Edge
from compare.traces.places import Place

FEWEST = 2  # passes
SOME = 3  # elements: one is a multiple of any other
SCALES = ("mul", "div")


class Pass(NamedTuple):
    """One backward pass to a weight: what comes back, and what is differentiated."""

    gradient: np.ndarray
    root: int
    asks: Place | None


class Sum(NamedTuple):
    """What is used of some passes: how many of the last ones count, and how often each of these."""

    last: int
    factor: float


def lines_of_passes(step: Step, what: str, weight: str, used: Sequence[np.ndarray]) -> list[Line]:
    """The lines that say which of several passes count, and how often; empty where that is not what parts."""
    if not all(weight in step.record(side).weights for side in SIDES):
        return []
    flows = flows_of(step.torch, step.tf, step.alike)
    passes = [_passes(flow, weight) for flow in flows]
    times = _times(flows, *passes) if len(passes[0]) == len(passes[1]) >= FEWEST else None
    sums = [_sum_of(own, array) for own, array in zip(passes, used, strict=True)]
    if times is None or sums[0] is None or sums[1] is None:
        return []
    forgets = sums[0].last != sums[1].last
    if not forgets and _is_same(times * sums[0].factor, sums[1].factor):
        return []
    found = [
        _lines(step, what, flow, own, counts, forgets)
        for flow, own, counts in zip(flows, passes, (sums[0], sums[1]), strict=True)
    ]
    return [*found[0], *found[1]] if all(found) else []


def _passes(flow: Flow, weight: str) -> list[Pass]:
    """The backward passes in which something comes back to a weight, in their order."""
    record = flow.record
    by_number: dict[int, list[Edge]] = {}
    for edge in flow.terms_of([record.weights[weight]]):
        by_number.setdefault(edge.asked, []).append(edge)
    found = []
    for _, edges in sorted(by_number.items()):
        roots, terms = flow.roots(edges), [record.values[each.gradient].whole for each in edges]
        whole = [each for each in terms if each is not None]
        if len(whole) < len(edges) or len({each.shape for each in whole}) > 1 or not roots:
            return []
        asks = place_of(record, record.producer[edges[0].gradient]) if edges[0].gradient in record.producer else None
        found.append(Pass(np.stack(whole).sum(axis=0, dtype=np.float64), roots[-1], asks))
    return found


def _times(flows: Sequence[Flow], torch: Sequence[Pass], tf: Sequence[Pass]) -> float | None:
    """How many times tf's each pass of torch's is, and what it differentiates; None where they differ otherwise."""
    found: list[float] = []
    for mine, theirs in zip(torch, tf, strict=True):
        roots = [flow.record.values[each.root].print for flow, each in zip(flows, (mine, theirs), strict=True)]
        if not roots[0] or not roots[1] or not roots[1].total or roots[0].size != roots[1].size:
            return None
        if (times := _factor(mine.gradient, theirs.gradient)) is None:
            return None
        found += [times, roots[0].total / roots[1].total]
    return found[0] if all(_is_same(each, found[0]) for each in found) else None


def _sum_of(passes: Sequence[Pass], used: np.ndarray) -> Sum | None:
    """Of how many of the last passes a gradient is the sum, times a number."""
    for count in range(len(passes), 0, -1):
        whole = np.sum([each.gradient for each in passes[-count:]], axis=0)
        if (factor := _factor(used, whole)) is not None:
            return Sum(count, factor)
    return None


def _is_same(one: float, other: float) -> bool:
    """Whether two factors are the same."""
    return abs(one - other) <= tolerances.SAME_FACTOR * abs(other)


def _factor(one: np.ndarray, other: np.ndarray) -> float | None:
    """How many times the other an array is, whatever order their elements come in; None where it is no multiple."""
    if one.size != other.size or one.size < SOME or not np.any(other):
        return None
    near = tolerances.SAME_FACTOR
    size = float(np.abs(one).sum() / np.abs(other).sum())
    for factor in (size, -size):
        elements = np.sort(one, axis=None), np.sort(factor * other, axis=None)
        if np.allclose(*elements, rtol=near, atol=near * np.abs(one).max()):
            return factor
    return None


def _lines(step: Step, what: str, flow: Flow, passes: Sequence[Pass], counts: Sum, forgets: bool) -> list[Line]:
    """The lines of a side that clear what passes before have added, that scale what is differentiated, or that add up
    what comes back; else those that ask for it. One of the sides `forgets` passes, or both add all."""
    last, record, are_cleared = passes[-1], flow.record, counts.last < len(passes)
    places = [(place, last.root) for place in lines_that_clear(last.asks)] if are_cleared else []
    made, adding = made_at(record, last.root), adding_up(flow)
    is_scaled = made and last.asks and made[::2] == last.asks[::2] and _is_scaled(flow, last.root)
    if made and is_scaled:
        places.append((made, last.root))
    if forgets or not is_scaled or not _is_same(counts.factor, 1):
        given = last.root if adding is None else record.operations[adding].outputs[0]
        place = last.asks if adding is None else place_of(record, adding)
        places += [(place, given)] if place else []
    only = "counts" if counts.last == 1 else f"{counts.last} count"
    note = f"of {len(passes)} backward passes only the last {only}" if are_cleared else ""
    lines = (line(step, what, flow.side, PARTS, *each) for each in places)
    return list({each.at.line: replace(each, note=note) for each in lines}.values())


def _is_scaled(flow: Flow, root: int) -> bool:
    """Whether what is differentiated is another value times a number."""
    operation = flow.record.operations[flow.record.producer[root]]
    computed = [each for each in operation.inputs if each in flow.record.producer]
    return kind(operation.name) in SCALES and len(computed) == 1
