"""Which of the lines that were running is to blame for an operation: a function that is called from several places, and
is right elsewhere, was given something else here."""

from __future__ import annotations

from collections.abc import Mapping

from compare.traces.operations import Operations
from compare.traces.places import Place


def line_to_blame(record: Operations, classes: Mapping[int, int], both: frozenset[int], number: int) -> Place | None:
    """The innermost line of an operation that did not elsewhere compute something that both sides have."""
    operation = record.operations[number]
    right = [
        each.stack
        for each in record.operations
        if each.name == operation.name and each.outputs and all(classes.get(value) in both for value in each.outputs)
    ]
    for depth, place in enumerate(operation.stack):
        behind = operation.stack[depth + 1 :]
        same = [stack[depth + 1 :] for stack in right if stack[: depth + 1] == operation.stack[: depth + 1]]
        if not behind or not any(stack and stack != behind for stack in same):
            return place
    return None
