"""A run whose every step is the first one again, from the same weights and batch: what then differs is random."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, repeat

from compare.traces.following import Followed, Following


class Again(Following):
    """Leads a model back to where it began, before each step; measures nothing."""

    def __init__(self, restart: Callable[[], None]):
        """`restart()` puts weights, buffers and the state of optimizers back, and no state of random numbers."""
        self._restart = restart
        self.apart: dict[Followed, array] = {}

    def begin(self) -> None:
        """Begin the first step again."""
        self._restart()

    def measure(self) -> None:
        """Nothing: the steps are compared with each other."""


def first_again(batches: Iterable[dict], steps: int) -> Iterator[dict]:
    """The first batch, so many times."""
    for batch in islice(batches, 1):
        yield from repeat(batch, steps)
