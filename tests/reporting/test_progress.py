"""What is done of what is wanted is counted by side, told by the kind of run, and shown where somebody watches."""

from io import StringIO

import pytest
from rich.console import Console

from compare.inputs.subject import Subject
from compare.reporting import progress as showing
from compare.reporting.progress import SECONDS_BETWEEN_LINES, ProgressShown, what_run
from compare.running.pool import Progress
from compare.running.request import DrawBatches, TrainCase, Training

SUBJECT = Subject("a_case", steps=40)


@pytest.fixture
def bars():
    with ProgressShown(Console(file=StringIO())) as shown:
        yield shown


def tasks(bars):
    """(completed, total, description) of each side's bar."""
    return {task.fields["side"]: (task.completed, task.total, task.description) for task in bars._bars.tasks}


def progress(step=0, side="torch", nudge=None, steps=None, **said):
    request = TrainCase("out", "in", Training("float64", nudge, steps=steps))
    return Progress(side, request, step, **said)


def test_a_side_is_importing_until_it_trains(bars):
    assert tasks(bars) == dict.fromkeys(("torch", "tf"), (0, None, "importing"))


def test_as_many_steps_are_expected_as_all_runs_of_all_cases_have(bars):
    bars.expect([SUBJECT, Subject("other", steps=10)], {"torch": 6, "tf": 4})
    assert {side: total for side, (_, total, _) in tasks(bars).items()} == {"torch": 300, "tf": 200}


def test_the_bar_of_a_side_counts_what_is_done_and_what_is_under_way(bars):
    bars.expect([SUBJECT], {"torch": 3, "tf": 2})
    bars.show(SUBJECT, progress(12))
    bars.show(SUBJECT, progress(done=True))
    bars.show(SUBJECT, progress(7, nudge="float64"))
    assert tasks(bars)["torch"] == (47, 120, "a_case, float64: free, nudged, run 2 of 3")
    assert tasks(bars)["tf"][:2] == (0, 80)


def test_a_run_that_was_to_end_early_counts_its_own_steps_only(bars):
    bars.show(SUBJECT, progress(done=True, steps=3))
    assert tasks(bars)["torch"][0] == 3


def test_runs_beyond_those_expected_make_the_whole_longer(bars):
    bars.expect([SUBJECT, Subject("other", steps=10)], {"torch": 1, "tf": 1})
    for _ in range(3):
        bars.show(SUBJECT, progress(asked=True))
    assert tasks(bars)["torch"][1] == 130
    bars.show(SUBJECT, progress(1))
    assert tasks(bars)["torch"][2].endswith("run 1 of 3")


def test_a_port_that_has_fewer_batches_makes_it_shorter(bars):
    bars.expect([Subject("a_case", steps=100)], {"torch": 2, "tf": 2})
    bars.show(SUBJECT, progress(asked=True))
    assert tasks(bars)["torch"][1] == 80


def test_of_a_case_that_ended_early_nothing_is_waited_for(bars):
    bars.expect([SUBJECT], {"torch": 6, "tf": 4})
    bars.show(SUBJECT, progress(done=True))
    bars.show(SUBJECT, progress(5))
    bars.end("a_case")
    assert tasks(bars)["torch"][:2] == (40, 40)
    assert tasks(bars)["tf"][:2] == (0, 0)


def test_what_trains_nothing_moves_no_bar(bars):
    bars.show(SUBJECT, Progress("torch", DrawBatches("out", "my_port.py", 0, 5), 3, done=True))
    assert tasks(bars)["torch"] == (0, None, "importing")


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ({}, "free"),
        ({"nudge": "float64"}, "free, nudged"),
        ({"steps": 1}, "the first step"),
        ({"follows": "float64"}, "following"),
        ({"follows": "float64", "nudge": "float64"}, "following, nudged"),
        ({"follows": "float64", "nudge": "float64", "sample": 4}, "confirming, nudge 4"),
        ({"steps": 8, "audits": (7,)}, "audit"),
        ({"steps": 8, "audits": (7,), "follows": "float64"}, "audit"),
        ({"again": True, "steps": 3}, "one step again and again"),
        ({"follows": "float64", "eager": True}, "following, eagerly"),
    ],
)
def test_every_kind_of_run_has_a_name(training, said):
    assert what_run(Training("float64", **training)) == said


@pytest.fixture
def clock(monkeypatch):
    """Sets the time, in seconds since the beginning."""
    monkeypatch.setattr(showing.time, "monotonic", lambda: clock.now)
    clock.now = 1000.0

    def to(seconds):
        clock.now = 1000.0 + seconds

    return to


def clock_of(*events, console, clock):
    with ProgressShown(console) as shown:
        shown.expect([SUBJECT], {"torch": 2, "tf": 1})
        for seconds, event in events:
            clock(seconds)
            shown.show(SUBJECT, event)


def test_where_nobody_watches_a_plain_line_comes_now_and_then(clock):
    stream = StringIO()
    half = SECONDS_BETWEEN_LINES / 2
    events = [(half, progress(10)), (4 * half, progress(20)), (5 * half, progress(30)), (1000, progress(3, "tf"))]
    clock_of(*events, (4000, progress(20, "tf")), console=Console(file=stream, width=40), clock=clock)
    assert stream.getvalue().splitlines() == [
        "compare: torch 20 of 80 steps, tf 0 of 40 steps",
        "compare: torch 30 of 80 steps, tf 3 of 40 steps",  # too early to tell
        # The slower side has done 30 of 80 steps in 4000 s: 50 are left, at 133 s each.
        "compare: torch 30 of 80 steps, tf 20 of 40 steps; about 111 min left",
    ]


def test_a_run_that_is_short_says_nothing_where_nobody_watches(clock):
    stream = StringIO()
    clock_of((SECONDS_BETWEEN_LINES - 1, progress(10)), console=Console(file=stream), clock=clock)
    assert stream.getvalue() == ""


def test_a_terminal_that_moves_no_cursor_gets_plain_lines(clock, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    stream = StringIO()
    clock_of((60, progress(20)), console=Console(file=stream, force_terminal=True), clock=clock)
    assert stream.getvalue() == "compare: torch 20 of 80 steps, tf 0 of 40 steps\n"


def test_a_terminal_gets_bars_which_leave_nothing_but_a_cursor(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = StringIO()
    with ProgressShown(Console(file=stream, force_terminal=True, width=120)) as shown:
        shown.expect([SUBJECT], {"torch": 2, "tf": 1})
        shown.show(SUBJECT, progress(20))
        shown._bars.refresh()
        assert "a_case, float64: free, run 1 of 2" in stream.getvalue()
        assert "20/80" in stream.getvalue()
    assert stream.getvalue().rstrip("\n").endswith("\x1b[2K")  # the last line is erased
    assert stream.getvalue().rindex("\x1b[?25h") > stream.getvalue().rindex("\x1b[?25l")  # the cursor is shown again


def test_what_is_reported_after_the_end_prints_nothing(clock):
    stream = StringIO()
    with ProgressShown(Console(file=stream)) as shown:
        pass
    clock(1000)
    shown.show(SUBJECT, progress(20))
    assert stream.getvalue() == ""
