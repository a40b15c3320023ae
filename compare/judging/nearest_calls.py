"""Which calls of one side are which of the other's: those whose outputs are nearest, and the others in order.

Notice that calls may put out nearly the same, as of a batch and of one that is moved a little: the nearest are found
first. Only where two are as near does the order decide.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import difference_in_any_layout
from compare.traces.step import Step
from compare.traces.trace import Trace

Call = tuple[str, str]  # tf's and torch's
Calls = list[Call]  # of one layer, in order


class Likeness:
    """How near what a call of tf's puts out is to what one of torch's does, in one step."""

    def __init__(self, step: Step, torch: Trace, tf: Trace):
        self._step, self._sides = step, {"torch": torch, "tf": tf}
        self._gap, self._sums = cache(self._gap_of), cache(self._sums_of)

    def levels(self, of_tf: str, of_torch: str) -> tuple[bool, ...]:
        """Whether the two agree, from the finest level to the coarsest, and whether they have the same size."""
        gap = self._gap(of_tf, of_torch)
        has_size = self._sums("tf", of_tf)[0] == self._sums("torch", of_torch)[0] > 0
        return *(gap <= level for level in tolerances.SAME_CALL), has_size

    def is_same(self, of_tf: str, of_torch: str) -> bool:
        """Whether no more than rounding in float32 lies between the two."""
        return self.levels(of_tf, of_torch)[1]

    def _gap_of(self, of_tf: str, of_torch: str) -> float:
        one, other = self._sums("tf", of_tf), self._sums("torch", of_torch)
        if one[0] != other[0] or not one[0] or _are_apart(one[1:], other[1:]):
            return np.inf
        torch, tf = self._output("torch", of_torch), self._output("tf", of_tf)
        # Another layout is looked for only where this one does not agree as well as is allowed.
        return min(
            difference_in_any_layout(torch, tf, allowed).max_rel
            for allowed in (tolerances.SAME_CALL[0], tolerances.SAME_PART)
        )

    def _sums_of(self, side: str, name: str) -> tuple[int, float, float]:
        """The size of an output, its sum, and that of its magnitudes."""
        array = self._output(side, name)
        return (0, 0.0, 0.0) if array is None else (array.size, array.sum(dtype=float), np.abs(array).sum(dtype=float))

    def _output(self, side: str, name: str) -> np.ndarray | None:
        return self._sides[side].get((self._step, "forward", name))


def nearest(layers: list[Calls], likeness: Likeness) -> list[int]:
    """Of each call of tf's the number of torch's: the nearest first, by as many of the layers as are so near."""
    count = len(layers[0])

    @cache
    def agreeing(place: int, other: int) -> tuple[int, ...]:
        levels = (likeness.levels(calls[place][0], calls[other][1]) for calls in layers)
        return tuple(map(sum, zip(*levels, strict=True)))

    found = {place: place for place in range(count) if agreeing(place, place)[0] == len(layers)}
    left = [place for place in range(count) if place not in found]
    pairs = [(place, other) for place in left for other in left if any(agreeing(place, other))]
    pairs.sort(key=lambda pair: ([-each for each in agreeing(*pair)], pair[0] != pair[1]))
    taken: set[int] = set()
    for place, other in pairs:
        if place not in found and other not in taken:
            found[place] = other
            taken.add(other)
    return _with_others_in_order(found, count)


def _with_others_in_order(found: dict[int, int], count: int) -> list[int]:
    free = [other for other in range(count) if other not in found.values()]
    for place in range(count):
        if place not in found:
            found[place] = place if place in free else free[0]
            free.remove(found[place])
    return [found[place] for place in range(count)]


def _are_apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether sums show that two arrays cannot be the same in any layout, which takes a while to see otherwise."""
    most = tolerances.SAME_PART * max(one[-1], other[-1])
    return any(abs(left - right) > most for left, right in zip(one, other, strict=True))
