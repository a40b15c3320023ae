"""A result has its tables and its plot when they are asked for, and not before."""

import subprocess
import sys
from pathlib import Path

import pytest

from compare.inputs.subject import Subject
from compare.reporting.result import Result
from compare.reporting.tables import COLUMNS, ROWS
from tests.helpers.synthetic import result

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def of(tmp_path):
    return result(tmp_path, steps=10)


@pytest.mark.parametrize("name", ["curves", "epochs", "stages"])
def test_a_table_has_the_rows_and_the_columns_of_its_file(of, name):
    table = getattr(of, name)
    assert table.to_dict("records") == list(ROWS[name](of))
    assert tuple(table.columns) == COLUMNS[name]


def test_a_failed_result_has_empty_tables_and_a_summary():
    failed = Result(Subject("a_case"), "", None, ("tf: died",))
    assert all(getattr(failed, name).empty for name in ("settings", "curves", "epochs", "stages"))
    assert failed.summary["verdict"] == "error"


@pytest.mark.parametrize(("suffix", "begins"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_a_plot_is_of_the_kind_that_its_name_says(of, tmp_path, suffix, begins):
    path = tmp_path / f"plot{suffix}"
    of.plot(path)
    assert path.read_bytes().startswith(begins)


def test_a_plot_without_a_suffix_is_a_png(of, tmp_path):
    of.plot(str(tmp_path / "plot"))
    assert (tmp_path / "plot").read_bytes().startswith(b"\x89PNG")


def test_neither_pandas_nor_matplotlib_is_imported_for_a_verdict():
    code = (
        "import sys; from compare.inputs.subject import Subject; from compare.reporting.result import Result; "
        "print(Result(Subject('a'), '', None, ()).verdict, *{'pandas', 'matplotlib'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["error"]
