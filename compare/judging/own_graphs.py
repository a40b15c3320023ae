"""A user's own step as its graphs compute it: audited steps run eagerly, and what tracing froze is traced anew there.

Notice that every step begins with torch's weights, so the first that parts is the one at which a frozen value is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compare.judging import tolerances
from compare.judging.chance import series_that_stand
from compare.judging.comparison import DIVERGED, ERROR, Comparison
from compare.judging.difference import Difference
from compare.judging.judgement import Judgement
from compare.judging.run import Run
from compare.judging.stages import StageRow
from compare.judging.steps import Place, Series, first_parting, series_of
from compare.judging.wording import parting_sentence
from compare.running.request import RequestFailedError, Training
from compare.traces.header import BY_ITSELF
from compare.traces.trace import Trace

FROZEN = (
    "the step's own tf.function computes something else as a graph than eagerly, where it agrees with torch: a Python "
    "value was frozen when it was traced"
)


def with_own_graphs(run: Run, judgement: Judgement) -> Judgement:
    """The judgement of a port; diverged where its own step's graphs part from torch before anything else does."""
    if judgement.verdict == ERROR:
        return judgement
    precision, comparison = next(iter(judgement.comparisons.items()))
    if comparison.pair.tf.header.compiled != BY_ITSELF:
        return judgement
    try:
        series = _series_of_graphs(run, comparison, Training(precision, audits=(), follows=precision))
    except RequestFailedError:  # in the free run its graphs did run; this only looks closer
        return judgement
    parting = first_parting(series)
    if parting is None:
        return judgement
    others = judgement.findings[1:] if judgement.verdict == DIVERGED else judgement.findings
    first = _row(parting)
    rows = [*(row for row in comparison.rows if row.step <= first.step), first]
    comparison = replace(comparison, series=tuple(series), rows=rows)
    comparisons = {**judgement.comparisons, precision: comparison}
    findings = (parting_sentence(comparison, first), FROZEN, *others)
    return replace(judgement, verdict=DIVERGED, findings=findings, comparisons=comparisons, first_divergence=first)


def _series_of_graphs(run: Run, comparison: Comparison, training: Training) -> Sequence[Series]:
    """What is judged at every step, of the graphs; empty where these are not the first to part, or part eagerly too."""

    def at_every_step(trace: Trace) -> list[Series]:
        found = series_of(comparison.pair.torch, trace, [], training.precision, tolerances.allowed_in_step)
        return _as_allowed(found, comparison.series)

    [graphs] = run(("tf", training))
    series: Sequence[Series] = at_every_step(graphs)
    if not _is_first(series, comparison):
        return ()
    nudged, eager = run(("tf", replace(training, nudge=training.precision)), ("tf", replace(training, eager=True)))
    series = series_that_stand(series, [at_every_step(nudged)])
    parting, eagerly = first_parting(series), first_parting(at_every_step(eager))
    is_frozen = eagerly is None or (parting is not None and parting.step < eagerly.step)
    return series if is_frozen and _is_first(series, comparison) else ()


def _is_first(series: Sequence[Series], comparison: Comparison) -> bool:
    """Whether something parts before all that was found to part."""
    parting, known = first_parting(series), comparison.parts_at
    return parting is not None and (known is None or parting.step < known)


def _as_allowed(series: Sequence[Series], judged: Sequence[Series]) -> list[Series]:
    """Each with the allowance that it was judged by: nudges measured it."""
    known = {(each.stage, each.tensor): each.allowed for each in judged}
    return [_with_at_least(each, known.get((each.stage, each.tensor), np.zeros(0))) for each in series]


def _with_at_least(series: Series, allowed: np.ndarray) -> Series:
    widest = series.allowed.copy()
    count = min(len(widest), len(allowed))
    widest[:count] = np.maximum(widest[:count], allowed[:count])
    return replace(series, allowed=widest)


def _row(parting: Place) -> StageRow:
    """What parts, as a row: of a graph there are no tensors to show."""
    named = Difference("value", "", np.nan, parting.gap, np.nan)
    return StageRow(parting.step, parting.series.stage, parting.series.tensor, named, parting.allowed)
