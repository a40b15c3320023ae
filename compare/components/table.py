"""components.csv: a row per component, with the source of both sides and what to mind in a port."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from compare.components.judging import SIDES, ComponentRow
from compare.components.source import Entry, entries
from compare.reporting.tables import to_csv

COLUMNS = (
    "key", "kind", "torch", "tf", "precision", "forward_gap", "gradient_gap", "allowed", "verdict", "mind", "why",
)  # fmt: skip


def table(rows: Iterable[ComponentRow]) -> bytes:
    """The bytes of the file."""
    return to_csv(COLUMNS, [_cells(row) for row in rows])


def _cells(row: ComponentRow) -> dict:
    torch, tf = (entries(side, row.kind).get(row.key, Entry("", "")) for side in SIDES)
    return {**asdict(row), "torch": torch.code, "tf": tf.code, "mind": torch.lesson}
