"""Outputs that a side has for other positions: for some of them only, or for all in another order.

A side may leave out the last word before a layer or behind it, or count distances from the other end. Position by
position nothing can be compared then; what becomes of it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import SELECTED
from compare.judging.stages import StageRow
from compare.traces.trace import Trace

MOST_WINDOWS = 64  # in which a part is looked for


def with_elsewhere_aside(rows: Sequence[StageRow], torch: Trace, tf: Trace) -> list[StageRow]:
    """The same rows; of outputs that a side has for other positions it is said that they are not compared."""
    found: list[StageRow] = []
    for _, of_step in groupby(rows, key=lambda row: row.step):
        each = [set_aside(row) if _is_of_other_size(row, torch, tf) else row for row in of_step]
        found += _without_orders(_without_summaries(_without_margins(each, torch, tf)), torch, tf)
    return found


def _is_of_other_size(row: StageRow, torch: Trace, tf: Trace) -> bool:
    """What is put out, or given, in another number: a packed sequence has no positions behind its end."""
    return row.stage in ("forward", "input") and row.difference.kind == "shape" and _is_elsewhere(row, torch, tf)


def _without_margins(rows: list[StageRow], torch: Trace, tf: Trace) -> list[StageRow]:
    """What has a margin more on one side, which is cropped before the next layer: that puts out the same."""
    leak = tolerances.allowed_where_leak_enters(0.0)
    agrees = False
    for place in reversed([place for place, row in enumerate(rows) if row.stage == "forward"]):
        row = rows[place]
        if row.difference.kind != "shape":
            agrees = row.within or row.difference.max_rel <= leak
        elif agrees and is_window(torch.get(row.key), tf.get(row.key), max(leak, row.allowed)):
            rows[place] = set_aside(row)
    return rows


def _without_summaries(rows: list[StageRow]) -> list[StageRow]:
    """What is put out between two outputs that are for fewer positions on one side comes of these too, and what reads
    it agrees: a recurrent layer shows its last state."""
    forward = [place for place, row in enumerate(rows) if row.stage == "forward"]
    left_out = [place for place in forward if rows[place].difference.kind == SELECTED]
    for first, last in pairwise(left_out):
        between = [place for place in forward if first < place < last]
        if all(rows[place].beyond for place in between):
            for place in between:
                rows[place] = set_aside(rows[place])
    return rows


def _without_orders(rows: list[StageRow], torch: Trace, tf: Trace) -> list[StageRow]:
    """What comes in another order counts where nothing else shows what becomes of it: the loss parts, and no layer
    behind puts out something else, or the same."""
    turned = [
        place
        for place, row in enumerate(rows)
        if row.stage == "forward" and row.beyond and row.difference.kind == "value" and _is_elsewhere(row, torch, tf)
    ]
    loss_agrees = any(row.stage == "loss" and row.within for row in rows)
    last = max((place for place, row in enumerate(rows) if row.stage == "forward" and place not in turned), default=-1)
    return [
        set_aside(row) if place in turned and (loss_agrees or place < last) else row for place, row in enumerate(rows)
    ]


def set_aside(row: StageRow) -> StageRow:
    """A row that is not compared, since a side has it for other positions."""
    return replace(row, difference=replace(row.difference, kind=SELECTED))


def _is_elsewhere(row: StageRow, torch: Trace, tf: Trace) -> bool:
    one, other = torch.get(row.key), tf.get(row.key)
    return one is not None and other is not None and is_elsewhere(one, other, row.allowed)


def is_elsewhere(torch: np.ndarray, tf: np.ndarray, allowed: float) -> bool:
    """Whether both have the same rows along the last axis, or the smaller some of the larger's."""
    if not (torch.ndim and tf.ndim and torch.shape[-1] == tf.shape[-1] > 1):
        return False
    fewer, more = (each.astype(np.float64).reshape(-1, each.shape[-1]) for each in sorted((torch, tf), key=np.size))
    if not (fewer.size and np.isfinite(fewer).all() and np.isfinite(more).all()):
        return False
    close = allowed * np.abs(more).max()
    if len(fewer) < len(more):
        return _are_among(fewer, more, close)
    numbers, others = (np.sort(_numbers(each)) for each in (fewer, more))  # as often on both sides
    if np.abs(numbers - others).max() > close * fewer.shape[1]:
        return False
    return _are_among(fewer, more, close) and _are_among(more, fewer, close)


def is_window(torch: np.ndarray | None, tf: np.ndarray | None, allowed: float) -> bool:
    """Whether the smaller of two is a part of the larger that lies together, as what is left of it by cropping."""
    if torch is None or tf is None or torch.ndim != tf.ndim:
        return False
    fewer, more = sorted((torch, tf), key=np.size)
    beyond = [large - small for small, large in zip(fewer.shape, more.shape, strict=True)]
    if not fewer.size or min(beyond) < 0 or math.prod(each + 1 for each in beyond) > MOST_WINDOWS:
        return False
    close = allowed * np.abs(more).max()
    windows = np.lib.stride_tricks.sliding_window_view(more, fewer.shape)
    return any(
        bool(np.abs(windows[start] - fewer).max() <= close) for start in np.ndindex(*(each + 1 for each in beyond))
    )


def _are_among(fewer: np.ndarray, more: np.ndarray, close: float) -> bool:
    numbers = _numbers(more)
    order = np.argsort(numbers)
    places = np.searchsorted(numbers[order], _numbers(fewer))
    near = [order[np.clip(places + ahead, 0, len(more) - 1)] for ahead in (-1, 0)]
    return bool(np.min([np.abs(fewer - more[each]).max(axis=1) for each in near], axis=0).max() <= close)


def _numbers(rows: np.ndarray) -> np.ndarray:
    """One number of each row, which tells it from others."""
    return rows @ np.cos(np.arange(1, rows.shape[1] + 1))
