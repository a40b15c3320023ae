"""The answer on one case, in lines: the verdict with the place where the sides part, its name in TensorFlow, and what
to do. What else is known of the case is beside it.
"""

from __future__ import annotations

from compare.judging.advice import what_to_compare
from compare.judging.comparison import EQUIVALENT, ERROR, NOT_DECREASING
from compare.judging.formulas.by_formula import BY_FORMULA
from compare.judging.judgement import Judgement
from compare.judging.parting_lines import say_lines
from compare.reporting.cause_lines import cause_lines
from compare.reporting.difference_lines import difference_lines
from compare.reporting.outcome import Outcome
from compare.traces.calls import without_call


def main_finding(outcome: Outcome) -> str:
    """The finding that says why the verdict is not "equivalent"; empty where it is."""
    if outcome.verdict == EQUIVALENT or not outcome.findings:
        return ""
    if outcome.verdict == NOT_DECREASING:  # which is said behind what concerns the comparison
        return next((each for each in outcome.findings if "loss falls" in each), outcome.findings[0])
    return outcome.findings[0]


def other_findings(outcome: Outcome) -> list[str]:
    """What else to know."""
    said = main_finding(outcome), *formulas(outcome), "\n".join(lines_that_part(outcome))
    return [finding for finding in outcome.findings if finding not in said]


def lines_that_part(outcome: Outcome) -> list[str]:
    """The lines of code where a port parts, if they were found."""
    return say_lines(outcome.judgement.lines) if outcome.judgement else []


def formulas(outcome: Outcome) -> list[str]:
    """The formula by which a side computes what parts, if one is known."""
    return [finding for finding in outcome.findings if finding.startswith(BY_FORMULA)]


def answer(outcome: Outcome) -> list[str]:
    """The lines; for a failed run whose error has long lists, these are cut."""
    finding = outcome.in_short or main_finding(outcome)
    if not finding:
        return [f"{outcome.case}: {outcome.verdict}"]
    lines = [f"{outcome.case}: {outcome.verdict}{': ' if outcome.verdict == ERROR else ', '}{finding}"]
    if outcome.judgement:
        advice = what_to_compare(outcome.judgement)
        lines += filter(None, [name_in_tf(outcome.judgement), *lines_that_part(outcome), *formulas(outcome)])
        lines += difference_lines(outcome.judgement)
        lines += cause_lines(outcome.judgement) or ([f"next: {advice}"] if advice else [])
    return lines


def name_in_tf(judgement: Judgement) -> str:
    """What the other side calls the tensor or layer that first parts; empty where it has the same name."""
    first, names = judgement.first_divergence, judgement.names
    if first is None or first.stage == "batch":  # an array of a batch has the name of no layer
        return ""
    weight = without_call(first.tensor).rpartition(" ")[0] if first.stage == "state" else without_call(first.tensor)
    known = [name for name in names if weight == name or weight.startswith(f"{name}.")]
    name = max(known, key=len, default=None)
    torch, tf = judgement.sides
    return f"{name} of {torch} is {names[name]} of {tf}" if name else ""
