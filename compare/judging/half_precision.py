"""Loops that compute in bfloat16 or float16: in which they did, and what can be judged there.

Their tensors are stored as float32, since NumPy has no bfloat16; the settings of both sides say what they computed in.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np

from compare.judging import tolerances
from compare.judging.comparison import Comparison
from compare.judging.first_divergence import before_gradients, first_divergence
from compare.judging.stages import StageRow
from compare.traces.recorder import DTYPES
from compare.traces.recording import NUDGE, coarsest
from compare.traces.step import END
from compare.traces.trace import Trace, TracePair

ANOTHER_SCALE = 0.1  # bfloat16 rounds a value by up to 0.004 of it, and what is common to thousands by much less


def coarsest_of(pair: TracePair) -> str:
    """The coarsest dtype that either side computed in: rounding is that dtype's."""
    return coarsest(dtype for trace in pair for dtype in _dtypes(trace)) or "float32"


def _dtypes(trace: Trace) -> set[str]:
    """The dtypes of a side's weights and, where its settings say so, of what its layers computed."""
    stored = {trace[key].dtype.name for key in trace.keys if key[1] == "weights"}
    settings = (each for each in trace.header.settings if each.setting in ("dtype of weights", "compute dtype"))
    said = {dtype for setting in settings for dtype in setting.value}
    return (said or stored) & set(DTYPES)


def is_measured(precision: str, nudged: TracePair) -> bool:
    """Whether both nudged runs moved the weights enough for that precision to see it."""
    return all(
        twin is not None and tolerances.ulp(twin.header.nudge or "float32") >= tolerances.ulp(precision)
        for twin in nudged
    )


def beyond_rounding(comparison: Comparison) -> StageRow | None:
    """The first difference that no rounding explains, where rounding was not measured."""
    structural = [row for row in comparison.rows if row.difference.structural]
    return before_gradients(comparison.rows) or wrong_rate(comparison) or first_divergence(structural)


def wrong_rate(comparison: Comparison) -> StageRow | None:
    """The first learning rate that differs: a constant, which is not rounded, though what it does to the update is."""
    rates = [row for row in comparison.rows if row.stage == "rate" and not row.within]
    return rates[0] if rates and comparison.precision in tolerances.HALF else None


def first_of_half(comparison: Comparison) -> StageRow | None:
    """The first difference of loops in half precision whose rounding was measured: their rows decide, as in float64.

    A nudge by a whole ulp of a half flips ReLUs as its rounding does, so that is in the envelope of gradients. An
    update alone decides nothing: Adam's first, of a gradient near zero, is the sign of rounding.
    """
    if comparison.precision not in tolerances.HALF:
        return None
    found = first_divergence(comparison.rows)
    return wrong_rate(comparison) or (found if found and found.stage != "update" else _scaled(comparison))


def _scaled(comparison: Comparison) -> StageRow | None:
    """The first gradient that is beyond, of a step in which one factor explains how all gradients differ, as a clip
    does, and the optimizer keeps the difference. Adam's update hides it, and the rounding of a half does not make it.
    """
    for step, rows in groupby(comparison.rows, key=lambda row: row.step):
        of_step = [row for row in rows if row.difference.kind in ("value", "dtype")]
        gradients = [row for row in of_step if row.stage == "gradient"]
        beyond = next((row for row in gradients if row.beyond), None)
        if beyond is None or step is END or not any(row.stage == "state" and row.beyond for row in of_step):
            continue
        torch, tf = (
            np.concatenate([np.ravel(trace[row.key]) for row in gradients]).astype(np.float64)
            for trace in comparison.pair
        )
        factor = float(torch @ tf / (torch @ torch)) if torch.any() else 1.0
        apart, explained = np.linalg.norm(tf - torch), np.linalg.norm(tf - factor * torch)
        if abs(factor - 1) > ANOTHER_SCALE and explained < apart / 2:
            return beyond
    return None


def say_who(pair: TracePair, precision: str) -> str:
    """Which sides compute in a precision."""
    sides = [trace.header.side for trace in pair if precision in _dtypes(trace)]
    return f"{'both sides compute' if len(sides) == 2 else f'only {sides[0]} computes'} in {precision}"


def say_not_measured(pair: TracePair, precision: str) -> str:
    """Why nothing can be said without nudged runs, and how to make them."""
    return (
        f"{say_who(pair, precision)}, whose rounding can hide a bug unless it is measured: run both scripts again with "
        f"{NUDGE}={precision} in the environment, then this command again"
    )
