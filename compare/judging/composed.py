"""Values of one side that are put together of several of the other's: the corners of boxes, say, that one side computes
at once and the other one by one; or the gates of a recurrent layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from compare.judging.alike import NUMBER, Alike, Finder, is_plain, told
from compare.traces.fingerprints import Fingerprint, fingerprint
from compare.traces.operations import Operations, Value

MOST = 16  # pieces of one size

Parts = dict[int, tuple[int, ...]]
Counts = dict[tuple[int, tuple[int, ...]], set[int]]  # by an axis and the sizes of the others


def with_composed(torch: Operations, tf: Operations, alike: Alike, tolerance: float) -> Alike:
    """The classes of values, with those of the pieces of which the other side has each."""
    parts: dict[str, Parts] = {"torch": {}, "tf": {}}
    sides = (("torch", torch, alike.torch), ("tf", tf, alike.tf))
    for (side, record, classes), (other, others, theirs) in (sides, sides[::-1]):
        finder, counts = Finder(told(others), tolerance), _counts(others)
        wholes = Numbers(print for _, print in _alone(others, theirs, alike))
        for number, print in _alone(record, classes, alike):
            if wholes.has(print, tolerance):  # the other side has the same in another order
                continue
            if found := _pieces(record.values[number], finder, counts):
                parts[side][number] = tuple(theirs[each] for each in found)
                parts[other] |= {each: (theirs[each],) for each in _of_classes(theirs, parts[side][number])}
    return replace(alike, parts=parts)


class Numbers:
    """Values by the numbers in them, in whatever order."""

    def __init__(self, prints: Iterable[Fingerprint]):
        self._by_size: dict[float, list[Fingerprint]] = {}
        for print in prints:
            self._by_size.setdefault(print.size, []).append(print)

    def has(self, print: Fingerprint, tolerance: float) -> bool:
        """Whether one of them has the same numbers as a value."""
        most = tolerance * print.magnitudes
        return any(
            abs(each.total - print.total) <= most
            and abs(each.magnitudes - print.magnitudes) <= most
            and abs(each.squares - print.squares) <= 2 * tolerance * print.squares
            for each in self._by_size.get(print.size, ())
        )


def _alone(record: Operations, classes: NUMBER, alike: Alike) -> Iterator[tuple[int, Fingerprint]]:
    """What only one side has, of what it computes before gradients."""
    for number, print in told(record):
        made = record.producer.get(number)
        if classes.get(number) not in alike.both and made is not None and record.operations[made].of is None:
            yield number, print


def _of_classes(classes: NUMBER, wanted: tuple[int, ...]) -> list[int]:
    return [number for number, each in classes.items() if each in wanted]


def _counts(record: Operations) -> Counts:
    """How many there are along the first and the last axis of values, by the axis and the sizes of the others."""
    found: Counts = {}
    for value in record.values:
        for axis in (0, -1) if value.shape else ():
            found.setdefault((axis, _others(value.shape, axis)), set()).add(value.shape[axis])
    return found


def _others(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[1:] if axis == 0 else shape[:-1]


def _pieces(value: Value, finder: Finder, counts: Counts) -> list[int]:
    """Values of the other side of which a value is put together; empty where it is not."""
    for prints in _split(value, counts):
        found = [finder.find(print)[:1] for print in prints if not is_plain(print)]
        if len(found) == len(prints) and all(found):
            return [number for each in found for number in each]
    return []


def _split(value: Value, counts: Counts) -> Iterator[list[Fingerprint]]:
    """A value in so many pieces of one size along an axis, and in two of any along the first or the last."""
    if value.whole is None or not value.whole.ndim:
        return
    whole = value.whole.reshape(value.shape)
    for axis, size in reversed([*enumerate(value.shape)]):
        for count in range(2, min(MOST, size) + 1):
            if size % count == 0:
                yield [fingerprint(piece) for piece in np.split(whole, count, axis=axis)]
    for axis in (0, -1):
        for size in sorted(counts.get((axis, _others(value.shape, axis)), ())):
            if 0 < size < value.shape[axis]:
                yield [fingerprint(piece) for piece in np.split(whole, [size], axis=axis)]
