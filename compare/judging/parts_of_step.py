"""A step of the user's own that takes the loss of several parts of its batch: the first of them that parts tells why.

Notice what stands behind the parts: one side may add up what it has divided, and the other divide the sum, so what the
first makes of a part may be, by chance, what the other had before.
"""

from __future__ import annotations

from compare.judging.in_common import before
from compare.judging.line import Step, as_made
from compare.running.request import SIDES
from compare.traces.operations import Operations

FEWEST = 2  # calls
Results = dict[str, list[int]]  # by function, of each call


def first_apart(step: Step, torch: int, tf: int) -> tuple[int, int] | None:
    """What both sides' calls of one function came to first that differs, on the way to two values; None where no
    function is called for several parts, or all calls came to the same."""
    ours, theirs = _results(step.torch, torch), _results(step.tf, tf)
    for name in reversed(ours):
        if len(ours[name]) != len(theirs.get(name, ())) or len(ours[name]) < FEWEST:
            continue
        sides = zip(SIDES, (ours[name], theirs[name]), strict=True)
        made = [[as_made(step, side, value) for value in values] for side, values in sides]
        return next((pair for pair in zip(*made, strict=True) if not _is_same(step, *pair)), None)
    return None


def _is_same(step: Step, torch: int, tf: int) -> bool:
    own = step.alike.torch.get(torch)
    return own in step.alike.both and own == step.alike.tf.get(tf)


def _results(record: Operations, target: int) -> Results:
    """What the functions that the step calls came to that a value is computed of; those last that ended last."""
    on_the_way, found = before(record, target), dict[str, dict[int, int]]()
    for operation in record.operations:
        leading = [value for value in operation.outputs if value in on_the_way]
        if leading and len(operation.stack) > 1 and len(operation.calls) == len(operation.stack):
            calls = found.pop(operation.stack[-2].function, {})
            found[operation.stack[-2].function] = {**calls, operation.calls[-2]: leading[-1]}
    return {name: list(calls.values()) for name, calls in found.items()}
