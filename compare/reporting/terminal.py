"""The figures of all cases, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from compare.judging.comparison import ERROR
from compare.reporting.rows import TableRow
from compare.running.request import SIDES

COLOURS = {"equivalent": "green", "diverged": "red", "not decreasing": "yellow", "error": "red"}


def summary_table(rows: Sequence[TableRow], sides: Sequence[str] = SIDES) -> Table:
    """The rows of summary.csv for the terminal; steps by what came closest to its allowance, "gap/allowed".

    `sides` are what the two are called.
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name in ("case", "verdict"):
        table.add_column(name, overflow="fold")
    for name in ("steps", "float64 step", "float32 step", *(f"{side} loss" for side in sides), "ms per step"):
        table.add_column(name, justify="right", overflow="fold")
    for row in rows:
        table.add_row(row["case"], f"[{COLOURS[row['verdict']]}]{row['verdict']}", *_figures(row))
    return table


def _figures(row: TableRow) -> list[str]:
    if row["verdict"] == ERROR:
        return []
    gaps = [
        f"{row[f'{precision}_step_gap']:.0e}/{row[f'{precision}_step_allowed']:.0e}"
        if row.get(f"{precision}_step_gap") is not None
        else ""
        for precision in ("float64", "float32")
    ]
    losses = [f"{row[f'{side}_first_loss']:.4f} → {row[f'{side}_last_loss']:.4f}" for side in SIDES]
    return [str(row["steps"]), *gaps, *losses, f"{row['torch_ms_per_step']:.2f} {row['tf_ms_per_step']:.2f}"]
