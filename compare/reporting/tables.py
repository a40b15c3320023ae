"""The CSV tables. A missing value is empty, which a NaN is not; floats are written so that they read back the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.judging.curves import epoch_means
from compare.judging.settings import COLUMNS as SETTING_COLUMNS
from compare.judging.settings import to_row
from compare.running.request import AUDITS
from compare.traces.step import END
from compare.traces.trace import EVALUATION, Trace

if TYPE_CHECKING:
    from compare.reporting.outcome import Outcome
    from compare.traces.trace import TracePair

COLUMNS = {
    "summary": (
        "case", "seed", "verdict", "findings", "steps", "float64_gap", "float64_envelope", "float32_gap",
        "float32_envelope", "torch_first_loss", "torch_last_loss", "tf_first_loss", "tf_last_loss", "first_divergence",
        "torch_ms_per_step", "tf_ms_per_step", "torch_version", "tf_version", "keras_version", "inputs_sha256",
    ),
    "curves": ("case", "seed", "precision", "step", "epoch", "torch_loss", "tf_loss", "gap", "envelope"),
    "epochs": ("case", "seed", "precision", "epoch", "torch_loss", "tf_loss"),
    "stages": (
        "case", "seed", "precision", "step", "stage", "tensor", "shape", "max_abs", "max_rel", "max_ulp", "allowed",
        "verdict",
    ),
    "settings": ("case", *SETTING_COLUMNS),
}  # fmt: skip

Row = dict[str, Any]


def summary_row(outcome: Outcome) -> Row:
    """A case in one row. Losses and times are of the last precision run: float32, unless only float64 was."""
    row: Row = {
        "case": outcome.case,
        "seed": outcome.seed,
        "verdict": outcome.verdict,
        "findings": "; ".join(outcome.findings),
        "steps": outcome.subject.steps,
        "inputs_sha256": outcome.inputs_sha256,
    }
    if outcome.judgement is None:
        return row
    for precision, comparison in outcome.judgement.comparisons.items():
        row[f"{precision}_gap"] = float(comparison.gap.max())
        row[f"{precision}_envelope"] = float(comparison.envelope.max())
    pair = list(outcome.judgement.comparisons.values())[-1].pair
    for side, trace in zip(("torch", "tf"), pair, strict=True):
        row[f"{side}_first_loss"], row[f"{side}_last_loss"] = (float(trace.curves["loss"][i]) for i in (0, -1))
        row[f"{side}_ms_per_step"] = _ms_per_step(trace)
    row["torch_version"] = pair.torch.header.versions["torch"]
    row["tf_version"] = pair.tf.header.versions["tensorflow"]
    row["keras_version"] = pair.tf.header.versions["keras"]
    first = outcome.judgement.first_divergence
    row["first_divergence"] = str(first) if first else None
    return row


def _ms_per_step(trace: Trace) -> float:
    """The median step, audits left out where there are others."""
    seconds = trace.curves["seconds"]
    return round(1000 * float(np.median(seconds[len(AUDITS) :] if len(seconds) > len(AUDITS) else seconds)), 3)


def curve_rows(outcome: Outcome) -> Iterator[Row]:
    for precision, comparison in _comparisons(outcome):
        losses = [trace.curves["loss"] for trace in comparison.pair]
        for step, (gap, envelope) in enumerate(zip(comparison.gap, comparison.envelope, strict=True)):
            torch_loss, tf_loss = (float(loss[step]) if step < len(loss) else None for loss in losses)
            yield {
                "case": outcome.case,
                "seed": outcome.seed,
                "precision": precision,
                "step": step,
                "epoch": step // outcome.subject.steps_per_epoch + 1,
                "torch_loss": torch_loss,
                "tf_loss": tf_loss,
                "gap": float(gap) if None not in (torch_loss, tf_loss) else None,
                "envelope": float(envelope),
            }


def epoch_rows(outcome: Outcome) -> Iterator[Row]:
    for precision, comparison in _comparisons(outcome):
        rows: dict[int, Row] = {}
        for name in ("loss", *comparison.pair.metrics):
            for side, trace in zip(("torch", "tf"), comparison.pair, strict=True):
                curves = trace.curves
                means = (
                    epoch_means(curves[name], curves["examples"], outcome.subject.steps_per_epoch)
                    if name in curves
                    else ()
                )
                for epoch, mean in enumerate(means, 1):
                    row = {"case": outcome.case, "seed": outcome.seed, "precision": precision, "epoch": epoch}
                    rows.setdefault(epoch, row)[f"{side}_{name}"] = mean
        _add_evaluations(rows, comparison.pair, outcome.subject.steps_per_epoch)
        yield from rows.values()


def _add_evaluations(rows: dict[int, Row], pair: TracePair, steps_per_epoch: int) -> None:
    when, what = EVALUATION
    for side, trace in zip(("torch", "tf"), pair, strict=True):
        for step, loss in zip(trace.curves.get(when, ()), trace.curves.get(what, ()), strict=True):
            rows[int(step) // steps_per_epoch + 1][f"{side}_{what}"] = float(loss)


def stage_rows(outcome: Outcome) -> Iterator[Row]:
    for precision, comparison in _comparisons(outcome):
        for row in comparison.rows:
            yield {
                "case": outcome.case,
                "seed": outcome.seed,
                "precision": precision,
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


def settings_rows(outcome: Outcome) -> Iterator[Row]:
    for row in outcome.judgement.settings if outcome.judgement else ():
        yield {"case": outcome.case, **to_row(row)}


ROWS = {"curves": curve_rows, "epochs": epoch_rows, "stages": stage_rows, "settings": settings_rows}


def _comparisons(outcome: Outcome) -> Iterable[tuple]:
    return outcome.judgement.comparisons.items() if outcome.judgement else ()


def all_tables(outcomes: Sequence[Outcome]) -> dict[str, bytes]:
    """The tables of these outcomes, by the names of their files."""
    tables = {}
    for name, rows_of in {"summary": lambda outcome: [summary_row(outcome)], **ROWS}.items():
        rows = [row for outcome in outcomes for row in rows_of(outcome)]
        tables[f"{name}.csv"] = to_csv(list(dict.fromkeys([*COLUMNS[name], *chain(*rows)])), rows)
    return tables


def to_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A table in UTF-8, with a header. None is written as nothing."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
