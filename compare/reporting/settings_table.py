"""The settings that differ, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from compare.judging.settings import SettingRow, differences, to_row
from compare.judging.settings.values import ROUNDED
from compare.running.request import SIDES


def settings_table(rows: Iterable[SettingRow], sides: Sequence[str] = SIDES) -> Table:
    """The rows that differ, with the effect of each; those that are only rounded are dim. `sides` are their names."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("", "setting", *sides, "what it does"):
        table.add_column(name, overflow="fold")
    for row in differences(rows):
        text = {name: escape(value) for name, value in to_row(row).items()}
        where = f"{text['subject']} ({text['kind']})" if text["kind"] else text["subject"]
        cells = (where, text["setting"], text["torch"] or "-", text["tf"] or "-", text["note"])
        table.add_row(*cells, style="dim" if row.verdict == ROUNDED else None)
    return table
