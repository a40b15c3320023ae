"""The study of one case: which runs to ask for, what to make of their traces, which runs to ask for next.

It is a generator: it yields the runs that it needs and is sent their traces, so it neither starts a process nor
waits for one, and many studies can share two workers.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from compare.judging import tolerances
from compare.judging.comparison import (
    DIVERGED,
    EQUIVALENT,
    NOT_DECREASING,
    Comparison,
    compare_pair,
    describe_break,
    describe_parting,
    is_leak,
)
from compare.judging.curves import decreases
from compare.judging.precision_loss import find_unstable
from compare.judging.search import locate
from compare.judging.settings import SettingRow, compare_settings
from compare.judging.stages import Row, last_agreement
from compare.running.request import AUDITS, Run
from compare.traces.trace import TracePair


@dataclass(frozen=True)
class Judgement:
    """What a study comes to; `comparisons` by precision, the deciding one first."""

    verdict: str
    findings: tuple[str, ...]
    comparisons: dict[str, Comparison]
    first_divergence: Row | None
    settings: tuple[SettingRow, ...] = ()


Runs = dict[tuple[str, str | None], TracePair]  # by precision, and what was nudged
Study = Generator[list[Run], list[TracePair], Judgement]


def study(steps_per_epoch: int | None, precisions: tuple[str, ...], nudged: bool = True) -> Study:
    """Judge one case in the given precisions; the first of them decides whether it is the same mathematics.

    Without `steps_per_epoch` it is not judged whether the loss decreases.
    """
    # Where the first precision decides, of the other only the first step's tensors are looked at.
    audits = {precision: AUDITS[:1] if place else AUDITS for place, precision in enumerate(precisions)}
    kinds = [(precision, nudge) for precision in precisions for nudge in ((None, precision) if nudged else (None,))]
    made = yield [Run(precision, nudge, audits[precision]) for precision, nudge in kinds]
    pairs: Runs = dict(zip(kinds, made, strict=True))
    comparisons = {
        precision: compare_pair(precision, pairs[precision, None], pairs.get((precision, precision)))
        for precision in precisions
    }
    verdict, findings, first = EQUIVALENT, [], None
    deciding = comparisons[precisions[0]]
    if deciding.apart:
        verdict = yield from _weigh(deciding, nudged)
        first, comparisons[precisions[0]] = yield from locate(deciding, nudged)
        findings.append(_parting(verdict, comparisons[precisions[0]], first))
    for precision, comparison in comparisons.items():
        if verdict == EQUIVALENT and not np.isfinite(comparison.gap).all():
            verdict = DIVERGED
            findings.append(f"in {precision}, {describe_break(comparison)}")
    if len(precisions) == 2 and (unstable := find_unstable(*_by_precision(pairs))):
        findings.append(str(unstable))
    falling = [decreases(plain, nudge, steps_per_epoch) for plain, nudge in _plain_and_nudged(pairs) if steps_per_epoch]
    if verdict == EQUIVALENT and False in falling:
        verdict = NOT_DECREASING
    if precisions == ("float32",):
        findings.append("judged in float32 alone, where a small bug can hide in the rounding")
    if verdict == EQUIVALENT and None in falling:
        findings.append("too short to judge whether the loss decreases: that takes two whole epochs")
    return Judgement(verdict, tuple(findings), comparisons, first, tuple(_settings(deciding.pair)))


def _weigh(comparison: Comparison, nudged: bool) -> Generator[list[Run], list[TracePair], str]:
    """The verdict on a gap beyond the envelope: equivalent still, where a float32 ulp in a float64 run explains it."""
    if comparison.precision == "float64" and nudged and not comparison.structural:
        [wide] = yield [Run("float64", "float32")]
        if is_leak(comparison, wide):
            return EQUIVALENT
    return DIVERGED


def _parting(verdict: str, comparison: Comparison, first: Row | None) -> str:
    agreed = last_agreement(comparison.rows, first) if first else None
    parting = describe_parting(comparison, first, agreed)
    if verdict != EQUIVALENT:
        return parting
    small = first is not None and first.difference.max_rel < tolerances.SMALLEST_LEAK
    return f"{'digits lost by a formula that cancels' if small else 'leak of float32 precision'}: {parting}"


def _settings(pair: TracePair) -> list[SettingRow]:
    """How both sides are set, of a case, whose layers have the same names on both."""
    torch, tf = (trace.meta.get("settings", ()) for trace in pair)
    return compare_settings(torch, tf, {name: name for name in pair.tf.meta.get("kinds", ())})


def _by_precision(pairs: Runs) -> tuple[TracePair, list[TracePair]]:
    """The plain float64 run, and every float32 run."""
    return pairs["float64", None], [pair for (precision, _), pair in pairs.items() if precision == "float32"]


def _plain_and_nudged(pairs: Runs) -> list[tuple]:
    """The traces of each plain run beside its nudged run's, one a side and precision; None where there is none."""
    return [
        (trace, nudged)
        for (precision, nudge), pair in pairs.items()
        if nudge is None
        for trace, nudged in zip(pair, pairs.get((precision, precision), (None, None)), strict=True)
    ]
