"""The study of one case: which runs to make, how to judge their traces, which runs to make next.

Notice that it only calls `run`, which blocks: it starts no process, and does not know what is trained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from compare.judging.both_not_finite import set_not_finite_apart
from compare.judging.by_hand import say_multiple
from compare.judging.comparison import DIVERGED, EQUIVALENT, NOT_DECREASING, Comparison, Runs, Twin, compare_runs
from compare.judging.falling import Falls, falls, not_falling, say_falling
from compare.judging.formulas.by_formula import say_formula
from compare.judging.harmless import say_harmless
from compare.judging.judgement import Judgement
from compare.judging.leaks import behind_leak, is_set_differently
from compare.judging.modes import say_mode
from compare.judging.not_shown import not_shown
from compare.judging.precision_loss import which_side_is_off
from compare.judging.rates import rates_apart, rates_beyond_apart
from compare.judging.run import Run
from compare.judging.search import confirm, find_first_divergence
from compare.judging.settings import SettingRow, compare_settings, without_effect
from compare.judging.stages import StageRow
from compare.judging.trained import without_flags_alone
from compare.judging.wording import (
    NOT_MEASURED,
    float32_alone,
    in_float32_only,
    leak_remark,
    left_out,
    parting_sentence,
    steps_left_out,
)
from compare.running.request import Training
from compare.traces.trace import TracePair

Settings = Callable[[TracePair], Sequence[SettingRow]]


@dataclass(frozen=True)
class Judged:
    """One precision: its comparison, the first divergence, and whether that makes the sides different."""

    comparison: Comparison
    diverged: bool
    findings: tuple[str, ...] = ()
    first: StageRow | None = None


def case_settings(pair: TracePair) -> list[SettingRow]:
    """The settings of a case, whose layers have the same names on both sides."""
    return compare_settings(
        pair.torch.header.settings, pair.tf.header.settings, {name: name for name in pair.tf.header.kinds}
    )


def study(
    run: Run,
    steps_per_epoch: int | None,
    precisions: tuple[str, ...],
    nudged: bool = True,
    must_fall: bool = False,
    settings: Settings = case_settings,
    is_large: bool = False,
) -> Judgement:
    """Judge one case in the given precisions; the first of them decides whether it is the same mathematics.

    Where what is trained `is_large`, another is run only where the first does not part.

    Whether the loss falls is judged only with `steps_per_epoch`, and decides the verdict only where it `must_fall`.
    """
    runs: dict[str, Runs] = {}
    judged: dict[str, Judged] = {}
    for together in ([each] for each in precisions) if is_large else [precisions]:
        if any(each.diverged for each in judged.values()):
            break
        runs |= make_runs(run, together, nudged)
        judged |= _judge_all(run, {precision: runs[precision] for precision in together}, settings)
    apart = next((precision for precision, each in judged.items() if each.diverged), None)
    deciding = judged[apart or precisions[0]]
    findings = [finding for each in judged.values() for finding in each.findings if each is deciding or not apart]
    if apart == "float32" and len(precisions) == 2:
        findings.insert(1, in_float32_only(judged["float64"].comparison, which_side_is_off(run, deciding.first)))
    rates = rates_apart(runs[apart or precisions[0]].free)
    if not rates and (further := rates_beyond_apart(runs[precisions[0]].free)):
        findings.append(further)
    if apart:
        findings += say_mode(TracePair(runs[apart].free.torch, runs[apart].following), deciding.first)
        findings += [str(rates)] if rates else []
        findings += say_harmless(deciding.comparison.rows, deciding.first)
        of_first = deciding.comparison.shown or runs[apart].audited, deciding.first, deciding.comparison.rows
        findings += say_multiple(*of_first) or say_formula(*of_first)
    findings += [left_out(precision) for precision in precisions if precision not in runs]
    findings += not_shown(deciding.comparison.rows)
    findings += [steps_left_out(each.comparison) for each in judged.values() if each.comparison.steps_left_out]
    falling = _falling(runs) if steps_per_epoch else {}
    findings += say_falling(falling, not apart, must_fall)
    verdict = DIVERGED if apart else NOT_DECREASING if must_fall and not_falling(falling) else EQUIVALENT
    if not nudged:
        findings.append(NOT_MEASURED)
    if precisions == ("float32",):
        findings.append(float32_alone(deciding.comparison))
    comparisons = {precision: each.comparison for precision, each in judged.items()}
    audited = runs[precisions[0]].audited
    rows = tuple(without_flags_alone(settings(audited), audited, verdict))
    rows = tuple(map(without_effect, rows)) if verdict == EQUIVALENT else rows
    return set_not_finite_apart(Judgement(verdict, tuple(findings), comparisons, deciding.first, rows))


def make_runs(run: Run, precisions: Sequence[str], nudged: bool) -> dict[str, Runs]:
    """Both sides free, then tf, and torch nudged, along the trajectory that torch left."""
    free = [
        (side, Training(precision, leads=side == "torch", audits=(0,) if side == "torch" else ()))
        for precision in precisions
        for side in ("torch", "tf")
    ]
    led = iter(run(*free))
    pairs = {precision: TracePair(next(led), next(led)) for precision in precisions}
    follow: dict[tuple[str, str], tuple[str, Training]] = {}
    for precision in precisions:
        follow[precision, "tf"] = ("tf", Training(precision, follows=precision))
        if nudged:
            follow[precision, "nudged"] = ("torch", Training(precision, precision, follows=precision))
            follow[precision, "free nudged"] = ("torch", Training(precision, precision, audits=()))
    traces = dict(zip(follow, run(*follow.values()), strict=True))
    return {
        precision: Runs(
            precision,
            pair,
            traces[precision, "tf"],
            (traces[precision, "free nudged"],) if nudged else (),
            (Twin(follow[precision, "nudged"][1], traces[precision, "nudged"]),) if nudged else (),
        )
        for precision, pair in pairs.items()
    }


def _judge_all(run: Run, runs: Mapping[str, Runs], settings: Settings) -> dict[str, Judged]:
    judged: dict[str, Judged] = {}
    for precision, each in runs.items():
        known = any(other.diverged for other in judged.values())  # then nothing hangs on this one
        judged[precision] = Judged(compare_runs(each), False) if known else _judge(run, each, settings)
    return judged


def _judge(run: Run, runs: Runs, settings: Settings) -> Judged:
    """Judge one precision; what a leak explains is a remark, and what is behind it decides."""
    runs, comparison = confirm(run, runs, lambda row: is_set_differently(row, settings(runs.audited)))
    if not comparison.apart:
        return Judged(comparison, diverged=False)
    first, comparison = find_first_divergence(run, runs, comparison)
    behind = behind_leak(run, runs, first, lambda: settings(runs.audited)) if first else None
    if first is None or behind is None:
        return Judged(comparison, True, (parting_sentence(comparison, first),), first)
    remark = leak_remark(comparison, first)
    if not behind.comparison.apart:
        return Judged(comparison, False, (remark,), first)
    sentence = parting_sentence(behind.comparison, behind.first)
    return Judged(behind.comparison, True, (sentence, remark), behind.first)


def _falling(runs: Mapping[str, Runs]) -> Falls:
    """Whether the loss of each free run falls by more than a nudge moves it, by precision."""
    return {
        precision: (falls(each.free.torch, next(iter(each.free_nudged), None)), falls(each.free.tf, None))
        for precision, each in runs.items()
    }
