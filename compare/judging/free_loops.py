"""Two recorded loops neither of which followed the other: what decides between them, and what they leave unjudged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compare.judging import tolerances
from compare.judging.advice import what_to_record
from compare.judging.comparison import DIVERGED, EQUIVALENT, Comparison
from compare.judging.first_divergence import BEFORE_GRADIENTS, before_gradients, first_divergence
from compare.judging.followed_steps import IN_FLOAT32, growth_parts_at, typical_gap
from compare.judging.half_precision import first_of_half
from compare.judging.harmless import say_harmless
from compare.judging.rates import rates_apart
from compare.judging.stages import StageRow
from compare.judging.wording import parting_sentence
from compare.traces.calls import without_call
from compare.traces.recording import NUDGE
from compare.traces.step import END
from compare.traces.trace import Key, Trace, TracePair

HALF_OF_THEM = 0.5
Decision = tuple[str, list[str], StageRow | None]  # the verdict, why, and the first difference

GROWS = (
    "the gap grows as rounding does, from nothing and without a jump; to be certain, measure the rounding: run both "
    f"scripts again with {NUDGE}=1 in the environment, then this command again"
)
FOLLOW = 'tf_impl.Recorder(..., follow="runs/torch") judges every audited step'
NOT_JUDGED = (
    "only the first steps could be compared tensor by tensor, later ones only by how the gap of the losses grows: "
    f"{FOLLOW}"
)
FLOAT32 = (
    f"{IN_FLOAT32}: to be certain, record both loops in float64, or measure the rounding by nudged runs ({NUDGE}=1)"
)


def decide_free(comparison: Comparison, measured: bool) -> Decision:
    """The audited steps decide where rounding is known, else how the gap of the losses grows."""
    precision = comparison.precision
    at_first = before_gradients(comparison.rows)
    rows = comparison.rows if measured or precision == "float64" else _beyond_chance(comparison.rows)
    in_half = first_of_half(comparison)
    certain = at_first or in_half or certain_in_the_first_step(comparison)
    first = certain or first_divergence(rows) or first_divergence(comparison.rows)
    by_rate = _rate_that_parts_first(comparison, first)
    if not (comparison.apart or in_half or by_rate):
        return EQUIVALENT, [], first
    if by_rate:
        return DIVERGED, [by_rate], None
    decided_by_rows = certain or is_structural(comparison) or (precision == "float64" and first)
    if decided_by_rows or measured or growth_parts_at(comparison) is not None:
        said = [parting_sentence(comparison, first), *what_to_record(comparison, first)]
        return DIVERGED, [*said, *say_harmless(comparison.rows, first)], first
    if (last := _weights_at_the_end(comparison)) is not None:
        return DIVERGED, [f"{parting_sentence(comparison, last)}, and no loss shows why"], last
    return EQUIVALENT, [GROWS], first


def certain_in_the_first_step(comparison: Comparison) -> StageRow | None:
    """What parts in a first step from the same weights, by more than rounding that was not measured can explain.

    A unit that flips moves few values of a gradient, and those little. Adam's rule may make anything of a gradient near
    zero, so updates prove nothing, but for those that no optimizer made (of a copy that follows the weights), and where
    both gradients are the same or one side makes none.
    """
    step = min((row.step for row in comparison.rows), default=END)
    rows = [row for row in comparison.rows if row.step == step is not END]
    beyond = [row for row in rows if row.beyond]
    if not beyond or beyond[0].stage in ("batch", "weights"):
        return None
    large = any(row.stage in ("gradient", "state") and row.difference.max_rel > tolerances.SAME_PART for row in beyond)
    gradients = [row for row in rows if row.stage == "gradient"]
    by_optimizers = {without_call(row.tensor).partition(" ")[0] for row in rows if row.stage in ("gradient", "state")}
    by_hand = [row for row in rows if row.stage == "update" and row.tensor not in by_optimizers]
    if large or _is_dense(gradients, comparison) or _is_dense(by_hand, comparison):
        return beyond[0]
    updates = (row for row in beyond if row.stage == "update" and row.tensor in by_optimizers and step == 0)
    return next((row for row in updates if _moves_otherwise(row, comparison.pair)), None)


def _moves_otherwise(row: StageRow, pair: TracePair) -> bool:
    """Whether the optimizers move a weight differently in step 0 where its gradients are the same, or one not at all.

    An update is a function of the gradient then, value by value or through a norm, that no optimizer has steep but at
    zero: so gradients are the same where each value is, by its own size.
    """
    torch, tf = (_shown(trace, row.key) for trace in pair)
    if torch.shape != tf.shape or not torch.size:
        return False
    limit = max(tolerances.SAME_PART, 2 * row.allowed) * max(np.abs(torch).max(), np.abs(tf).max())
    apart = np.abs(torch - tf) > limit
    gradients = [_shown(trace, (0, "gradient", row.tensor)) for trace in pair]
    if any(gradient.shape != apart.shape for gradient in gradients):
        return not (torch.any() and tf.any()) and bool(apart.mean() > HALF_OF_THEM)
    smaller = np.minimum(*map(np.abs, gradients))
    return bool((apart & (np.abs(np.subtract(*gradients)) <= tolerances.DENSE_GAP * smaller)).any())


def _shown(trace: Trace, key: Key) -> np.ndarray:
    found = trace.get(key)
    return np.empty(0) if found is None else found


def _is_dense(rows: Sequence[StageRow], comparison: Comparison) -> bool:
    """Whether most of these tensors part in most of their values."""
    gaps = [typical_gap(*(trace.get(row.key) for trace in comparison.pair)) for row in rows]
    return bool(gaps) and float(np.median(gaps)) > tolerances.DENSE_GAP


def _rate_that_parts_first(comparison: Comparison, first: StageRow | None) -> str:
    """Where a rate, which no rounding moves, parts before anything else does, at a step that was not audited."""
    rates, jump = rates_apart(comparison.pair), growth_parts_at(comparison)
    if rates is None or any(row.step == rates.step for row in comparison.rows):
        return ""
    later = (first is None or first.step > rates.step) and (jump is None or jump >= rates.step)
    return str(rates) if later else ""


def _weights_at_the_end(comparison: Comparison) -> StageRow | None:
    """The first of the last weights, if most of them part in most of their values behind losses that all agree."""
    negligible = tolerances.ENVELOPE_FACTOR * tolerances.FLOOR_ULPS * tolerances.ulp(comparison.precision)
    last = [row for row in comparison.rows if row.step is END and row.stage == "weights"]
    agree = bool((comparison.gap <= negligible).all())
    return next((row for row in last if row.beyond), None) if agree and _is_dense(last, comparison) else None


def leaves_out(comparison: Comparison, measured: bool) -> bool:
    """Whether steps were judged by a gap that grows, or in float32, where that hides much."""
    audited = {row.step for row in comparison.rows if row.step is not END}
    hidden = comparison.horizon is not None or comparison.apart or (comparison.precision == "float32" and not measured)
    return hidden and len(audited) < comparison.pair.torch.steps


def is_structural(comparison: Comparison) -> bool:
    """Whether they differ in more than values: something missing, another shape, a NaN."""
    rows = [row for row in comparison.rows if row.difference.structural]
    return not np.isfinite(comparison.gap).all() or first_divergence(rows) is not None


def _beyond_chance(rows: Sequence[StageRow]) -> list[StageRow]:
    """The rows of a float32 run whose rounding was not measured, without those that a flipped ReLU can explain."""
    return [
        row
        for row in rows
        if row.within or row.stage in (*BEFORE_GRADIENTS, "rate") or row.difference.max_rel > tolerances.SAME_PART
    ]
