"""Where the gradients of two steps part while all that they compute agrees: at the values nearest to the loss whose
gradient differs, or that have one on one side only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from compare.judging.alike import Alike, Finder
from compare.traces.fingerprints import Fingerprint
from compare.traces.operations import UNREDUCED, Operations


@dataclass(frozen=True)
class Flow:
    """One side: the gradients of each class of values, and what is computed from what."""

    side: str
    record: Operations
    classes: Mapping[int, int]
    both: frozenset[int]
    gradients: Mapping[int, list[Fingerprint]]  # by class; only those that are not zero throughout
    members: Mapping[int, list[int]]  # the values of each class


def flows_of(torch: Operations, tf: Operations, alike: Alike) -> tuple[Flow, Flow]:
    """The flow of each side; what a loss has inside shows no gradient, and counts as what one side has alone."""
    one, other = _flow("torch", torch, alike), _flow("tf", tf, alike)
    shown = {each for each in alike.both if all(_is_shown(flow, each) for flow in (one, other))}
    return replace(one, both=frozenset(shown)), replace(other, both=frozenset(shown))


def _flow(side: str, record: Operations, alike: Alike) -> Flow:
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


def _is_shown(flow: Flow, each: int) -> bool:
    return each in flow.gradients or any(not _is_inside(flow.record, value) for value in flow.members[each])


def parted(torch: Flow, tf: Flow, weights: tuple[set[int], set[int]], tolerance: float) -> list[int]:
    """The classes whose gradients differ while those of what is computed from them agree, nearest to the loss first.

    `weights` are, on each side, the values that the weight has whose gradient differs: only what leads from it through
    gradients that differ counts.
    """
    flows = torch, tf

    def differs(each: int) -> bool:
        return _differ(torch.gradients.get(each, []), tf.gradients.get(each, []), tolerance)

    begun = {
        flow.classes[value] for flow, own in zip(flows, weights, strict=True) for value in own if value in flow.classes
    }
    left, seen, first = list(begun), set(begun), []
    while left:
        start = left.pop()
        following = {each for flow in flows for each in following_classes(flow, start)}
        differing = {each for each in following if differs(each)}
        # A weight itself shows its gradient in TensorFlow only.
        shown = start not in begun or all(start in flow.gradients for flow in flows)
        if not differing and shown and differs(start):
            first.append(start)
        left += differing - seen
        seen |= differing
    return sorted(first, key=lambda each: -max(torch.members.get(each, [-1])))


def _is_inside(record: Operations, value: int) -> bool:
    number = record.producer.get(value)
    return number is not None and record.operations[number].name.endswith(UNREDUCED)


def _differ(torch: list[Fingerprint], tf: list[Fingerprint], tolerance: float) -> bool:
    if not torch or not tf:
        return bool(torch) != bool(tf)
    finder = Finder(enumerate(torch), tolerance)
    return not any(finder.find(each) for each in tf)


def following_classes(flow: Flow, start: int) -> set[int]:
    """The next classes that both sides have, on the way from a class to the loss."""
    found = {
        flow.classes[value]
        for number in stretch_behind(flow, start)
        for value in flow.record.operations[number].outputs
        if value in flow.classes
    }
    return {each for each in found if each in flow.both} - {start}


def stretch_behind(flow: Flow, start: int) -> list[int]:
    """The operations from a class on, up to the next values that both sides have, in the order in which they ran.

    Only those that lead to such a value: autograd itself detaches what it keeps.
    """
    found: set[int] = set()
    left = list(flow.members.get(start, ()))
    while left:
        for number in flow.record.consumers.get(left.pop(), ()):
            operation = flow.record.operations[number]
            if number not in found and operation.of is None:
                found.add(number)
                left += [value for value in operation.outputs if not _is_next(flow, start, value)]
    leading: set[int] = set()
    for number in sorted(found, reverse=True):
        outputs = flow.record.operations[number].outputs
        behind = {each for value in outputs for each in flow.record.consumers.get(value, ())}
        if behind & leading or any(_is_next(flow, start, value) for value in outputs):
            leading.add(number)
    return sorted(leading)


def _is_next(flow: Flow, start: int, value: int) -> bool:
    return flow.classes.get(value) in flow.both - {start}
