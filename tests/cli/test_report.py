"""Whole runs of the command line: the exit status, the report, and what one side's breakdown does to them."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from compare.cli.report import report, status, write_patch
from compare.inputs.subject import Subject
from compare.reporting.result import Result
from tests.helpers.fake_worker import LAST_WORDS, MESSAGE, ROOT, WARNING
from tests.helpers.processes import assert_consistent, called, fakes, python, table, verdicts

# A silent import counts as silence: a second would do on an idle machine only.
TIMEOUT = 5
KINDS = ("traceback", "findings", "warnings")
CASES = ("linear_regression", "mlp_regression", "binary_classifier", "cifar10_cnn")
SHORT = ("--steps=12", "--precision=float64", "--no-nudge")


def whole_run(tmp_path_factory, *names, torch="trains", tf="trains"):
    directory = tmp_path_factory.mktemp("run")
    out = directory / "out"
    outcome = called("run", *names, *SHORT, f"--timeout={TIMEOUT}", f"--out={out}", *fakes(directory, torch, tf))
    return outcome, out


def row_of(case, out):
    return next(row for row in table(out) if row["case"] == case)


@pytest.fixture(scope="module")
def broken_run(tmp_path_factory):
    """Three cases break down, on either side, each in a way of its own; the last is well."""
    return whole_run(
        tmp_path_factory,
        *CASES,
        torch={"cifar10_cnn": ("fails", 2), "mlp_regression": ("is killed", 3)},
        tf={"binary_classifier": ("exits", 4), "mlp_regression": ("prints", 1)},
    )


@pytest.fixture(scope="module")
def silent_run(tmp_path_factory):
    return whole_run(
        tmp_path_factory,
        "linear_regression",
        "mlp_regression",
        "binary_classifier",
        torch={"mlp_regression": ("hangs", 3)},
        tf={"binary_classifier": ("leaves no trace", 0)},
    )


@pytest.fixture(scope="module")
def infinite_run(tmp_path_factory):
    return whole_run(
        tmp_path_factory,
        "linear_regression",
        "mlp_regression",
        "binary_classifier",
        torch={
            "linear_regression": ("prints", 1),
            "mlp_regression": ("becomes NaN", 7),
            "binary_classifier": ("becomes infinite", 5),
        },
        tf={"mlp_regression": ("becomes NaN", 7)},
    )


@pytest.mark.parametrize("run", ["broken_run", "silent_run", "infinite_run"])
def test_a_report_is_whole_whatever_happens(request, run):
    _, out = request.getfixturevalue(run)
    assert_consistent(out)


def test_cases_that_break_down_are_errors_and_the_others_are_judged(broken_run):
    outcome, out = broken_run
    assert outcome.status == 2
    assert verdicts(out) == dict.fromkeys(CASES, "error") | {"linear_regression": "equivalent"}
    assert {row["case"] for row in table(out, "curves")} == {"linear_regression"}


def test_cases_are_reported_in_the_order_in_which_they_were_asked_for(broken_run):
    assert list(verdicts(broken_run[1])) == list(CASES)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("cifar10_cnn", ["torch: ", MESSAGE, "step 2"]),
        ("mlp_regression", ["torch: ", "SIGKILL", "step 3"]),
        ("binary_classifier", ["tf: ", "exit status 3", "step 4", LAST_WORDS]),
    ],
)
def test_a_breakdown_is_explained_in_the_terminal_and_in_the_table(broken_run, case, said):
    outcome, out = broken_run
    [line] = [line for line in outcome.stdout.splitlines() if line.startswith(f"{case}: ")]
    for words in said:
        assert words in line
        assert words in row_of(case, out)["findings"]


def test_a_case_that_hangs_is_an_error_and_the_others_are_judged(silent_run):
    outcome, out = silent_run
    assert outcome.status == 2
    assert verdicts(out)["linear_regression"] == "equivalent"
    assert verdicts(out)["mlp_regression"] == "error"
    findings = row_of("mlp_regression", out)["findings"]
    for words in ("torch: ", f"{TIMEOUT} s", "--timeout", "step 3"):
        assert words in findings


def test_a_trace_that_is_missing_is_an_error(silent_run):
    _, out = silent_run
    assert row_of("binary_classifier", out)["verdict"] == "error"
    assert "trace" in row_of("binary_classifier", out)["findings"]


def test_losses_that_are_nan_on_both_sides_are_an_error_from_that_step(infinite_run):
    outcome, out = infinite_run
    assert (outcome.status, outcome.stderr.strip()) == (2, "")  # whatever a side prints
    assert verdicts(out)["linear_regression"] == "equivalent"
    assert verdicts(out)["mlp_regression"] == "error"
    assert "both sides are not finite from step 7 on" in row_of("mlp_regression", out)["findings"]


def test_a_loss_that_is_infinite_is_diverged_from_that_step(infinite_run):
    _, out = infinite_run
    assert verdicts(out)["binary_classifier"] == "diverged"
    assert "step 5," in row_of("binary_classifier", out)["findings"]
    assert row_of("binary_classifier", out)["first_divergence"].startswith("step 5,")


def test_losses_that_are_not_finite_are_written_as_such_and_missing_ones_as_nothing(infinite_run, broken_run):
    values = [row["torch_loss"] for row in table(infinite_run[1], "curves") if row["case"] == "mlp_regression"]
    assert np.isfinite([float(value) for value in values[:7]]).all()
    assert set(values[7:]) == {"nan"}
    assert row_of("mlp_regression", broken_run[1])["torch_last_loss"] == ""


def test_a_process_ends_with_status_0_when_all_are_equivalent_and_needs_a_terminal_that_knows_ascii_only(tmp_path):
    out = tmp_path / "new" / "directory"
    arguments = ("run", "linear_regression", "--steps=70", f"--out={out}", *fakes(tmp_path))
    outcome = python(*arguments, PYTHONIOENCODING="ascii")
    assert outcome.status == 0
    assert outcome.stderr.strip() == ""
    assert "equivalent" in outcome.stdout
    assert verdicts(out) == {"linear_regression": "equivalent"}
    assert_consistent(out)


def test_a_warning_in_a_run_is_shown_and_kept_where_the_case_differs_and_kept_where_not(tmp_path):
    deeds = {"linear_regression": ("warns", 1), "mlp_regression": ("warns", 1)}
    sides = fakes(tmp_path, torch=deeds, tf={"mlp_regression": ("becomes NaN", 3)})
    outcome = called("run", *deeds, *SHORT, f"--out={tmp_path / 'out'}", *sides)
    assert verdicts(tmp_path / "out") == {"linear_regression": "equivalent", "mlp_regression": "diverged"}
    shown = [line for line in outcome.stdout.splitlines() if WARNING in line]
    [kept] = {(tmp_path / "out" / f"{case}.warnings.txt").read_text() for case in deeds}
    assert [f"warning, {line}" for line in kept.splitlines()] == shown
    assert len(shown) == 1
    assert shown[0].startswith("warning, torch: ")


def test_a_fault_of_our_own_leaves_its_traceback_beside_the_report_until_the_next_is_whole(tmp_path):
    subject = Subject("linear_regression")
    said = {"in_short": "judging", "warnings": ("torch: w",)}
    faulty = Result(subject, "", None, ("judging failed",), "Traceback: of our own\n", **said)
    whole = Result(subject, "", None, ("a run failed",))
    for result, files in ((faulty, {f"{subject.name}.{kind}.txt" for kind in KINDS}), (whole, set())):
        report([result], {}, tmp_path)
        assert {path.name for path in tmp_path.iterdir() if path.suffix == ".txt"} == files
    assert status([faulty]) == 2


def test_what_draws_plots_is_imported_before_an_interrupt_is_answered_by_a_report():
    code = (
        "import sys; from compare.cli import report; from compare.running.options import Options\n"
        "report.run_experiments = lambda *_: sys.exit('matplotlib.figure' not in sys.modules)\n"
        "report.run_and_report([], Options(), None)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_patch_is_written_if_a_change_was_found_and_else_it_is_said(tmp_path, capsys):
    found, none = (SimpleNamespace(judgement=SimpleNamespace(patch=text)) for text in ("--- a\n+++ b\n", ""))
    write_patch([found, SimpleNamespace(judgement=None)], tmp_path / "fix.patch")
    assert (tmp_path / "fix.patch").read_text() == "--- a\n+++ b\n"
    write_patch([none], tmp_path / "none.patch")
    assert not (tmp_path / "none.patch").exists()
    assert "no change was found" in capsys.readouterr().err
