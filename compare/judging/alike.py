"""Which values of two recorded steps are the same, whatever their layout: told by their fingerprints."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from compare.judging.kinds import kind
from compare.traces.fingerprints import Fingerprint
from compare.traces.operations import Operations

# What many values have by chance: they tell nothing.
PLAIN = {0.0, 1.0, 2.0, 0.5}
NUMBER = dict[int, int]  # of the class of a value
Constant = tuple[float, float]  # a size, and the number of all elements
Told = tuple[Fingerprint, int]  # of a value, with its class
Signed = tuple[int, int]  # a class, and the sign with which a value is of it


def same(
    one: Fingerprint, other: Fingerprint, tolerance: float, transposed: bool = False, in_order: bool = False
) -> bool:
    """Whether two values are the same in some layout: in another order of the axes, or reshaped.

    A square matrix and its transpose, or whatever else has the same shape, is so only where `transposed` allows it;
    `in_order` asks it of images too, whose channels are last on one of the sides.
    """
    if one.size != other.size or one.not_finite != other.not_finite:
        return False
    of_sums = tolerance * max(one.magnitudes, other.magnitudes)
    of_ends = tolerance * max(map(abs, (one.highest, one.lowest, other.highest, other.lowest)))
    return (
        abs(one.magnitudes - other.magnitudes) <= of_sums
        and abs(one.total - other.total) <= of_sums
        and abs(one.highest - other.highest) <= of_ends
        and abs(one.lowest - other.lowest) <= of_ends
        and abs(one.squares - other.squares) <= 2 * tolerance * max(one.squares, other.squares)
        and (
            any(abs(left - right) <= of_sums for left, right in _orders(one, other))
            or (
                (transposed or not (one.shape == other.shape or (in_order and _is_moved(one, other))))
                and abs(one.by_axes - other.by_axes) <= of_sums
            )
        )
    )


def _orders(one: Fingerprint, other: Fingerprint) -> tuple[tuple[float, float], ...]:
    """What agrees where the elements come in the same order, on one of the sides perhaps with the second axis last."""
    return (one.in_order, other.in_order), (one.moved, other.in_order), (one.in_order, other.moved)


def _is_moved(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether one has the shape of the other with its second axis last."""
    return one.shape == other.moved_shape or one.moved_shape == other.shape


def is_plain(print: Fingerprint | None) -> bool:
    """Whether a value has no content by which to tell it: nothing, or one small number throughout."""
    if print is None or not print.size or print.size == print.not_finite:
        return True
    return print.is_constant and (abs(print.highest) in PLAIN or (print.highest.is_integer() and print.size > 1))


def constant(print: Fingerprint) -> Constant:
    """The size and the number of a value that tells nothing."""
    return print.size, print.highest


@dataclass(frozen=True)
class Alike:
    """The values of both sides in classes of the same content; `both` are the classes that both sides have.

    `constants` are what each side has that tells nothing: sizes and the one number in them. `parts` are, of each side,
    the classes of which a value is put together where the other side has these one by one. `signs` are, of values that
    only one side has, those whose negative the other has: a class of theirs, and 1 or -1.
    """

    torch: NUMBER
    tf: NUMBER
    both: frozenset[int]
    constants: Mapping[str, set[Constant]]
    parts: Mapping[str, Mapping[int, tuple[int, ...]]] = field(default_factory=dict)
    signs: Mapping[str, Mapping[int, Signed]] = field(default_factory=dict)

    def of(self, side: str) -> NUMBER:
        return self.torch if side == "torch" else self.tf


class Finder:
    """Finds, among values, those that are the same as a given one."""

    def __init__(
        self,
        prints: Iterable[tuple[int, Fingerprint]],
        tolerance: float,
        transposed: bool = False,
        of_weights: Collection[int] = (),
        in_order: bool = False,
    ):
        """`of_weights` are values that each side has in a layout of its own, so that a square one may be transposed."""
        self._tolerance, self._transposed, self._of_weights = tolerance, transposed, of_weights
        self._in_order = in_order
        by_size: dict[float, list[tuple[int, Fingerprint]]] = {}
        for number, print in prints:
            by_size.setdefault(print.size, []).append((number, print))
        self._by_size = {size: sorted(each, key=lambda pair: pair[1].magnitudes) for size, each in by_size.items()}
        self._magnitudes = {
            size: np.array([print.magnitudes for _, print in each]) for size, each in self._by_size.items()
        }

    def find(self, print: Fingerprint, of_weights: bool = False) -> list[int]:
        """The numbers of the same values, in their order."""
        values = self._by_size.get(print.size, [])
        around = 2 * self._tolerance * print.magnitudes
        first, last = np.searchsorted(
            self._magnitudes.get(print.size, np.empty(0)),
            [print.magnitudes - around, print.magnitudes + around * (1 + 1e-12)],
        )
        last = min(len(values), int(last) + 1)
        near = values[int(first) : last]
        return sorted(
            number
            for number, each in near
            if same(print, each, self._tolerance, self._is_free(number, of_weights), self._in_order)
        )

    def _is_free(self, number: int, of_weights: bool) -> bool:
        return self._transposed or (of_weights and number in self._of_weights)


def told(record: Operations) -> list[tuple[int, Fingerprint]]:
    """The values that have a content to be told by, with their numbers."""
    return [
        (number, value.print) for number, value in enumerate(record.values) if value.print and not is_plain(value.print)
    ]


def _of_weights(record: Operations) -> set[int]:
    """The weights, their gradients, and what is computed of these alone."""
    weights = {*record.weights.values(), *chain(*record.asked)}
    for operation in record.operations:  # that read one, or lay it out anew
        if len(operation.inputs) == 1 and operation.inputs[0] in weights:
            weights |= {*operation.outputs}
    found = weights | {edge.gradient for edge in record.edges if edge.value in weights}
    for operation in reversed(record.operations):  # that lay a gradient out anew
        if operation.of is not None and len(operation.inputs) == 1 and not found.isdisjoint(operation.outputs):
            found |= {*operation.inputs}
    for operation in record.operations:
        given = operation.inputs[1:] if kind(operation.name) == "copy" else operation.inputs  # but for what is replaced
        large = [each for each in given if len(record.values[each].shape) > 1]
        if large and found.issuperset(large):
            found |= {*operation.outputs}
    return found


def alike(torch: Operations, tf: Operations, tolerance: float, in_order: bool = False) -> Alike:
    """The values of both sides in classes; `in_order` as in `same`."""
    values: Sequence[tuple[int, Fingerprint]] = told(torch)
    offset = len(torch.values)
    values = [*values, *((number + offset, print) for number, print in told(tf))]
    of_weights = _of_weights(torch) | {number + offset for number in _of_weights(tf)}
    finder, prints = Finder(values, tolerance, of_weights=of_weights, in_order=in_order), dict(values)
    classes: dict[int, int] = {}
    for number, _ in values:
        is_known = number in classes
        if is_known and number >= offset:
            continue
        found = finder.find(prints[number], number in of_weights)
        if not is_known and number < offset:  # what tf has in one layout may be torch's in two
            classes[number] = next((classes[other] for other in found if other >= offset and other in classes), number)
        for other in found:
            if not is_known or other >= offset:  # each of torch's tells what of tf is the same
                classes.setdefault(other, classes.get(number, number))
    of_torch = {number: each for number, each in classes.items() if number < offset}
    of_tf = {number - offset: each for number, each in classes.items() if number >= offset}
    constants = {"torch": _constants(torch), "tf": _constants(tf)}
    both = frozenset(of_torch.values()) & frozenset(of_tf.values())
    both -= _in_another_order(
        [(prints[number], each) for number, each in of_torch.items() if number not in of_weights],
        [(prints[number + offset], each) for number, each in of_tf.items() if number + offset not in of_weights],
        tolerance,
    )
    alone, alone_in_tf = (
        {number: each for number, each in of_side.items() if each not in both} for of_side in (of_torch, of_tf)
    )
    signs = _signs(torch, tf, alone, alone_in_tf, tolerance)
    return Alike(of_torch, of_tf, both, constants, signs=signs)


def _constants(record: Operations) -> set[Constant]:
    """What tells nothing, but for what a backward pass begins with or spreads: no formula has it."""
    back = {value for each in record.operations if each.of is not None for value in each.outputs}
    plain = ((number, each.print) for number, each in enumerate(record.values) if each.print and is_plain(each.print))
    return {constant(print) for number, print in plain if number not in back}


def _in_another_order(torch: Iterable[Told], tf: Iterable[Told], tolerance: float) -> set[int]:
    """The classes of which both sides have values of one shape, and none of these in the order of the other's: what
    distances of each to each are is the same, transposed, in whatever shape only one side has it."""
    by_place: tuple[dict[tuple[int, float], list[Fingerprint]], ...] = {}, {}
    for found, values in zip(by_place, (torch, tf), strict=True):
        for print, each in values:
            found.setdefault((each, print.shape), []).append(print)
    shared = {*by_place[0]} & {*by_place[1]}
    agree = {
        place[0]
        for place in shared
        if any(same(one, other, tolerance) for one in by_place[0][place] for other in by_place[1][place])
    }
    return {place[0] for place in shared} - agree


def _signs(
    torch: Operations, tf: Operations, of_torch: NUMBER, of_tf: NUMBER, tolerance: float
) -> dict[str, dict[int, Signed]]:
    """The values of which the other side has the negative, by side."""
    finder = Finder([(number, print) for number, print in told(tf) if number in of_tf], tolerance)
    found: dict[str, dict[int, Signed]] = {"torch": {}, "tf": {}}
    for number, print in told(torch):
        if number in of_torch and (others := finder.find(print.negative)):
            found["torch"][number] = of_torch[number], 1
            found["tf"] |= dict.fromkeys(others, (of_torch[number], -1))
    return found
