"""components.csv: the columns in their order, numbers with all their digits, the sources of both sides."""

import csv

from compare.components.judging import ComponentRow
from compare.components.table import COLUMNS, table


def read(row):
    [found] = csv.DictReader(table([row]).decode().splitlines())
    return found


def test_numbers_in_the_table_read_back_the_same():
    found = read(ComponentRow("relu", "activations", "float64", "differs", "", 0.1 + 0.2, float("inf"), 1e-12))
    assert [float(found[name]) for name in ("forward_gap", "gradient_gap", "allowed")] == [
        0.1 + 0.2,
        float("inf"),
        1e-12,
    ]


def test_a_gap_that_was_not_measured_is_an_empty_cell():
    found = read(ComponentRow("relu", "activations", "float64", "error", "tf: no such thing"))
    assert tuple(found) == COLUMNS
    assert {name for name in found if found[name] == ""} == {"forward_gap", "gradient_gap", "allowed"}
    assert (found["key"], found["kind"], found["verdict"], found["why"]) == (
        "relu", "activations", "error", "tf: no such thing",
    )  # fmt: skip


def test_the_sources_and_the_lesson_are_those_of_the_files():
    found = read(ComponentRow("glu_channels", "activations", "float64", "equal"))
    assert (found["torch"], found["tf"]) == ("F.glu(x, dim=1)", "keras.activations.glu(x)")
    assert found["mind"].startswith("PyTorch's GLU takes the last axis by default;")


def test_a_component_without_a_source_has_a_row_all_the_same():
    found = read(ComponentRow("no_such", "activations", "float64", "error"))
    assert (found["torch"], found["tf"], found["mind"]) == ("", "", "")
