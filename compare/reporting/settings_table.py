"""The settings that differ, for the terminal: a row for all layers in which the same one differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich import box
from rich.markup import escape
from rich.table import Table

from compare.judging.settings import SettingRow, differences, to_row
from compare.judging.settings.values import ROUNDED
from compare.running.request import SIDES

NO_LAYERS = ("optimizer", "loss")  # and what begins with these: further groups and losses
WIDTHS = (40, 16, 19, 19, None)  # of the columns at most, so that most rows take two lines
FEW_VALUES = 3  # of a setting whose values are more, one row says an example


class Group(NamedTuple):
    """Rows in which the same setting differs in the same way, and of how many rows they are."""

    rows: list[SettingRow]
    of: int

    @property
    def where(self) -> str:
        """The subject by the names that both sides give it; of several their number and the first."""
        first, count = self.rows[0], len(self.rows)
        name = first.subject if first.tf_subject in ("", first.subject) else f"{first.subject} / {first.tf_subject}"
        name += f" ({first.kind})" if first.kind else ""
        if count == 1:
            return name
        if first.subject.startswith(NO_LAYERS):
            return f"{name} and {count - 1} more"
        return f"{count}{f' of {self.of}' if self.of > count else ''} layers, e.g. {name}"

    @property
    def values(self) -> tuple[str, str]:
        """Both sides' values; where they differ from layer to layer, those of the first."""
        every = [to_row(row) for row in self.rows]
        one = all((row["torch"], row["tf"]) == (every[0]["torch"], every[0]["tf"]) for row in every)
        torch, tf = (every[0][side] or "-" for side in SIDES)
        return (torch, tf) if one else (f"e.g. {torch}", f"e.g. {tf}")


def groups(rows: Iterable[SettingRow]) -> list[Group]:
    """The rows that differ, those alike in one group: the rarest first, for what differs in one layer alone is a better
    suspect than what does in every one; what is only rounded comes last.
    """
    rows = list(rows)
    of_setting: dict[tuple[str, str, str], list[SettingRow]] = {}
    for row in differences(rows):
        of_setting.setdefault((row.kind, row.setting, row.verdict), []).append(row)
    found = [
        Group(alike, sum((row.kind, row.setting) == (kind, setting) for row in rows))
        for (kind, setting, _), each in of_setting.items()
        for alike in _by_value(each)
    ]
    return sorted(found, key=lambda group: (group.rows[0].verdict == ROUNDED, len(group.rows), -group.of))


def _by_value(rows: list[SettingRow]) -> list[list[SettingRow]]:
    values: dict[str, list[SettingRow]] = {}
    for row in rows:
        values.setdefault(repr((row.torch, row.tf, row.note)), []).append(row)
    return list(values.values()) if len(values) <= FEW_VALUES else [rows]


def settings_table(found: Iterable[Group], sides: Sequence[str] = SIDES) -> Table:
    """A row for each group, with its effect; those that are only rounded are dim. `sides` are their names."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name, most in zip(("", "setting", *sides, "what it does"), WIDTHS, strict=True):
        table.add_column(escape(name), overflow="fold", max_width=most)
    for group in found:
        first = group.rows[0]
        cells = (group.where, first.setting, *group.values, first.note)
        table.add_row(*map(escape, cells), style="dim" if first.verdict == ROUNDED else None)
    return table
