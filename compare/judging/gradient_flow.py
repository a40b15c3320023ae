"""Where the gradients of two steps part while all that they compute agrees: at the values nearest to the loss whose
gradient differs, or that have one on one side only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compare.judging.alike import Alike, Finder
from compare.traces.fingerprints import Fingerprint
from compare.traces.operations import Operations


@dataclass(frozen=True)
class Flow:
    """One side: the gradients of each class of values, and what is computed from what."""

    side: str
    record: Operations
    classes: Mapping[int, int]
    both: frozenset[int]
    gradients: Mapping[int, list[Fingerprint]]  # by class; only those that are not zero throughout
    members: Mapping[int, list[int]]  # the values of each class


def flow_of(side: str, record: Operations, alike: Alike) -> Flow:
    """The flow of one side."""
    classes = alike.of(side)
    gradients: dict[int, list[Fingerprint]] = {}
    for value, gradient in record.gradients:
        print = record.values[gradient].print
        if value in classes and print is not None and print.magnitudes:
            gradients.setdefault(classes[value], []).append(print)
    members: dict[int, list[int]] = {}
    for value, each in classes.items():
        members.setdefault(each, []).append(value)
    return Flow(side, record, classes, alike.both, gradients, members)


def reached_from(flow: Flow, values: Iterable[int]) -> set[int]:
    """All values that are computed from these."""
    reached = set(values)
    for operation in flow.record.operations:
        if operation.of is None and any(value in reached for value in operation.inputs):
            reached |= set(operation.outputs)
    return reached


def parted(torch: Flow, tf: Flow, weights: tuple[set[int], set[int]], tolerance: float) -> list[int]:
    """The classes whose gradients differ while those of what is computed from them agree, nearest to the loss first.

    `weights` are, on each side, the values that the weight has whose gradient differs.
    """
    reached = [reached_from(flow, values) for flow, values in zip((torch, tf), weights, strict=True)]
    between = {
        flow.classes[value] for flow, values in zip((torch, tf), reached, strict=True) for value in values
        if flow.classes.get(value) in flow.both
    }  # fmt: skip
    differing = {
        each for each in between if _differ(torch.gradients.get(each, []), tf.gradients.get(each, []), tolerance)
    }
    first = [
        each for each in differing
        if not any(following in differing for flow in (torch, tf) for following in following_classes(flow, each))
    ]  # fmt: skip
    return sorted(first, key=lambda each: -max(torch.members[each]))


def _differ(torch: list[Fingerprint], tf: list[Fingerprint], tolerance: float) -> bool:
    if not torch or not tf:
        return bool(torch) != bool(tf)
    finder = Finder(enumerate(torch), tolerance)
    return not any(finder.find(each) for each in tf)


def following_classes(flow: Flow, start: int) -> set[int]:
    """The next classes that both sides have, on the way from a class to the loss."""
    found: set[int] = set()
    for number in stretch_behind(flow, start):
        found |= {flow.classes[value] for value in flow.record.operations[number].outputs if value in flow.classes}
    return {each for each in found if each in flow.both} - {start}


def stretch_behind(flow: Flow, start: int) -> list[int]:
    """The operations from a class on, up to the next values that both sides have, in the order in which they ran."""
    found: set[int] = set()
    left = list(flow.members.get(start, ()))
    while left:
        for number in flow.record.consumers.get(left.pop(), ()):
            operation = flow.record.operations[number]
            if number in found or operation.of is not None:
                continue
            found.add(number)
            left += [
                value for value in operation.outputs
                if flow.classes.get(value) == start or flow.classes.get(value) not in flow.both
            ]  # fmt: skip
    return sorted(found)
