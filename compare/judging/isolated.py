"""Adds to a judgement that the sides part every difference that there is, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compare.judging.comparison import DIVERGED
from compare.judging.isolated_differences import isolated_differences
from compare.judging.isolation import Partners, isolate
from compare.judging.judgement import Judgement
from compare.judging.run import Run
from compare.running.request import RequestFailedError
from compare.traces.step import END


def with_differences(run: Run, judgement: Judgement, partners: Partners, kinds: Mapping[str, str]) -> Judgement:
    """The judgement with all differences of the first step and of the first that parts, and of the one behind it.

    A side that cannot run so is no fault of the port: the judgement stays as it is, with a remark.
    """
    if judgement.verdict != DIVERGED:
        return judgement
    precision = next(each for each, comparison in judgement.comparisons.items() if comparison.apart)
    try:
        isolated = isolate(run, partners, precision, steps_to_isolate(judgement, precision))
    except RequestFailedError as error:
        remark = f"other differences than the first were not looked for, since an isolated step failed ({error})"
        return replace(judgement, findings=(*judgement.findings, remark))
    found = isolated_differences(isolated, kinds, judgement.settings)
    return replace(judgement, differences=tuple(found))


def steps_to_isolate(judgement: Judgement, precision: str) -> list[int]:
    """The first step, the first that parts, and the one behind it, in which an optimizer's state shows."""
    comparison, first = judgement.comparisons[precision], judgement.first_divergence
    last = min(trace.steps for trace in comparison.pair) - 1
    at = 0 if first is None or first.step is END else first.step
    return sorted({0, min(at, last), min(at + 1, last)})
