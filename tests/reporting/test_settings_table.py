"""Of the settings, the terminal shows those that differ, those alike in one row, with what that does."""

import pytest
from rich.console import Console

from compare.judging.settings import SettingRow
from compare.judging.settings.values import ROUNDED
from compare.reporting.settings_table import groups, settings_table


def shown(*rows):
    """What stands in each line of the table, cell by cell, and the style of each row."""
    table = settings_table(groups(rows))
    cells = [[str(cell) for cell in column.cells] for column in table.columns]
    return list(zip(*cells, strict=True)), [row.style for row in table.rows]


def row(verdict="differs", subject="optimizer", kind="Adam", setting="eps", torch=1e-8, tf=1e-7, note="", name=""):
    return SettingRow(subject, kind, setting, torch, tf, verdict, note, name)


def norms(count, torch=1e-5, tf=1e-3, verdict="differs"):
    return [row(verdict, f"norms.{n}", "LayerNorm", torch=torch, tf=tf, name=f"norm_{n}") for n in range(count)]


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


def test_a_layer_has_both_names_where_they_differ():
    rows = [row(subject="fc", kind="Linear", name="dense_3"), row(subject="out", kind="Conv", name="out")]
    assert [cells[0] for cells in shown(*rows)[0]] == ["fc / dense_3 (Linear)", "out (Conv)"]


def test_a_setting_that_differs_alike_in_many_layers_is_one_row_with_their_number():
    [cells], _ = shown(*norms(12))
    assert cells[:4] == ("12 layers, e.g. norms.0 / norm_0 (LayerNorm)", "eps", "1e-05", "0.001")


def test_layers_in_which_it_does_not_differ_are_counted_too():
    equal = [row("equal", "other", "LayerNorm", torch=1, tf=1)]
    assert shown(*norms(2), *equal)[0][0][0] == "2 of 3 layers, e.g. norms.0 / norm_0 (LayerNorm)"


def test_layers_whose_values_are_others_are_rows_of_their_own_unless_all_are():
    assert [cells[3] for cells in shown(*norms(5), row(subject="n", kind="LayerNorm", torch=1e-5, tf=1e-6))[0]] == [
        "1e-06", "0.001"
    ]  # fmt: skip
    every = [row(subject=f"n.{value}", kind="LayerNorm", torch=0, tf=value) for value in range(1, 9)]
    [cells], _ = shown(*every)
    assert cells[:4] == ("8 layers, e.g. n.1 (LayerNorm)", "eps", "e.g. 0", "e.g. 1")


def test_further_groups_of_an_optimizer_are_not_called_layers():
    [cells], _ = shown(row(), row(subject="optimizer group 2"))
    assert cells[0] == "optimizer (Adam) and 1 more"


def test_what_differs_in_one_layer_of_many_comes_first_and_what_is_rounded_last():
    rare = row(subject="fc.3", kind="Linear", setting="bias")
    alike = [row("equal", f"fc.{n}", "Linear", "bias", 1, 1) for n in range(3)]
    rounded = row(ROUNDED, setting="betas")
    order = shown(rounded, *norms(12), row(), rare, *alike)[0]
    assert [cells[:2] for cells in order] == [
        ("fc.3 (Linear)", "bias"), ("optimizer (Adam)", "eps"),
        ("12 layers, e.g. norms.0 / norm_0 (LayerNorm)", "eps"), ("optimizer (Adam)", "betas"),
    ]  # fmt: skip


def test_values_that_look_like_markup_are_shown_as_they_are():
    console = Console(width=120)
    with console.capture() as capture:
        console.print(settings_table(groups([row(subject="a[bold]b", kind="", torch="[red]", tf="x")])))
    assert "a[bold]b" in capture.get()
    assert "[red]" in capture.get()
