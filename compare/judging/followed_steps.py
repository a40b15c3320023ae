"""A recorded loop that followed PyTorch's: its audited steps, each judged by itself, and what its free curves say.

Each such step began with torch's weights, so nothing adds up: its rows decide, and neither the end nor a curve does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import numpy as np

from compare.judging import tolerances
from compare.judging.comparison import Comparison
from compare.judging.first_divergence import BEFORE_GRADIENTS, before_gradients, first_divergence
from compare.judging.growth import growth_parting
from compare.judging.half_precision import first_of_half
from compare.judging.metrics import precision_of_metric
from compare.judging.stage_rows import stage_rows
from compare.judging.stages import StageRow
from compare.judging.steps import EVALUATED, METRIC, NONE, Allow, Series, apart, usual_size
from compare.traces.recording import NUDGE
from compare.traces.renamed import of_steps
from compare.traces.step import END
from compare.traces.trace import EVALUATION, Trace, TracePair

NOTHING = np.zeros(())  # the gap that no nudge opened


IN_FLOAT32 = "judged in float32, where a small bug can hide in the rounding"
MEASURE = f"run the tf script again with {NUDGE}=1 in the environment"


class Followed(NamedTuple):
    """The steps that followed, what they show, and whether a nudged run that followed too measured their rounding."""

    steps: tuple[int, ...]
    comparison: Comparison
    is_measured: bool


def followed_steps(pair: TracePair) -> tuple[int, ...]:
    """The steps that began with torch's weights and that both sides recorded."""
    recorded = [{step for step, stage, _ in trace.keys if stage == "weights"} for trace in pair]
    return tuple(step for step in pair.tf.header.followed if step in recorded[0] & recorded[1])


def compare_followed(free: Comparison, nudged: TracePair, steps: tuple[int, ...]) -> Followed:
    """Compare the steps that followed; `free` are the same two loops as wholes, whose curves are kept.

    A nudged run of tf's that followed was moved by an ulp anew at each step, so it measures each. One of torch's is
    free: what it opens later has added up, so only its first step counts, if that is a step of these.
    """
    precision = free.precision
    torch, tf = (of_steps(trace, steps) for trace in free.pair)
    twins = []
    measured = False
    if nudged.tf is not None and _is_of(free.pair.tf, nudged.tf, steps):
        measured = tolerances.ulp(nudged.tf.header.nudge or "float32") >= tolerances.ulp(precision)
        twins.append((tf, of_steps(nudged.tf, steps)))
    if nudged.torch is not None and 0 in steps:
        twins.append((torch, of_steps(nudged.torch, [0])))
    # Where nothing was measured, more is allowed; half precision has its own rule.
    in_step = measured and precision not in tolerances.HALF
    allow = tolerances.allowed_in_step if in_step else tolerances.allowed
    rows = [_scaled(row, free.pair, precision, allow) for row in stage_rows(torch, tf, twins, precision, allow)]
    of_loss = max((row.allowed for row in rows if row.stage == "loss"), default=0.0)
    series = (*_series(rows), *_curves(free.pair, steps, float(allow(NOTHING, precision)), of_loss))
    return Followed(steps, replace(free, rows=rows, series=series), measured)


def _is_of(plain: Trace, twin: Trace, steps: tuple[int, ...]) -> bool:
    """Whether a nudged run is of the same script, as far as can be seen, and followed at the same steps."""
    return set(steps) <= set(twin.header.followed) and twin.header.settings == plain.header.settings


def _scaled(row: StageRow, pair: TracePair, precision: str, allow: Allow) -> StageRow:
    """A loss near zero is no more exact than the others: its allowance is relative to their median."""
    if row.stage != "loss" or row.step is END:
        return row
    here = max(abs(float(trace.curves["loss"][row.step])) for trace in pair)
    scale = usual_size(pair.torch.curves["loss"]) / here if here and np.isfinite(here) else 0.0
    return replace(row, allowed=max(row.allowed, float(allow(NOTHING, precision)) * scale))


def _series(rows: Sequence[StageRow]) -> Iterator[Series]:
    """Loss, updates and buffers over the steps, the loss first."""
    found: dict[tuple[str, str], list[StageRow]] = {}
    for stage in ("loss", "update", "buffer"):
        for row in rows:
            if row.stage == stage:
                found.setdefault((stage, row.tensor), []).append(row)
    for (stage, tensor), each in found.items():
        gaps = [np.array([row.difference.max_rel for row in each]), np.array([row.allowed for row in each])]
        yield Series(stage, tensor, np.array([row.step for row in each]), *gaps)


def _curves(pair: TracePair, steps: tuple[int, ...], allowed: float, of_loss: float) -> Iterator[Series]:
    """The metrics of the steps, and the evaluations of weights with which one of them then began."""
    if allowed < tolerances.COUNTS_ARE_CERTAIN_BELOW:
        for name in pair.metrics:
            counted_in = precision_of_metric(
                pair.torch.curves.get(name, NONE), pair.tf.curves.get(name, NONE), "float64"
            )
            least = float(tolerances.allowed_in_step(0.0, counted_in))
            yield _of_curve(METRIC, name, [(step, step) for step in steps], pair, max(allowed, least))
    when, what = EVALUATION
    ours, theirs = (trace.curves.get(when, NONE).tolist() for trace in pair)
    if ours == theirs:
        places = [(int(step), place) for place, step in enumerate(ours) if int(step) + 1 in steps]
        if places:
            yield _of_curve(EVALUATED, what, places, pair, of_loss)


def _of_curve(stage: str, name: str, places: list[tuple[int, int]], pair: TracePair, allowed: float) -> Series:
    """A curve at some steps; `places` are pairs of a step and where the curve has it."""
    curves = [trace.curves.get(name, NONE) for trace in pair]
    ours, theirs = (curve[[place for _, place in places if place < len(curve)]] for curve in curves)
    at = np.array([step for step, _ in places])
    return Series(stage, name, at, apart(ours, theirs, len(at)), np.full(len(at), allowed), ours, theirs)


def parts(followed: Followed) -> StageRow | None:
    """The row of the first step that parts for certain; None where none does."""
    comparison = followed.comparison
    if comparison.precision in tolerances.HALF:
        return before_gradients(comparison.rows) or first_of_half(comparison)
    by_step = [list(rows) for _, rows in groupby(comparison.rows, key=lambda row: row.step)]
    sure = followed.is_measured or comparison.precision == "float64"
    certain = [row for rows in by_step for row in (rows if sure else _beyond_doubt(rows))]
    found = [next(filter(None, map(before_gradients, by_step)), None), first_divergence(certain)]
    return min(filter(None, found), key=lambda row: row.step, default=None)


def _beyond_doubt(rows: Sequence[StageRow]) -> list[StageRow]:
    """The rows of a step whose rounding was not measured, without those that rounding may explain in float32.

    Adam's update of a gradient near zero is the sign of rounding; where the rates differ, that is why it differs.
    """
    rate = any(row.stage == "rate" and row.beyond for row in rows)
    kept = (*BEFORE_GRADIENTS, "rate", *(("update",) if rate else ()))
    return [row for row in rows if row.within or row.stage in kept or row.difference.structural]


def may_part(followed: Followed) -> StageRow | None:
    """A row that is beyond what is allowed, though rounding that was not measured may explain it."""
    return None if followed.is_measured else first_divergence(followed.comparison.rows)


def is_dense(followed: Followed) -> bool:
    """Whether updates part in most of their values and most of the weights, at more than one step if there are more."""
    comparison, beyond = followed.comparison, Counter[int]()
    steps = {int(row.step) for row in comparison.rows if row.stage == "update" and row.beyond and row.step is not END}
    for step in steps:
        names = [row.tensor for row in comparison.rows if (row.step, row.stage) == (step, "update")]
        gaps = [typical_gap(*(trace.get((step, "update", name)) for trace in comparison.pair)) for name in names]
        beyond[step] += float(np.median(gaps)) > tolerances.DENSE_GAP
    return beyond.total() >= min(tolerances.DENSE_STEPS, len(followed.steps))


def typical_gap(torch: np.ndarray | None, tf: np.ndarray | None) -> float:
    """The median difference of two updates, relative to the largest value."""
    if torch is None or tf is None or torch.shape != tf.shape or not torch.size:
        return 0.0
    largest = max(np.abs(torch).max(), np.abs(tf).max())
    return float(np.median(np.abs(torch - tf)) / largest) if largest else 0.0


def growth_parts_at(comparison: Comparison) -> int | None:
    """Where the free losses part as rounding does not; None where they do not."""
    parting = growth_parting(comparison.gap, tolerances.FLOOR_ULPS * tolerances.ulp(comparison.precision))
    return None if parting is None else parting.at


def remarks(followed: Followed, uncertain: StageRow | None) -> list[str]:
    """What was judged, by what, and where a step between would need an audit."""
    comparison, count = followed.comparison, len(followed.steps)
    every = comparison.pair.tf.steps
    steps = "every step was" if count == every else f"{count} of {every} steps were"
    found = [f"{steps} judged, each begun with torch's weights"]
    if uncertain:
        found.append(
            f"{uncertain} is apart by {uncertain.difference.max_rel:.1e}, where {uncertain.allowed:.1e} is allowed: "
            f"rounding may do that in float32; to be certain, {MEASURE}"
        )
    elif not followed.is_measured and comparison.precision == "float32":
        found.append(f"{IN_FLOAT32}: to be certain, {MEASURE}")
    at = growth_parts_at(comparison)
    if at is not None and at not in followed.steps:
        found.append(
            f"at step {at}, which was not judged, the losses part as rounding does not: audit the PyTorch loop there "
            f"too (audits=range({max(0, at - 2)}, {at + 2}))"
        )
    return found
