"""Every tensor that either of two traces has at an audited step, in the order of causes, as the judge compares them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.judging.called_otherwise import called_otherwise
from compare.judging.difference import difference_at
from compare.judging.elsewhere import with_elsewhere_aside
from compare.judging.stages import StageRow
from compare.judging.state_names import with_entries_by_value
from compare.traces.calls import number_of_call, without_call
from compare.traces.following import relative
from compare.traces.step import Step
from compare.traces.trace import Key, Trace, TracePair

# Those of an isolated step too, in which layers are given inputs, and gradients come back to them.
IN_ORDER = ("batch", "weights", "input", "forward", "loss", "upstream", "gradient", "rate", "state", "update", "buffer")

OF_OTHER_SHAPE = ("shape", "batch size")


def stage_rows(
    torch: Trace, tf: Trace, nudges: Sequence[tuple[Trace, Trace]], precision: str, allow: Callable = tolerances.allowed
) -> list[StageRow]:
    """A row for everything that either side recorded, in causal order; `nudges` are (plain, nudged), one per side."""
    keys = list(dict.fromkeys([*torch.keys, *tf.keys]))
    place = {key: index for index, key in enumerate(keys)}
    turn = {**_turns(tf.keys), **_turns(torch.keys)}
    keys.sort(key=lambda key: (key[0], turn[key], IN_ORDER.index(key[1]), place[key]))
    widest: dict[tuple[str, str], float] = {}
    largest: dict[tuple[Step, str], list[float]] = {}  # of each side's weights
    rows = []
    for key in keys:
        step, stage, tensor = key
        plain = {id(trace): trace.get(key) for trace in (torch, tf)}
        opened = [
            (nudged.header.ulps, _opened(plain[id(side)], nudged, key, plain.values())) for side, nudged in nudges
        ]
        if stage == "weights":
            largest[step, tensor] = [_largest(values) for values in plain.values()]
        elif stage == "update":
            size = max(map(_largest, plain.values()))
            opened += [(1, _rounding_of_update(size, each, precision)) for each in largest.get((step, tensor), ())]
        opened.append((1, widest.get((stage, tensor), 0.0)))
        widest[stage, tensor] = float(tolerances.opened_by(opened, precision))
        exact = stage == "rate" and precision in tolerances.HALF  # a rate is a constant: no layer rounds it
        limit = float(allow(widest[stage, tensor], "float32" if exact else precision))
        if stage == "loss" and (torch.header.loss_is_number or tf.header.loss_is_number):
            plain = {side: loss if loss is None else loss.astype(np.float64) for side, loss in plain.items()}
            limit = float(allowed_for_loss(limit, TracePair(torch, tf)))
        found = difference_at(stage, plain[id(torch)], plain[id(tf)], limit)
        rows.append(StageRow(step, stage, tensor, found, limit))
    rows = with_entries_by_value(_with_calls_together(rows, torch, tf), torch, tf)
    return with_elsewhere_aside(rows, torch, tf)


def _with_calls_together(rows: list[StageRow], torch: Trace, tf: Trace) -> list[StageRow]:
    """The same rows; outputs whose shapes differ because a layer is called differently often are compared together."""
    apart = {_called(row): None for row in rows if row.stage == "forward" and row.difference.kind in OF_OTHER_SHAPE}
    found = called_otherwise(apart, torch, tf)
    return [
        replace(row, difference=replace(found[_called(row)], shape=row.difference.shape))
        if row.stage == "forward" and _called(row) in found
        else row
        for row in rows
    ]


def _called(row: StageRow) -> tuple[Step, str]:
    return row.step, without_call(row.tensor)


def allowed_for_loss(limit: tolerances.Gap, pair: TracePair) -> tolerances.Gap:
    """What is allowed to the losses: a plain number that went through float32 is off by an ulp of it."""
    return np.maximum(limit, tolerances.allowed_where_leak_enters(0.0)) if pair.loss_is_rounded else limit


def _turns(keys: Sequence[Key]) -> dict[Key, float]:
    """The turn of its step in which each tensor was recorded: a forward pass after an update begins a new turn, as with
    two optimizers, and so does the next gradient of a weight.

    Batch, weights and loss are recorded once per step and count to the first turn; update and buffer to the last.
    """
    turns: dict[Key, float] = {}
    number: Counter[Step] = Counter()
    updated: set[Step] = set()
    for key in keys:
        step, stage, tensor = key
        again = stage == "gradient" and number_of_call(tensor) > number[step] + 1
        if again or (stage == "forward" and step in updated):
            number[step] += 1
            updated.discard(step)
        if stage in ("gradient", "state"):
            updated.add(step)
        turns[key] = number[step]
        if stage in ("batch", "weights", "loss"):
            turns[key] = 0
        elif stage in ("update", "buffer"):
            turns[key] = np.inf
    return turns


def opened_at(plain: Trace, nudged: Trace, key: Key) -> float:
    """The gap that a nudge opened in one tensor."""
    return _opened(plain.get(key), nudged, key)


def _opened(plain: np.ndarray | None, nudged: Trace, key: Key, compared: Iterable[np.ndarray | None] = ()) -> float:
    """The gap that a nudge opened in one tensor; 0 where either is missing or not finite.

    A tensor that is 0 but for rounding moves as a whole: that is little where one of those that are `compared` is more.
    """
    moved = nudged.get(key)
    if plain is None or moved is None or plain.shape != moved.shape:
        return 0.0
    gap = relative(plain, moved)
    if np.isfinite(gap) and gap > tolerances.MOVED_AS_A_WHOLE:
        own = max(_largest(plain), _largest(moved))
        gap *= own / max([own, *map(_largest, compared)])
    return gap if np.isfinite(gap) else 0.0


def _largest(values: np.ndarray | None) -> float:
    """The largest magnitude; 0 of nothing."""
    return 0.0 if values is None else float(np.abs(values).max(initial=0))


def _rounding_of_update(update: float, weights: float, precision: str) -> float:
    """One ulp of the weights, relative to their update: the difference of two rounded weights."""
    gap = tolerances.ulp(precision) * weights / update if update else 0.0
    return gap if np.isfinite(gap) else 0.0
