"""components.csv: a row a component, with both sides' source and what to mind."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from compare.components.judging import Row
from compare.components.source import Entry, entries

columns = (
    "key", "kind", "torch", "tf", "precision", "forward_gap", "gradient_gap", "allowed", "verdict", "mind", "why",
)  # fmt: skip


def table(rows: Iterable[Row]) -> bytes:
    """The file's bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(cells, rows))
    return text.getvalue().encode()


def cells(row: Row) -> list:
    """What a row says, in the order of `columns`; what is missing is empty, and numbers keep all their digits."""
    torch, tf = (entries(side, row.kind).get(row.key, Entry("", "")) for side in ("torch", "tf"))
    numbers = ("" if number is None else repr(number) for number in (row.forward_gap, row.gradient_gap, row.allowed))
    return [row.key, row.kind, torch.code, tf.code, row.precision, *numbers, row.verdict, torch.mind, row.why]
