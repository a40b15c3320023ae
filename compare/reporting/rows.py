"""The rows of the tables, made from an outcome. Notice that a missing value is None, and a NaN is a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.judging.curves import epoch_means
from compare.judging.difference import relative_gap
from compare.judging.line import PARTS
from compare.judging.settings import to_row
from compare.judging.steps import closest, update_nearest
from compare.running.request import AUDITS, SIDES
from compare.traces.step import END
from compare.traces.trace import EVALUATION, Trace

if TYPE_CHECKING:
    from compare.judging.comparison import Comparison
    from compare.judging.isolated_difference import IsolatedDifference
    from compare.judging.judgement import Judgement
    from compare.reporting.outcome import Outcome

TableRow = dict[str, Any]  # column to value


def summary(outcome: Outcome) -> TableRow:
    """A case in one row; for a run that failed, what was not measured is left out."""
    row: TableRow = {
        "case": outcome.case,
        "seed": outcome.seed,
        "verdict": outcome.verdict,
        "findings": "; ".join(outcome.findings),
        "steps": outcome.subject.steps,
        "inputs_sha256": outcome.inputs_sha256,
    }
    return row | _measured(outcome.judgement) if outcome.judgement else row


def _measured(judgement: Judgement) -> TableRow:
    """Losses, times and versions are those of the last precision: float32, unless only float64 was run."""
    row: TableRow = {"first_divergence": str(judgement.first_divergence) if judgement.first_divergence else None}
    for precision, comparison in judgement.comparisons.items():
        row |= {f"{precision}_{column}": value for column, value in _of_a_precision(comparison).items()}
    pair = list(judgement.comparisons.values())[-1].pair
    for side, trace in zip(SIDES, pair, strict=True):
        row[f"{side}_first_loss"], row[f"{side}_last_loss"] = (float(trace.curves["loss"][i]) for i in (0, -1))
        row[f"{side}_ms_per_step"] = _ms_per_step(trace)
    row["torch_version"] = pair.torch.header.versions.get("torch")
    row["tf_version"] = pair.tf.header.versions.get("tensorflow")
    row["keras_version"] = pair.tf.header.versions.get("keras")
    return row


def _of_a_precision(comparison: Comparison) -> TableRow:
    """What was judged step by step, and the free curves."""
    nearest = closest(comparison.series)
    return {
        "steps_judged": comparison.steps_judged,
        "step_gap": nearest and nearest.gap,
        "step_allowed": nearest and nearest.allowed,
        "gap": float(comparison.gap.max()),
        "envelope": float(comparison.envelope.max()),
        "horizon": comparison.horizon,
    }


def _ms_per_step(trace: Trace) -> float:
    """The median time of a step, audited steps left out if there are others."""
    seconds = trace.curves["seconds"]
    return round(1000 * float(np.median(seconds[len(AUDITS) :] if len(seconds) > len(AUDITS) else seconds)), 3)


def curves(outcome: Outcome) -> Iterator[TableRow]:
    """A row per precision and step; None where a side's curve has ended."""
    for which, comparison in _by_precision(outcome):
        losses = (trace.curves["loss"].tolist() for trace in comparison.pair)
        judged = _steps(comparison)
        columns = zip_longest(*losses, comparison.gap.tolist(), comparison.envelope.tolist())
        for step, (torch, tf, gap, envelope) in enumerate(columns):
            yield {
                **which,
                "step": step,
                "epoch": step // outcome.subject.steps_per_epoch + 1,
                "torch_loss": torch,
                "tf_loss": tf,
                "gap": None if torch is None or tf is None else gap,
                "envelope": envelope,
                **judged.get(step, {}),
            }


def _steps(comparison: Comparison) -> dict[int, TableRow]:
    """By step that was judged by itself, its loss, and the update that came closest to its allowance."""
    loss = comparison.series[0]
    return {
        update.step: {
            "step_gap": float(loss.gap[place]),
            "step_allowed": float(loss.allowed[place]),
            "update_gap": update.gap,
            "update_allowed": update.allowed,
            "update_tensor": update.series.tensor,
        }
        for place, update in enumerate(update_nearest(comparison.series))
    }


def epochs(outcome: Outcome) -> Iterator[TableRow]:
    """A row per precision, epoch and metric; None where a side lacks it."""
    for which, comparison in _by_precision(outcome):
        metrics = ("loss", *comparison.pair.metrics)
        torch, tf = (_epochs(trace, metrics, outcome.subject.steps_per_epoch) for trace in comparison.pair)
        for epoch, metric in sorted({**torch, **tf}, key=itemgetter(0)):
            left, right = torch.get((epoch, metric)), tf.get((epoch, metric))
            gap = None if left is None or right is None else float(relative_gap(np.array(left), np.array(right)))
            yield {**which, "epoch": epoch, "metric": metric, "torch": left, "tf": right, "gap": gap}


def _epochs(trace: Trace, names: Iterable[str], steps_per_epoch: int) -> dict[tuple[int, str], float]:
    """The values of one side, by (epoch from 1, metric)."""
    values, (when, what) = trace.curves, EVALUATION
    means = {
        (epoch, name): mean
        for name in names
        if name in values
        for epoch, mean in enumerate(epoch_means(values[name], values["examples"], steps_per_epoch), 1)
    }
    evaluations = zip(values.get(when, ()), values.get(what, ()), strict=True)
    return means | {(int(step) // steps_per_epoch + 1, what): float(loss) for step, loss in evaluations}


def stages(outcome: Outcome) -> Iterator[TableRow]:
    """A row per precision, audited step and tensor; the end of training is the step after the last."""
    for which, comparison in _by_precision(outcome):
        for row in comparison.rows:
            yield {
                **which,
                "step": len(comparison.gap) if row.step is END else row.step,
                "stage": row.stage,
                "tensor": row.tensor,
                "shape": row.difference.shape,
                "max_abs": row.difference.max_abs,
                "max_rel": row.difference.max_rel,
                "max_ulp": row.difference.max_ulp,
                "allowed": row.allowed,
                "verdict": row.verdict,
            }


def settings(outcome: Outcome) -> Iterator[TableRow]:
    """A row per setting of optimizer, layer or loss."""
    for row in outcome.judgement.settings if outcome.judgement else ():
        yield {"case": outcome.case, **to_row(row)}


def differences(outcome: Outcome) -> Iterator[TableRow]:
    """A row per difference by itself; with the tensor that is furthest apart."""
    judgement = outcome.judgement
    for each in judgement.differences if judgement else ():
        yield {
            "case": outcome.case,
            "seed": outcome.seed,
            "difference": each.words,
            "place": each.place,
            "kind": each.kind,
            "cause": each.cause,
            "tensor": each.largest.tensor,
            "count": len({row.tensor for row in each.rows}),
            "gap": each.largest.difference.max_rel,
            "allowed": each.largest.allowed,
            "effect": each.effect,
            **_where(each, judgement),
        }


def _where(each: IsolatedDifference, judgement: Judgement | None) -> TableRow:
    """The line of each side; of the only difference, those where the port parts."""
    lines = each.lines or (judgement.lines if judgement and len(judgement.differences) == 1 else ())
    parts = {line.side: line.where for line in reversed(lines) if line.role == PARTS}
    return {f"{side}_line": parts.get(side) for side in SIDES}


def findings(outcome: Outcome) -> Iterator[TableRow]:
    """A row per change of tf's side that makes the port agree further, or equivalent."""
    for number, each in enumerate(outcome.judgement.causes if outcome.judgement else (), 1):
        yield {
            "case": outcome.case,
            "seed": outcome.seed,
            "finding": number,
            "place": each.what,
            "cause": each.said,
            "file": each.file,
            "line": each.line,
            "old": each.old,
            "new": each.new,
            "gap": each.gap,
            "closed": each.closed,
            "proven": each.is_proven,
        }


def lines(outcome: Outcome) -> Iterator[TableRow]:
    """A row per line of code where the sides part, and per line that makes what both still have."""
    judgement = outcome.judgement
    own = [line for each in judgement.differences for line in each.lines] if judgement else []
    for line in (*judgement.lines, *own) if judgement else ():
        yield {
            "case": outcome.case,
            "seed": outcome.seed,
            "place": line.place,
            "role": line.role,
            "side": line.side,
            "file": line.at.file,
            "line": line.at.line,
            "source": line.source,
            "value": line.value,
            "shape": line.shape,
            "note": line.note,
            "library": line.in_library,
        }


def _by_precision(outcome: Outcome) -> Iterator[tuple[TableRow, Comparison]]:
    """Each comparison with the columns that identify it."""
    for precision, comparison in outcome.judgement.comparisons.items() if outcome.judgement else ():
        yield {"case": outcome.case, "seed": outcome.seed, "precision": precision}, comparison
