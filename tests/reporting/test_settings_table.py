"""Of the settings, the terminal shows those that differ, with what that does."""

import pytest
from rich.console import Console

from compare.judging.settings import SettingRow
from compare.judging.settings.values import ROUNDED
from compare.reporting.settings_table import settings_table


def shown(*rows):
    """What stands in each line of the table, cell by cell, and the style of each row."""
    table = settings_table(rows)
    cells = [[str(cell) for cell in column.cells] for column in table.columns]
    return list(zip(*cells, strict=True)), [row.style for row in table.rows]


def row(verdict="differs", subject="optimizer", kind="Adam", setting="eps", torch=1e-8, tf=1e-7, note=""):
    return SettingRow(subject, kind, setting, torch, tf, verdict, note)


def test_a_setting_that_differs_stands_with_both_values_and_the_note():
    [cells], _ = shown(row(note="the first steps are shorter"))
    assert cells == ("optimizer (Adam)", "eps", "1e-08", "1e-07", "the first steps are shorter")


def test_settings_that_are_equal_are_not_shown():
    assert shown(row("equal", tf=1e-8))[0] == []


def test_a_setting_that_one_side_has_not_is_a_dash_there():
    [first, second], _ = shown(row("torch only", tf=None), row("tf only", torch=None))
    assert (first[2:4], second[2:4]) == (("1e-08", "-"), ("-", "1e-07"))


@pytest.mark.parametrize(("verdict", "style"), [("differs", None), (ROUNDED, "dim")])
def test_what_is_only_rounded_is_dim(verdict, style):
    assert shown(row(verdict))[1] == [style]


def test_a_subject_without_a_kind_stands_alone():
    assert shown(row(subject="precision", kind=""))[0][0][0] == "precision"


def test_values_that_look_like_markup_are_shown_as_they_are():
    console = Console(width=120)
    with console.capture() as capture:
        console.print(settings_table([row(subject="a[bold]b", kind="", torch="[red]", tf="x")]))
    assert "a[bold]b" in capture.get()
    assert "[red]" in capture.get()
