"""Differences that a port accepts (ACCEPT): the verdict is about the rest; what is accepted is counted and measured.

Notice what is said of one that is not there any more, and of steps in which the rest was not judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from compare.judging.comparison import DIVERGED, EQUIVALENT, Comparison
from compare.judging.difference import difference
from compare.judging.isolated_difference import BUFFER, IsolatedDifference
from compare.judging.judgement import Judgement
from compare.traces.step import END


def without_accepted(judgement: Judgement, accepted: Mapping[str, str], steps: Sequence[int]) -> Judgement:
    """The judgement of the rest; `accepted` are reasons by the words of differences, `steps` what was isolated."""
    reasons = {words.casefold(): reason for words, reason in accepted.items()}
    taken = [each for each in judgement.differences if each.words.casefold() in reasons]
    gone = _say_gone(accepted, taken)
    if judgement.verdict != DIVERGED or not taken:
        return replace(judgement, findings=(*judgement.findings, *gone))
    said = "; ".join(f"{each.words} ({reasons[each.words.casefold()]}){_gap(each)}" for each in taken)
    number = f"{len(taken)} accepted difference{'s' if len(taken) > 1 else ''}"
    left = tuple(each for each in judgement.differences if each not in taken)
    first, *others = judgement.findings
    if left or not _all_explained(judgement, taken):
        findings = (first, f"beside {number}: {said}", *others, *gone)
        return replace(judgement, findings=findings, differences=(*left, *taken))
    comparison = next(each for each in judgement.comparisons.values() if each.apart)
    equal = f"equivalent but for {number}: {said}; {_effect(comparison)}; {_judged(taken, comparison, steps)}"
    return replace(judgement, verdict=EQUIVALENT, findings=(equal, *others, *gone), first_divergence=None)


def _say_gone(accepted: Mapping[str, str], taken: Sequence[IsolatedDifference]) -> list[str]:
    found = {each.words.casefold() for each in taken}
    gone = [words for words in accepted if words.casefold() not in found]
    return [f"{words!r} is accepted and was not found: take it out of ACCEPT, or see what hides it" for words in gone]


def _gap(each: IsolatedDifference) -> str:
    found = each.largest.difference
    return f", gap {found.max_rel:.1e}" if found.kind == "value" else f", {found.kind}"


def _all_explained(judgement: Judgement, taken: Sequence[IsolatedDifference]) -> bool:
    """Whether nothing else parts, at any step, where what is accepted moves no weight and no loss."""
    if any(each.place != BUFFER for each in taken):
        return True
    tensors = {("buffer", row.tensor) for each in taken for row in each.rows}
    series = (each for comparison in judgement.comparisons.values() for each in comparison.series)
    return all(each.first is None or (each.stage, each.tensor) in tensors for each in series)


def _effect(comparison: Comparison) -> str:
    """How far both sides are apart at the end, left to themselves."""
    losses = [trace.get((END, "loss", "loss")) for trace in comparison.pair]
    evaluated = f", in evaluation {difference(*losses).max_rel:.1e}" if all(each is not None for each in losses) else ""
    return f"the loss is {comparison.gap[-1]:.1e} apart at the end{evaluated}"


def _judged(taken: Sequence[IsolatedDifference], comparison: Comparison, steps: Sequence[int]) -> str:
    if all(each.place == BUFFER for each in taken):
        return f"all else was judged at each of {comparison.steps_judged} steps"
    return f"all else was judged by itself in the steps {', '.join(map(str, steps))} and in evaluation"
