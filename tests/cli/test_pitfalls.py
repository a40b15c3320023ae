"""`pitfalls` and `guide`: what is run, the table, the exit status, what is shown, and errors in one line."""

import csv

import pytest
from typer.testing import CliRunner

from compare.cli import app as command_line
from compare.cli import pitfalls as console
from compare.inputs import catalogue
from compare.inputs.catalogue import FIXED
from compare.reporting.pitfall_rows import COLUMNS, OF_CAUSES
from tests.inputs.test_catalogue import folder  # noqa: F401 - a fixture
from tests.reporting.test_pitfall_rows import CAUSE, outcome


@pytest.fixture
def invoke(monkeypatch, folder):  # noqa: F811
    """The command line in this process, with a small catalogue whose versions come to these outcomes."""
    every = catalogue.catalogue(folder)
    monkeypatch.setattr(catalogue, "catalogue", lambda: every)
    asked = []

    def run(*arguments, naive="diverged", fixed="equivalent"):
        def answer(experiments, options):
            asked.extend((each, options) for each in experiments)
            for each in reversed(experiments):
                right = each.tf_function == FIXED
                yield each, outcome(fixed) if right else outcome(naive, causes=(CAUSE,))

        monkeypatch.setattr(console, "run_experiments", answer)
        return CliRunner().invoke(command_line.app, list(map(str, arguments))), asked

    return run


def test_both_versions_of_all_are_run_in_float64_and_a_row_of_each_is_written(invoke, tmp_path):
    done, asked = invoke("pitfalls", "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert [(each.path.stem, each.tf_function) for each, _ in asked] == [
        *(("mse_rows", None), ("mse_rows", FIXED)),
        *(("adam_eps", None), ("adam_eps", FIXED)),
    ]
    assert {(options.precision, options.explain) for _, options in asked} == {("float64", True)}
    with open(tmp_path / "out" / "pitfalls.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(each["id"], each["located"], each["proven"]) for each in rows] == [
        ("mse_rows", "True", "True"),
        ("adam_eps", "True", "True"),
    ]
    with open(tmp_path / "out" / "causes.csv", encoding="utf-8") as file:
        causes = list(csv.DictReader(file))
    assert tuple(causes[0]) == OF_CAUSES
    assert [(each["id"], each["rule"], each["proven"]) for each in causes] == [
        ("mse_rows", "of_settings", "True"),
        ("adam_eps", "of_settings", "True"),
    ]
    assert "2 of 2 part, and are mended, as the catalogue says" in done.output


@pytest.mark.parametrize(
    ("naive", "fixed", "status"), [("equivalent", "equivalent", 1), ("diverged", "diverged", 1), ("error", "error", 2)]
)
def test_the_exit_status_tells_whether_all_are_as_the_catalogue_says(invoke, tmp_path, naive, fixed, status):
    done, _ = invoke("pitfalls", "adam_eps", "--out", tmp_path / "out", naive=naive, fixed=fixed)
    assert done.exit_code == status
    assert "0 of 1" in done.output


def test_only_those_that_are_asked_for_are_run(invoke, tmp_path):
    _, asked = invoke("pitfalls", "--area", "loss", "--no-explain", "--out", tmp_path / "out")
    assert {each.path.stem for each, _ in asked} == {"mse_rows"}
    assert not asked[0][1].explain


def test_one_is_shown_with_its_code_and_nothing_is_run(invoke):
    done, asked = invoke("pitfalls", "--show", "adam_eps")
    assert (done.exit_code, asked) == (0, [])
    assert "Keras' epsilon is added elsewhere." in done.output
    assert "return adam_eps" in done.output


def test_the_guide_has_a_chapter_an_area_and_a_paragraph_a_pitfall(invoke):
    done, _ = invoke("guide")
    assert done.output.startswith(
        "# loss\n\n## Keras' epsilon is summed.\n\n"
        "**What you see:** the loss goes down more slowly.\n\n**Why:** the formula."
    )
    assert "**Write:** write it out.\n\n(adam_eps; keras/src/optimizers/adam.py:117)" in done.output
    assert "# optimizer" not in invoke("guide", "--area", "loss")[0].output


def test_a_name_that_is_not_there_is_an_error_in_one_line(invoke):
    done, _ = invoke("pitfalls", "adam_epss")
    assert done.exit_code == 2
    assert "did you mean adam_eps" in done.output
