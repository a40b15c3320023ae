"""Where two sides first part: the step is known from the runs, one more run of each audits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count

from compare.judging import tolerances
from compare.judging.comparison import Comparison, Runs, Twin, compare_runs, judged_rows
from compare.judging.first_divergence import before_gradients, first_divergence
from compare.judging.run import Run
from compare.judging.stages import StageRow
from compare.judging.steps import Allow
from compare.running.request import Training
from compare.traces.step import END
from compare.traces.trace import TracePair


def confirm(run: Run, runs: Runs, explains: Callable[[StageRow], bool] = lambda row: False) -> tuple[Runs, Comparison]:
    """The runs with more nudged ones of both sides, where what the first showed does not explain a difference, and the
    comparison.

    Up to the step that parts first, which tells a bug from chance; where it was chance and a step behind it parts, to
    the end. No chance is an output that a setting `explains`.
    """
    comparison = compare_runs(runs)
    first = comparison.parts_at
    if first is None or first == comparison.breaks_off or not runs.twins or _is_explained(comparison, explains):
        return runs, comparison
    ends_at = None if first is END else first + 1
    runs, comparison = _with_more(run, runs, comparison, ends_at, lambda found: found.parts_at == first)
    if comparison.parts_at in (None, first):
        return runs, comparison
    return _with_more(run, runs, comparison, None, lambda found: found.parts_at not in (None, found.breaks_off))


def _with_more(
    run: Run, runs: Runs, comparison: Comparison, steps: int | None, parts: Callable[[Comparison], bool]
) -> tuple[Runs, Comparison]:
    """The runs with twins of so many steps, a few more at a time for as long as it `parts`, and their comparison.

    They audit the step that parts, in case it is no chance.
    """
    plain = runs.twins[0].training
    numbers = count(1)
    for nudges, of_tf in zip(tolerances.MORE_NUDGES, tolerances.OF_TF_TOO[runs.precision], strict=True):
        if not parts(comparison) or (runs.tf_twins and _is_certain(comparison)):
            break
        at = comparison.parts_at
        common = replace(plain, steps=steps, audits=plain.audits if at is None or at is END else (at,))
        wanted = [replace(common, sample=next(numbers), ulps=ulps) for ulps in nudges]
        torch, tf = run_twins(run, {"torch": wanted, "tf": wanted if of_tf else []})
        runs = replace(runs, twins=(*runs.twins, *torch), tf_twins=(*runs.tf_twins, *tf))
        comparison = compare_runs(runs)
    return runs, comparison


def _is_explained(comparison: Comparison, explains: Callable[[StageRow], bool]) -> bool:
    first = first_divergence(comparison.rows)
    return comparison.precision == "float64" and first is not None and first.stage == "forward" and explains(first)


def _is_certain(comparison: Comparison) -> bool:
    """Whether what parts, in float64, as the first nudges of both sides left it, is an output, or what an optimizer
    keeps of gradients that agree: a unit that flips changes gradients, while rounding changes these little."""
    first = first_divergence(comparison.rows)
    return comparison.precision == "float64" and first is not None and first.stage in ("forward", "loss", "state")


def run_twins(run: Run, wanted: Mapping[str, Sequence[Training]]) -> list[tuple[Twin, ...]]:
    """Make nudged runs, by side; all at once."""
    traces = iter(run(*((side, training) for side, trainings in wanted.items() for training in trainings)))
    return [tuple(Twin(training, next(traces)) for training in trainings) for trainings in wanted.values()]


def find_first_divergence(
    run: Run, runs: Runs, comparison: Comparison, allow: Allow = tolerances.allowed_in_step
) -> tuple[StageRow | None, Comparison]:
    """The first divergence, and the comparison with the rows of its step; None where no tensor of that step parts."""
    at = comparison.parts_at
    if at is None or at == comparison.breaks_off:
        return None, comparison
    if at is not END and not any(row.step == at for row in comparison.rows):
        shown, rows = _audit(run, runs, comparison, at, allow)
        rows = sorted([*comparison.rows, *rows], key=lambda row: row.step)
        return first_divergence(rows) or before_gradients(rows), replace(comparison, rows=rows, shown=shown)
    rows = comparison.rows
    return first_divergence(rows) or before_gradients(rows), replace(comparison, shown=runs.audited)


def _audit(run: Run, runs: Runs, comparison: Comparison, at: int, allow: Allow) -> tuple[TracePair, list[StageRow]]:
    """The rows of one step, from one more run of each side and from every nudged one; and the two runs, of which
    torch's has the step before, too."""
    free = Training(runs.precision, audits=(at - 1, at), steps=at + 1)
    following = replace(free, audits=(at,), follows=runs.precision)
    torch_twins, torch_again = _auditing(runs.twins, at)
    tf_twins, tf_again = _auditing(runs.tf_twins, at)
    (torch, *nudged), (tf, *tf_nudged) = run_twins(run, {"torch": [free, *torch_again], "tf": [following, *tf_again]})
    audited = replace(
        runs,
        free=TracePair(torch.trace, tf.trace),
        following=tf.trace,
        twins=(*torch_twins, *nudged),
        tf_twins=(*tf_twins, *tf_nudged),
    )
    rows = judged_rows(audited, allow, comparison.series)
    return TracePair(torch.trace, tf.trace), [row for row in rows if row.step == at]


def _auditing(twins: Sequence[Twin], at: int) -> tuple[list[Twin], list[Training]]:
    """The twins that audited a step, and what to ask for so that all nudges do; each nudge once."""
    once = {twin: replace(twin.training, audits=(at,), steps=at + 1) for twin in twins}
    audited = [twin for twin in twins if at in twin.training.audits]
    known = {once[twin] for twin in audited}
    return audited, [training for training in dict.fromkeys(once.values()) if training not in known]
