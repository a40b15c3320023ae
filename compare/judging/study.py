"""The study of one case: which runs to make, how to judge their traces, which runs to make next.

Notice that it only calls `run`, which blocks: it starts no process, and does not know what is trained.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from compare.judging.comparison import DIVERGED, EQUIVALENT, NOT_DECREASING, Comparison, compare_pair, is_leak
from compare.judging.falling import Falls, falls, not_falling, say_falling
from compare.judging.judgement import Judgement, Run
from compare.judging.precision_loss import find_unstable
from compare.judging.search import find_first_divergence
from compare.judging.settings import SettingRow, compare_settings
from compare.judging.wording import FLOAT32_ALONE, NOT_MEASURED, break_sentence, divergence_finding
from compare.running.request import AUDITS, Training
from compare.traces.trace import TracePair

Runs = Mapping[tuple[str, str | None], TracePair]  # by precision, and what was nudged


def study(
    run: Run, steps_per_epoch: int | None, precisions: tuple[str, ...], nudged: bool = True, must_fall: bool = False
) -> Judgement:
    """Judge one case in the given precisions; the first of them decides whether it is the same mathematics.

    Whether the loss falls is judged only with `steps_per_epoch`, and decides the verdict only where it `must_fall`.
    """
    runs = _make_runs(run, precisions, nudged)
    comparisons = {
        precision: compare_pair(precision, runs[precision, None], runs.get((precision, precision)))
        for precision in precisions
    }
    deciding = comparisons[precisions[0]]
    verdict, findings, first = EQUIVALENT, [], None
    if deciding.apart:
        verdict = EQUIVALENT if nudged and _is_leak(run, deciding) else DIVERGED
        first, comparisons[precisions[0]] = find_first_divergence(run, deciding, nudged)
        findings.append(divergence_finding(verdict, comparisons[precisions[0]], first))
    for precision, comparison in comparisons.items():
        if verdict == EQUIVALENT and not np.isfinite(comparison.gap).all():
            verdict = DIVERGED
            findings.append(f"in {precision}, {break_sentence(comparison)}")
    if len(precisions) == 2 and (unstable := _unstable(runs)):
        findings.append(unstable)
    falling = _falling(runs) if steps_per_epoch else {}
    findings += say_falling(falling, verdict == EQUIVALENT, must_fall)
    if verdict == EQUIVALENT and must_fall and not_falling(falling):
        verdict = NOT_DECREASING
    if not nudged:
        findings.append(NOT_MEASURED)
    if precisions == ("float32",):
        findings.append(FLOAT32_ALONE)
    return Judgement(verdict, tuple(findings), comparisons, first, tuple(_settings(deciding.pair)))


def _make_runs(run: Run, precisions: tuple[str, ...], nudged: bool) -> Runs:
    """Each precision, plain and nudged; the second precision audits one step only, since the first decides."""
    kinds = [(precision, nudge) for precision in precisions for nudge in ((None, precision) if nudged else (None,))]
    audits = {precision: AUDITS[:1] if place else AUDITS for place, precision in enumerate(precisions)}
    return dict(zip(kinds, run([Training(*kind, audits[kind[0]]) for kind in kinds]), strict=True))


def _is_leak(run: Run, comparison: Comparison) -> bool:
    """Whether a float32 ulp, in a float64 run, explains a gap that is beyond the envelope."""
    if comparison.precision != "float64" or comparison.structural:
        return False
    [wide] = run([Training("float64", "float32")])
    return is_leak(comparison, wide)


def _unstable(runs: Runs) -> str | None:
    """Which side loses precision in float32 that the other keeps; None where neither does."""
    singles = [pair for (precision, _), pair in runs.items() if precision == "float32"]
    found = find_unstable(runs["float64", None], singles)
    return str(found) if found else None


def _falling(runs: Runs) -> Falls:
    """Whether the loss of each plain run falls by more than a nudge moves it."""
    return {
        precision: (falls(pair.torch, twin.torch if twin else None), falls(pair.tf, twin.tf if twin else None))
        for (precision, nudge), pair in runs.items()
        if nudge is None
        for twin in [runs.get((precision, precision))]
    }


def _settings(pair: TracePair) -> list[SettingRow]:
    """The settings of a case, whose layers have the same names on both sides."""
    return compare_settings(
        pair.torch.header.settings, pair.tf.header.settings, {name: name for name in pair.tf.header.kinds}
    )
