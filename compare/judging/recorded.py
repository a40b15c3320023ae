"""Two recorded loops, judged from their traces alone. Nothing can be run again: the findings say what to record.

Rounding is measured where nudged runs were recorded (COMPARE_NUDGE=1); otherwise the growth of the gap decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from compare.inputs.port_inputs import quarter
from compare.inputs.subject import Subject
from compare.judging import tolerances
from compare.judging.advice import what_to_record
from compare.judging.both_not_finite import set_not_finite_apart
from compare.judging.buffers_alone import say_buffers_alone
from compare.judging.comparison import DIVERGED, EQUIVALENT, NOT_DECREASING, Comparison
from compare.judging.dropout_on import set_dropout_apart
from compare.judging.falling import falls, not_falling, say_falling
from compare.judging.followed_steps import (
    IN_FLOAT32,
    Followed,
    compare_followed,
    followed_steps,
    growth_parts_at,
    is_dense,
    may_part,
    parts,
    remarks,
)
from compare.judging.formulas.by_formula import say_formula
from compare.judging.free_curves import compare_free
from compare.judging.free_loops import FLOAT32, GROWS, NOT_JUDGED, Decision, decide_free, is_structural, leaves_out
from compare.judging.half_precision import beyond_rounding, coarsest_of, is_measured, say_not_measured, say_who
from compare.judging.judgement import Judgement
from compare.judging.leaks import may_be_leak
from compare.judging.modes import say_mode
from compare.judging.not_shown import not_shown
from compare.judging.order_of_calls import in_order_of_calls
from compare.judging.pairing_proof import say_against_names, say_alone, say_fused, say_untied, say_without_rule
from compare.judging.parting_lines import with_recorded_lines
from compare.judging.rates import rates_apart
from compare.judging.recorded_traces import audited_by_both, by_side, by_values, nudged_twins, pair_models, read
from compare.judging.running_means import set_running_means_apart
from compare.judging.same_side import as_sides, in_words_of, is_of_one_side, names_of, versions_apart
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.judging.static_differences import settings_of
from compare.judging.steps import EVALUATED, METRIC
from compare.judging.trained import without_flags_alone
from compare.judging.unmoved import say_unmoved
from compare.judging.wording import leak_remark, parting_sentence
from compare.traces.recording import NUDGE
from compare.traces.renamed import rename_pair
from compare.traces.trace import Trace, TraceError, TracePair, is_file, trace_path


def judge_recorded(left: Path, right: Path, must_fall: bool = False) -> tuple[Subject, Judgement]:
    """Judge two traces, one of each side in any order, or two of one side; `must_fall` makes a loss that does not fall
    the verdict.

    Raises TraceError where one cannot be read or both are one file, PairingError where their weights do not pair.
    """
    if trace_path(left).resolve() == trace_path(right).resolve():
        raise TraceError(f"{left} and {right} are the same file: give two traces")
    names = names_of(left, right)
    with ExitStack() as opened:
        traces = [opened.enter_context(read(path)) for path in (left, right)]
        paths = [trace_path(path, nudged=True) for path in (left, right)]
        nudged = [opened.enter_context(read(path)) if is_file(path) else None for path in paths]
        one_side = is_of_one_side(traces)
        if one_side:
            traces, found = as_sides(traces), as_sides(nudged)
        else:
            found = [trace for trace in nudged if trace is not None]
        sides = by_side(traces)
        pairing = in_order_of_calls(by_values(pair_models(sides, one_side), sides), *sides)
        twins = nudged_twins(sides, found)
        pair = audited_by_both(rename_pair(sides, pairing))
        settings = settings_of(sides.torch.header.settings, sides.tf.header.settings, pairing)
        judgement = _judge(pair, rename_pair(twins, pairing), must_fall, settings)
        judgement = set_running_means_apart(set_dropout_apart(judgement, sides, pairing), sides)
        rows = without_flags_alone(settings, pair, judgement.verdict)
        not_twins = (_not_a_twin(trace) for trace in found if trace not in twins)
        ways_to_say = say_without_rule, say_fused, say_alone, say_untied, say_against_names
        of_weights = [words for say in ways_to_say for words in say(pairing)] + say_buffers_alone(sides, pairing)
        mode = say_mode(pair, judgement.first_divergence)
        ended = (_ended(trace) for trace in sides if trace.header.ended_by)
        by_formula = say_formula(pair, judgement.first_divergence, _rows(judgement))
        said = (*judgement.findings, *mode, *by_formula, *ended)
        findings = (*said, *say_unmoved(sides), *of_weights, *not_twins)
        judgement = replace(judgement, findings=findings, settings=tuple(rows), names=pairing.tf_names)
        judgement = with_recorded_lines(judgement, pair)
        if one_side:
            judgement = in_words_of(judgement, names)
            judgement = replace(judgement, findings=(*judgement.findings, *versions_apart(sides, names)))
    steps = max(trace.steps for trace in traces)
    case = "_".join(name.replace("/", "_") for name in names) if one_side else f"{left.stem}_{right.stem}"
    return Subject(case, steps=steps, steps_per_epoch=quarter(steps)), judgement


def _rows(judgement: Judgement) -> list[StageRow]:
    return [row for comparison in judgement.comparisons.values() for row in comparison.rows]


def _judge(pair: TracePair, nudged: TracePair, must_fall: bool, settings: Sequence[SettingRow]) -> Judgement:
    """A constant that one side rounded to float32 in a float64 loop is set aside: behind it, float32's rounding is
    allowed."""
    precision = coarsest_of(pair)
    judgement = _judge_in(precision, pair, nudged, must_fall)
    first = judgement.first_divergence
    if precision != "float64" or first is None or not may_be_leak(first, settings):
        return judgement
    behind = _judge_in("float32", pair, nudged_twins(pair, ()), must_fall)
    remark = f"{leak_remark(judgement.comparisons[precision], first)}: what is behind it was judged as float32 is"
    findings = [finding for finding in behind.findings if not finding.startswith((IN_FLOAT32, GROWS))]
    [comparison] = behind.comparisons.values()
    comparisons = {precision: replace(comparison, precision=precision)}
    return replace(behind, findings=(*findings, remark), comparisons=comparisons)


def _judge_in(precision: str, pair: TracePair, nudged: TracePair, must_fall: bool) -> Judgement:
    comparison = compare_free(precision, pair, nudged)
    followed = compare_followed(comparison, nudged, steps) if (steps := followed_steps(pair)) else None
    comparison = followed.comparison if followed else comparison
    if precision in tolerances.HALF and not (followed.is_measured if followed else is_measured(precision, nudged)):
        return _judge_half(comparison)
    verdict, findings, first = _decide_followed(followed) if followed else decide_free(comparison, any(nudged))
    falling = {precision: (falls(pair.torch, nudged.torch), falls(pair.tf, nudged.tf))}
    findings += say_falling(falling, verdict == EQUIVALENT, must_fall)
    if precision == "float32" and not any(nudged) and not followed:
        findings.append(FLOAT32)
    if verdict == EQUIVALENT and not followed and leaves_out(comparison, any(nudged)):
        findings.append(NOT_JUDGED)
    if verdict == EQUIVALENT and must_fall and not_falling(falling):
        verdict = NOT_DECREASING
    if precision in tolerances.HALF:
        findings.append(f"{say_who(pair, precision)}, by whose rounding they are judged")
    if (apart := rates_apart(pair)) and str(apart) not in findings:
        findings.append(str(apart))
    findings += not_shown(comparison.rows)
    return set_not_finite_apart(_judgement(verdict, findings, comparison, first))


def _ended(trace: Trace) -> str:
    return f"{trace.header.side}'s loop was ended behind step {trace.steps - 1} by {trace.header.ended_by}"


def _not_a_twin(nudged: Trace) -> str:
    return (
        f"the nudged run of {nudged.header.side} was not used: its first batch or weights differ from those of the "
        f"plain run; run the same script again with {NUDGE}=1"
    )


def _decide_followed(followed: Followed) -> Decision:
    """A loop that followed: each of its steps decides, and no curve does against steps that agree."""
    comparison = followed.comparison
    first, uncertain = parts(followed), may_part(followed)
    metric = comparison.parting is not None and comparison.parting.series.stage in (METRIC, EVALUATED)
    sure = uncertain is not None and (is_dense(followed) or growth_parts_at(comparison) is not None)
    if first or metric or sure or comparison.breaks_off is not None:
        first = first or uncertain
        return DIVERGED, [parting_sentence(comparison, first), *what_to_record(comparison, first)], first
    rates = rates_apart(comparison.pair)
    if rates and rates.step not in followed.steps:  # at those that were judged it may be without consequence
        return DIVERGED, [str(rates)], None
    return EQUIVALENT, remarks(followed, uncertain), None


def _judge_half(comparison: Comparison) -> Judgement:
    """Half precision whose rounding was not measured: refused, but for what no rounding explains."""
    first = beyond_rounding(comparison)
    if first is None and not is_structural(comparison):
        raise TraceError(say_not_measured(comparison.pair, comparison.precision))
    findings = [parting_sentence(comparison, first), *what_to_record(comparison, first)]
    return _judgement(DIVERGED, findings, comparison, first)


def _judgement(verdict: str, findings: list[str], comparison: Comparison, first: StageRow | None) -> Judgement:
    """Half precision stands in the tables as float32: they have no columns of its own."""
    precision = "float64" if comparison.precision == "float64" else "float32"
    comparisons = {precision: replace(comparison, precision=precision)}
    return Judgement(verdict, tuple(findings), comparisons, first if verdict == DIVERGED else None)
