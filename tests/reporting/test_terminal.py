"""The bars grow by what each side has done, and the table at the end shows gaps, losses and times of each case."""

from io import StringIO

import pytest
from rich.console import Console

from compare.inputs.subject import Subject
from compare.reporting.terminal import ProgressBars, summary_table
from compare.running.pool import Progress
from compare.running.request import DrawBatches, TrainCase, Training

SUBJECT = Subject("a_case", steps=40)


@pytest.fixture
def bars():
    with ProgressBars(Console(file=StringIO())) as shown:
        yield shown


def tasks(bars):
    """(completed, total, description) of each side's bar."""
    return {task.fields["side"]: (task.completed, task.total, task.description) for task in bars._bars.tasks}


def progress(step, done=False, side="torch", nudge=None, steps=None):
    request = TrainCase("out", "in", Training("float64", nudge, steps=steps))
    return Progress(side, request, step, done)


def test_a_side_is_importing_until_it_trains(bars):
    assert tasks(bars) == dict.fromkeys(("torch", "tf"), (0, None, "importing"))


def test_as_many_steps_are_expected_as_all_runs_of_all_cases_have(bars):
    bars.expect([40, 10], {"torch": 6, "tf": 4})
    assert {side: total for side, (_, total, _) in tasks(bars).items()} == {"torch": 300, "tf": 200}


def test_the_bar_of_a_side_counts_what_is_done_and_what_is_under_way(bars):
    bars.show(SUBJECT, progress(12))
    bars.show(SUBJECT, progress(39, done=True))
    bars.show(SUBJECT, progress(7, nudge="float64"))
    assert tasks(bars)["torch"] == (47, None, "a_case, float64, nudged")
    assert tasks(bars)["tf"][0] == 0


def test_a_run_that_was_to_end_early_counts_its_own_steps_only(bars):
    bars.show(SUBJECT, progress(0, done=True, steps=3))
    assert tasks(bars)["torch"][0] == 3


def test_what_trains_nothing_moves_no_bar(bars):
    bars.show(SUBJECT, Progress("torch", DrawBatches("out", "my_port.py", 0, 5), 3, done=True))
    assert tasks(bars)["torch"] == (0, None, "importing")


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
