"""The CSV tables. A missing value is empty, a NaN is `nan`; floats have enough digits to read back the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from compare.judging.settings import COLUMNS as SETTING_COLUMNS
from compare.reporting import rows
from compare.running.options import PRECISIONS
from compare.running.request import SIDES

if TYPE_CHECKING:
    from compare.reporting.outcome import Outcome

OF_A_PRECISION = [
    f"{precision}_{column}"
    for precision in PRECISIONS["both"]
    for column in ("steps_judged", "step_gap", "step_allowed", "gap", "envelope", "horizon")
]
COLUMNS = {
    "summary": (
        "case", "seed", "verdict", "findings", "steps", *OF_A_PRECISION, "torch_first_loss", "torch_last_loss",
        "tf_first_loss", "tf_last_loss", "first_divergence", "torch_ms_per_step", "tf_ms_per_step", "torch_version",
        "tf_version", "keras_version", "inputs_sha256",
    ),
    "curves": (
        "case", "seed", "precision", "step", "epoch", "torch_loss", "tf_loss", "gap", "envelope", "step_gap",
        "step_allowed", "update_gap", "update_allowed", "update_tensor",
    ),
    "epochs": ("case", "seed", "precision", "epoch", "metric", *SIDES, "gap"),
    "stages": (
        "case", "seed", "precision", "step", "stage", "tensor", "shape", "max_abs", "max_rel", "max_ulp", "allowed",
        "verdict",
    ),
    "settings": ("case", *SETTING_COLUMNS),
    "differences": (
        "case", "seed", "difference", "place", "kind", "cause", "tensor", "count", "gap", "allowed", "effect",
        "torch_line", "tf_line",
    ),
    "findings": ("case", "seed", "finding", "place", "cause", "file", "line", "old", "new", "gap", "closed", "proven"),
    "lines": ("case", "seed", "place", "role", "side", "file", "line", "source", "value", "shape", "note",
              "library"),
}  # fmt: skip

ROWS: dict[str, Callable[[Outcome], Iterable[rows.TableRow]]] = {
    "summary": lambda outcome: [rows.summary(outcome)],
    "curves": rows.curves,
    "epochs": rows.epochs,
    "stages": rows.stages,
    "settings": rows.settings,
    "differences": rows.differences,
    "findings": rows.findings,
    "lines": rows.lines,
}


def all_tables(outcomes: Sequence[Outcome]) -> dict[str, bytes]:
    """The tables of these outcomes, by file name."""
    return {
        f"{name}.csv": to_csv(COLUMNS[name], chain.from_iterable(map(rows_of, outcomes)))
        for name, rows_of in ROWS.items()
    }


def to_csv(columns: Sequence[str], table: Iterable[rows.TableRow]) -> bytes:
    """A table in UTF-8, with a header; None is written as an empty field. ValueError where a row has another column."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()
