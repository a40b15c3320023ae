"""Two sides that are NaN or infinite alike: no agreement, and nothing that they do differently either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compare.judging.comparison import DIVERGED, EQUIVALENT, ERROR, Comparison
from compare.judging.first_divergence import BEFORE_GRADIENTS, CONSEQUENCES
from compare.judging.judgement import Judgement
from compare.judging.rates import rates_apart
from compare.judging.stages import StageRow
from compare.traces.calls import without_call
from compare.traces.step import END, Step


def set_not_finite_apart(judgement: Judgement) -> Judgement:
    """The judgement; an error where nothing parts before both sides are NaN alike, behind which nothing is known."""
    comparison = next(iter(judgement.comparisons.values()))
    if judgement.verdict == DIVERGED:
        comparison = next((each for each in judgement.comparisons.values() if each.apart), comparison)
    step = _nothing_known_from(judgement, comparison)
    if step is None:
        return judgement
    others = judgement.findings if judgement.verdict == EQUIVALENT else judgement.findings[1:]
    findings = (_say(comparison, step), *others)
    return replace(judgement, verdict=ERROR, findings=findings, first_divergence=None)


def _nothing_known_from(judgement: Judgement, comparison: Comparison) -> Step | None:
    """The step from which both sides are not finite, where nothing parts before."""
    first = judgement.first_divergence
    if first is not None and _overflowed_before(first, comparison):
        return first.step
    step = _not_finite_from(comparison)
    return step if step is not None and _nothing_parts_before(judgement, comparison, step) else None


def _overflowed_before(first: StageRow, comparison: Comparison) -> bool:
    """Whether the losses of that step are both infinite: what of the gradients is NaN, and what 0, is then chance."""
    behind = first.stage not in BEFORE_GRADIENTS and first.difference.kind == "not finite"
    return behind and _losses_are_infinite(comparison, first.step)


def _losses_are_infinite(comparison: Comparison, step: Step) -> bool:
    return step is not END and all(np.isinf(trace.curves["loss"][step]) for trace in comparison.pair)


def _not_finite_from(comparison: Comparison) -> Step | None:
    """The first step at which both losses, or a weight, an update or a buffer of both, are NaN."""
    losses = [trace.curves["loss"] for trace in comparison.pair]
    both = np.logical_and(*(np.isnan(loss[: min(map(len, losses))]) for loss in losses))
    steps = [row.step for row in comparison.rows if row.tells_nothing and row.stage in CONSEQUENCES]
    return min([*steps, *np.flatnonzero(both)[:1].tolist()], default=None)


def _nothing_parts_before(judgement: Judgement, comparison: Comparison, step: Step) -> bool:
    """Whether neither a tensor nor a curve, a rate or the end of a loop tells the sides apart up to this step."""
    if judgement.verdict == EQUIVALENT:
        return True
    if judgement.verdict != DIVERGED or judgement.first_divergence is not None:
        return False
    rates, parting, ends = rates_apart(comparison.pair), comparison.parting, comparison.breaks_off
    before = [rates.step if rates else None, ends, parting.step - 1 if parting and np.isfinite(parting.gap) else None]
    return all(each is None or each > step for each in before) and (parting is None or parting.step >= step)


def _say(comparison: Comparison, step: Step) -> str:
    rows = [row for row in comparison.rows if row.step == step]
    data = [row.tensor for row in rows if row.stage == "batch" and row.difference.elsewhere is not None]
    first = next((row for row in rows if row.tells_nothing), None)
    when = "at the end" if step is END else f"from step {step} on"
    why = (
        ": both losses are infinite"
        if _losses_are_infinite(comparison, step)
        else f": {_named(data)} of the batch, the same on both, {'hold' if len(data) > 1 else 'holds'} NaN"
        if data
        else _in_words(first)
    )
    return f"both sides are not finite {when}{why}; nothing behind that can be compared, and nothing parts before"


def _in_words(first: StageRow | None) -> str:
    if first is None:
        return ": both losses are NaN"
    what = (
        "the output of " if first.stage == "forward" else f"the {first.stage} of " if first.stage != "loss" else "the "
    )
    return f", first in {what}{without_call(first.tensor)}"


def _named(names: Sequence[str]) -> str:
    return f"array {names[0]}" if len(names) == 1 else f"arrays {', '.join(names)}"
