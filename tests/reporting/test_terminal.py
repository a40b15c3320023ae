"""The table at the end shows gaps, losses and times of each case."""

import pytest
from rich.console import Console

from compare.reporting.terminal import summary_table

ROW = {
    "case": "a_case", "verdict": "diverged", "steps": 40, "float64_step_gap": 2e-3, "float64_step_allowed": 1e-13,
    "torch_first_loss": 2.0, "torch_last_loss": 0.5, "tf_first_loss": 2.0, "tf_last_loss": 0.25,
    "torch_ms_per_step": 1.234, "tf_ms_per_step": 10.0,
}  # fmt: skip


def printed(*rows):
    console = Console(width=120)
    with console.capture() as capture:
        console.print(summary_table(rows))
    return capture.get().splitlines()


def test_a_case_is_a_line_of_its_figures():
    [line] = [line for line in printed(ROW) if "a_case" in line]
    assert line.split() == [
        "a_case", "diverged", "40", "2e-03/1e-13", "2.0000", "→", "0.5000", "2.0000", "→", "0.2500", "1.23", "10.00"
    ]  # fmt: skip


def test_where_no_step_was_judged_by_itself_there_is_no_figure_of_it():
    [line] = [line for line in printed({**ROW, "float64_step_gap": None}) if "a_case" in line]
    assert line.split()[2:4] == ["40", "2.0000"]


def test_a_case_that_failed_has_no_figures():
    [line] = [line for line in printed({"case": "broken", "verdict": "error"}, ROW) if "broken" in line]
    assert line.split() == ["broken", "error"]


@pytest.mark.parametrize("verdict", ["equivalent", "diverged", "not decreasing"])
def test_every_verdict_is_shown_in_a_colour(verdict):
    console = Console(width=120, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(summary_table([{**ROW, "verdict": verdict}]))
    assert "\x1b[3" in next(line for line in capture.get().splitlines() if verdict.split()[0] in line)
