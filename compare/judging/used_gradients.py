"""The lines where the gradient of a weight parts, as the optimizer is given it: in the backward passes, or behind them.

Notice what a loop may do between: it adds up the gradients of several passes, divides them, clips them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compare.judging.earlier_turns import lines_of_shown
from compare.judging.gradient_ends import lines_that_ask
from compare.judging.gradient_lines import lines_of_gradient
from compare.judging.in_common import before
from compare.judging.line import PARTS, Line, Step
from compare.judging.lines import find, lines_of_value
from compare.judging.passes import lines_of_passes
from compare.running.request import SIDES

Arrays = tuple[np.ndarray, np.ndarray]  # torch's, tf's


def lines_of_used_gradient(step: Step, what: str, weight: str, used: Arrays | None) -> list[Line]:
    """The lines where the gradient of a weight parts; `used` are the gradients that the optimizers are given."""
    if used and _is_same_before(step, weight, used) and (found := lines_of_value(step, what, *used)):
        return _behind_the_passes(step, found)
    if used and (found := lines_of_passes(step, what, weight, used)):
        return found
    return lines_of_gradient(step, what, weight) or (lines_of_shown(step, what, *used) if used else [])


def _behind_the_passes(step: Step, lines: Sequence[Line]) -> list[Line]:
    """The lines without those that ask for gradients, where both sides have others that part."""
    asking = {side: lines_that_ask(step.record(side)) for side in SIDES}
    behind = [each for each in lines if each.role != PARTS or each.at not in asking[each.side]]
    return behind if {each.side for each in behind if each.role == PARTS} == {*SIDES} else [*lines]


def _is_same_before(step: Step, weight: str, used: Arrays) -> bool:
    """Whether both sides have, on the way to what they use, a sum of all that comes back to the weight."""
    sums = [_sums(step, side, weight, array) for side, array in zip(SIDES, used, strict=True)]
    return not sums[0].isdisjoint(sums[1])


def _sums(step: Step, side: str, weight: str, used: np.ndarray) -> set[int]:
    """The classes of what is computed of all that comes back to a weight, on the way to the gradient that is used."""
    record, classes = step.record(side), step.alike.of(side)
    target, own = find(record, used, step.tolerance), record.weights.get(weight)
    if target is None:
        return set()
    terms = {classes.get(each.gradient, -1) for each in record.edges if each.value == own}
    size = np.size(used)
    sums = set()
    for value in before(record, target):
        is_a_gradient = classes.get(value) in step.alike.both and np.prod(record.values[value].shape) == size
        if is_a_gradient and terms and terms <= {classes.get(each) for each in before(record, value)}:
            sums.add(classes[value])
    return sums
