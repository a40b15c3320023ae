"""The first (step, stage, tensor) at which two traces part.

A stage may differ without consequence: PyTorch's `.grad` lacks a weight decay that a correct tape includes, and the
updates agree. So the search starts at what a difference must reach to count, and goes back to its origin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import Difference, difference, difference_in_any_layout
from compare.traces.step import END, Step
from compare.traces.trace import STAGES, Key, Trace

# What a difference has to reach to count: the weights, the buffers, or the loss.
CONSEQUENCES = ("weights", "loss", "update", "buffer")

# What a step computes before any gradient, and the running statistics of its forward pass.
BEFORE_GRADIENTS = ("batch", "weights", "forward", "loss", "buffer")
# Stages whose axes each framework may order in its own way; weights have one layout, PyTorch's.
LAYOUT_IS_FREE = ("batch", "forward")


@dataclass(frozen=True)
class StageRow:
    """One tensor at an audited step: how the sides differ, and what rounding explains."""

    step: Step
    stage: str
    tensor: str
    difference: Difference
    allowed: float

    @property
    def key(self) -> Key:
        return self.step, self.stage, self.tensor

    @property
    def within(self) -> bool:
        return self.difference.kind != "dtype" and self.difference.max_rel <= self.allowed

    @property
    def verdict(self) -> str:
        if self.within:
            return "within"
        return "beyond" if self.difference.kind == "value" else self.difference.kind

    def __str__(self) -> str:
        step = "the end" if self.step is END else f"step {self.step}"
        return f"{step}, {self.stage}, {self.tensor}"


def stage_rows(
    torch: Trace, tf: Trace, nudges: Sequence[tuple[Trace, Trace]], precision: str, allow: Callable = tolerances.allowed
) -> list[StageRow]:
    """A row for everything that either side recorded, in causal order; `nudges` are (plain, nudged), one per side."""
    keys = list(dict.fromkeys([*torch.keys, *tf.keys]))
    place = {key: index for index, key in enumerate(keys)}
    turn = {**_turns(tf.keys), **_turns(torch.keys)}
    keys.sort(key=lambda key: (key[0], turn[key], STAGES.index(key[1]), place[key]))
    widest: dict[tuple[str, str], float] = {}
    rows = []
    for key in keys:
        step, stage, tensor = key
        plain = {id(trace): trace.get(key) for trace in (torch, tf)}
        opened = [_opened(plain[id(side)], nudged, key) for side, nudged in nudges]
        if stage == "update":
            opened += [_rounding_of_update(trace, key, precision) for trace in (torch, tf)]
        widest[stage, tensor] = max(widest.get((stage, tensor), 0.0), *opened, 0.0)
        exact = stage == "rate" and precision in tolerances.HALF  # a rate is a constant: no layer rounds it
        limit = float(allow(widest[stage, tensor], "float32" if exact else precision))
        sides = plain[id(torch)], plain[id(tf)]
        found = difference_in_any_layout(*sides, limit) if stage in LAYOUT_IS_FREE else difference(*sides)
        rows.append(StageRow(step, stage, tensor, found, limit))
    return rows


def _turns(keys: Sequence[Key]) -> dict[Key, float]:
    """The turn of its step in which each tensor was recorded: a forward pass after an update begins a new turn, as with
    two optimizers.

    Batch, weights and loss are recorded once per step and count to the first turn; update and buffer to the last.
    """
    turns: dict[Key, float] = {}
    number: Counter[Step] = Counter()
    updated: set[Step] = set()
    for key in keys:
        step, stage, _ = key
        if stage == "forward" and step in updated:
            number[step] += 1
            updated.remove(step)
        elif stage in ("gradient", "state"):
            updated.add(step)
        turns[key] = number[step]
        if stage in ("batch", "weights", "loss"):
            turns[key] = 0
        elif stage in ("update", "buffer"):
            turns[key] = np.inf
    return turns


def _opened(plain: np.ndarray | None, nudged: Trace, key: Key) -> float:
    """The gap that a nudge opened in one tensor; 0 where either is missing or not finite."""
    if plain is None or key not in nudged:
        return 0.0
    found = difference(plain, nudged.get(key))
    return found.max_rel if np.isfinite(found.max_rel) else 0.0


def _rounding_of_update(trace: Trace, key: Key, precision: str) -> float:
    """One ulp of the weights, relative to their update: the difference of two rounded weights."""
    step, _, tensor = key
    update, weights = trace.get(key), trace.get((step, "weights", tensor))
    if update is None or weights is None or not np.any(update):
        return 0.0
    gap = tolerances.ulp(precision) * np.abs(weights).max() / np.abs(update).max()
    return float(gap) if np.isfinite(gap) else 0.0


def by_value(rows: Sequence[StageRow]) -> list[StageRow]:
    """The same rows; those whose dtypes differ are judged by their values."""
    return [
        replace(row, difference=replace(row.difference, kind="value")) if row.difference.kind == "dtype" else row
        for row in rows
    ]


def first_divergence(rows: Sequence[StageRow]) -> StageRow | None:
    """The first row that is out of its envelope and reaches the weights, the buffers or the loss."""
    beyond = [row for row in rows if not row.within]
    reached = next((row.step for row in beyond if row.stage in CONSEQUENCES), None)
    if reached is None:
        return None
    # What was beyond at an earlier step without consequence is not the cause now; but the state carries over.
    harmless = {(row.stage, row.tensor) for row in beyond if row.step < reached and row.stage != "state"}
    first = next(row for row in beyond if row.step == reached and (row.stage, row.tensor) not in harmless)
    return next(row for row in beyond if (row.stage, row.tensor) == (first.stage, first.tensor))


def before_gradients(rows: Sequence[StageRow]) -> StageRow | None:
    """The first row that is beyond at the first audited step and was computed before any gradient.

    Rounding moves these little, in float32 too: a ReLU that flips is near zero on both sides. A difference counts where
    it reaches the last output of the forward pass, since the loss may hide it in float32.
    """
    first = min((row.step for row in rows), default=END)
    early = [row for row in rows if row.step == first is not END and row.stage in BEFORE_GRADIENTS]
    ends_with = [row for row in early if row.stage == "forward"][-1:]
    if any(not row.within for row in ends_with):
        return next(row for row in early if not row.within)
    return first_divergence(early)


def last_agreement(rows: Sequence[StageRow], first: StageRow) -> StageRow | None:
    """What still agreed just before `first`."""
    before = [row for row in rows[: rows.index(first)] if row.within]
    return before[-1] if before else None
