"""A run whose every step is the first one again, from the same weights and batch: what then differs is random, or comes
of a state that the step keeps, which is the same under other random numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, repeat

import numpy as np

from compare.inputs.arrays import Arrays
from compare.traces.following import Apart, Followed, Following, relative
from compare.traces.parameters import Parameter
from compare.traces.state import ModelState

UNUSUAL_SEED = 915_238


class Again(Following):
    """Leads a model back to where it began, before each step, and measures each against the first."""

    def __init__(self, restart: Callable[[], None], weights: Mapping[str, Parameter], buffers: Mapping[str, Parameter]):
        """`restart()` puts weights, buffers and the state of optimizers back, and no state of random numbers."""
        self._restart, self._model = restart, ModelState({**weights, **buffers})
        self._updated = set(weights)
        self._begun = self._model.values()
        self._first: Arrays | None = None  # what the first step left
        self.apart: dict[Followed, array] = {}

    def begin(self) -> None:
        """Begin the first step again."""
        self._restart()

    def measure(self) -> None:
        """Measure the step just made."""
        left = self._model.values()
        self._first = self._first or left
        for name, value in left.items():
            stage, zero = ("update", self._begun[name]) if name in self._updated else ("buffer", 0)
            repeated = np.array_equal(value, self._first[name])  # which takes no other array as large
            self._add(stage, name, Apart(0.0 if repeated else relative(value - zero, self._first[name] - zero), 0.0))


def first_again(batches: Iterable[dict], steps: int) -> Iterator[dict]:
    """The first batch, so many times."""
    for batch in islice(batches, 1):
        yield from repeat(batch, steps)


def reseeding(batches: Iterable[dict], reseed: Callable[[int], None]) -> Iterator[dict]:
    """The same batches; before each, `reseed(seed)` begins the random numbers anew, as no user's seed does."""
    for step, batch in enumerate(batches):
        reseed(UNUSUAL_SEED + step)
        yield batch
