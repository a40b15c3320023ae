"""The tensors of a step, side by side: those that part, and those that both sides have alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import difference
from compare.judging.stages import StageRow
from compare.traces.calls import number_of_call, split_call
from compare.traces.trace import TracePair

FEWEST = 3  # elements: fewer are explained by any number


class Both(NamedTuple):
    """One tensor of both sides, with the gap between them that rounding explains."""

    name: str
    torch: np.ndarray
    tf: np.ndarray
    allowed: float

    @property
    def turned(self) -> Both:
        """With the sides exchanged."""
        return Both(self.name, self.tf, self.torch, self.allowed)


@dataclass(frozen=True)
class Evidence:
    """The step that parts, where what parts is `first`; `rows` are those of that step, `sides` the names of both."""

    pair: TracePair
    first: StageRow
    rows: Sequence[StageRow]
    sides: tuple[str, str] = ("torch", "tf")

    @cached_property
    def apart(self) -> list[Both]:
        """What parts at the stage of the first; empty where that is not a matter of values, or too few of them."""
        rows = [row for row in self.rows if row.stage == self.first.stage and row.beyond and _is_once(row)]
        if not rows or any(row.difference.kind != "value" for row in rows):
            return []
        found = list(self._both(rows))
        far = any(row.difference.max_rel > tolerances.WORTH_A_FORMULA * row.allowed for row in rows)
        return found if far and sum(each.torch.size for each in found) >= FEWEST else []

    @cached_property
    def is_all(self) -> bool:
        """Whether every tensor of the stage parts that is not zero."""
        others = [row for row in self.rows if row.stage == self.first.stage and not row.beyond and row.shown]
        return not any(each.torch.any() for each in self._both(others))

    def _both(self, rows: Iterable[StageRow]) -> Iterator[Both]:
        for row in rows:
            torch, tf = (trace.get(row.key) for trace in self.pair)
            if torch is not None and tf is not None and torch.shape == tf.shape and torch.dtype.kind == "f":
                yield Both(row.tensor, torch.astype(np.float64), tf.astype(np.float64), row.allowed)

    def before(self, stage: str, back: int = 0) -> list[np.ndarray] | None:
        """Of each tensor that parts, what torch has at another stage for the same weight, `back` steps before; None
        where one is not recorded."""
        step = self.first.step
        assert isinstance(step, int)
        names = (split_call(each.name)[0] for each in self.apart)
        found = [self.pair.torch.get((step - back, stage, name)) for name in names]
        if any(each is None or each.shape != one.torch.shape for each, one in zip(found, self.apart, strict=True)):
            return None
        return [each.astype(np.float64) for each in found if each is not None]

    @property
    def which(self) -> str:
        """The weights that part, in words, where not all do."""
        names = [each.name for each in self.apart]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return "" if self.is_all else f" of {', '.join(names[:3])}{more} alone"


def _is_once(row: StageRow) -> bool:
    return number_of_call(row.tensor) == 1


def times(of: Sequence[np.ndarray], made: Sequence[np.ndarray]) -> float | None:
    """The number by which all of these are nearest to so many times those; None where there is none."""
    square = sum(float(np.vdot(each, each)) for each in of)
    if not 0 < square < np.inf:
        return None
    return sum(float(np.vdot(each, other)) for each, other in zip(of, made, strict=True)) / square


def explains(apart: Sequence[Both], made: Iterable[np.ndarray]) -> bool:
    """Whether this is what tf has, to rounding."""
    return all(difference(one, each.tf).max_rel <= each.allowed for each, one in zip(apart, made, strict=True))
