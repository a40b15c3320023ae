"""A step of several turns: what an earlier turn's gradients differ by moves its weights, and so all that comes after.

Notice what tells of it: the lines of a value lead back to a call that asks for gradients, where no formula stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from compare.judging.gradient_ends import lines_that_ask
from compare.judging.gradient_lines import lines_of_gradient
from compare.judging.in_common import before
from compare.judging.line import PARTS, Line, Step
from compare.judging.lines import find, lines_up_to
from compare.judging.parts_of_step import first_apart
from compare.running.request import SIDES
from compare.traces.operations import Operations


def lines_of_shown(step: Step, what: str, torch: np.ndarray, tf: np.ndarray) -> list[Line]:
    """The lines where a value that differs parts; those of the gradients of an earlier turn, if it comes from them."""
    targets = [find(step.record(side), array, step.tolerance) for side, array in zip(SIDES, (torch, tf), strict=True)]
    if targets[0] is None or targets[1] is None:
        return []
    lines = lines_up_to(step, what, *(first_apart(step, targets[0], targets[1]) or (targets[0], targets[1])))
    if not _asks_for_gradients(step, lines):
        return lines
    passes = [_passes(step.record(side), value) for side, value in zip(SIDES, targets, strict=True)]
    if len(passes[0]) != len(passes[1]):
        return lines
    earlier = (_lines_of_pass(step, what, *each) for each in zip(*passes, strict=True))
    return next((found for found in earlier if found), lines)


def _asks_for_gradients(step: Step, lines: Sequence[Line]) -> bool:
    """Whether a line that parts is one that asks for gradients."""
    asking = {side: lines_that_ask(step.record(side)) for side in SIDES}
    return any(each.at in asking[each.side] for each in lines if each.role == PARTS)


def _passes(record: Operations, value: int | None) -> list[int]:
    """The backward passes whose gradients of weights a value is computed of, in their order."""
    if value is None:
        return []
    on_the_way, weights = before(record, value), {*record.weights.values()}
    return sorted({each.asked for each in record.edges if each.value in weights and each.gradient in on_the_way})


def _lines_of_pass(step: Step, what: str, torch: int, tf: int) -> list[Line]:
    """The lines where the gradients of one backward pass part; empty where none of both sides are found."""
    alone = replace(step, torch=_only(step.torch, torch), tf=_only(step.tf, tf))
    for weight in _of_both(alone):
        lines = lines_of_gradient(alone, what, weight)
        if {each.side for each in lines if each.role == PARTS} == {*SIDES}:
            return lines
    return []


def _only(record: Operations, number: int) -> Operations:
    """A record with what comes back in one backward pass alone."""
    asked = tuple(each if at == number else () for at, each in enumerate(record.asked))
    return replace(record, edges=tuple(each for each in record.edges if each.asked == number), asked=asked)


def _of_both(step: Step) -> Iterator[str]:
    """The weights to which something comes back on both sides."""
    moved = [{each.value for each in step.record(side).edges} for side in SIDES]
    for name, value in step.torch.weights.items():
        if value in moved[0] and step.tf.weights.get(name) in moved[1]:
            yield name
