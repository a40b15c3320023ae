"""Progress while experiments run: a bar per side with the run under way and the time left, or a plain line at times.

Notice that studies ask for more runs as they go: what is known of a case is the greater of what was expected and asked.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from compare.inputs.subject import Subject
from compare.running.pool import Progress
from compare.running.request import SIDES, Training

SECONDS_BETWEEN_LINES = 30
REFRESHES_A_SECOND = 4
TELLS_FROM = 0.1  # of the steps: before, what is built and traced at first says little of how long the rest takes


@dataclass
class Work:
    """The steps and runs of one case on one side."""

    expected: int = 0
    asked: int = 0
    done: int = 0
    under_way: int = 0
    runs_expected: int = 0
    runs_asked: int = 0
    runs_done: int = 0
    ended: bool = False

    @property
    def steps(self) -> int:
        """How many there will be, as far as is known."""
        return self.done if self.ended else max(self.expected, self.asked)

    @property
    def run(self) -> str:
        """Which run of how many is under way."""
        return f"run {self.runs_done + 1} of {max(self.runs_expected, self.runs_asked, self.runs_done + 1)}"


class ProgressShown:
    """Counts what both sides report, and shows it on a terminal as bars, elsewhere as a line every half a minute."""

    def __init__(self, console: Console):
        self._console, self._lines = console, not console.is_terminal or console.is_dumb_terminal
        self._bars = Bars(
            TextColumn("{task.fields[side]:>5}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("steps, left"),
            TimeRemainingColumn(compact=True),
            TextColumn("[dim]{task.description}"),
            console=console,
            transient=True,
            refresh_per_second=REFRESHES_A_SECOND,
        )
        self._tasks = {side: self._bars.add_task("importing", side=side, total=None) for side in SIDES}
        self._work: dict[tuple[str, str], Work] = defaultdict(Work)
        self._runs: Mapping[str, int] = dict.fromkeys(SIDES, 0)
        self._began = self._last_line = time.monotonic()

    def expect(self, subjects: Iterable[Subject], runs_a_case: Mapping[str, int]) -> None:
        """What is wanted at least: the runs of each case on a side, if nothing parts."""
        self._runs = runs_a_case
        for subject in subjects:
            for side in SIDES:
                self._expect(subject, side)
        for side, task in self._tasks.items():
            self._bars.update(task, total=self.counted(side)[1])

    def _expect(self, of: Subject, side: str) -> Work:
        work = self._work[of.name, side]
        work.expected, work.runs_expected = of.steps * self._runs[side], self._runs[side]
        return work

    def show(self, of: Subject, progress: Progress) -> None:
        """Take up what a side reports of a run: that it is asked for, its step, its end."""
        training = getattr(progress.request, "training", None)
        if training is None:
            return
        work, steps = self._expect(of, progress.side), training.steps or of.steps
        if progress.asked:
            work.asked, work.runs_asked = work.asked + steps, work.runs_asked + 1
        elif progress.done:
            work.done, work.runs_done, work.under_way = work.done + steps, work.runs_done + 1, 0
        else:
            work.under_way = progress.step
        done, total = self.counted(progress.side)
        what = None
        if not (progress.asked or progress.done):
            what = f"{of.name}, {training.precision}: {what_run(training)}, {work.run}"
        self._bars.update(self._tasks[progress.side], completed=done, total=total, description=what)
        if self._lines:
            self._print_line()

    def end(self, case: str) -> None:
        """A case came to its end: no more of its runs are to come."""
        for side in SIDES:
            self._work[case, side].ended = True
            done, total = self.counted(side)
            self._bars.update(self._tasks[side], completed=done, total=total)

    def counted(self, side: str) -> tuple[int, int]:
        """The steps of a side that are done, and of how many."""
        work = [each for (_, of), each in list(self._work.items()) if of == side]
        done = sum(each.done + (0 if each.ended else each.under_way) for each in work)
        return done, sum(each.steps for each in work)

    def _print_line(self) -> None:
        now = time.monotonic()
        if now - self._last_line < SECONDS_BETWEEN_LINES:
            return
        self._last_line = now
        counts = {side: self.counted(side) for side in SIDES}
        shares = [done / total for done, total in counts.values() if total]
        steps = ", ".join(f"{side} {done} of {total} steps" for side, (done, total) in counts.items())
        share = min(shares, default=0.0)
        told = _time_left((now - self._began) * (1 / share - 1)) if share >= TELLS_FROM else ""
        self._console.print(f"compare: {steps}{told}", highlight=False, soft_wrap=True)

    def __enter__(self) -> ProgressShown:
        if not self._lines:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._lines:
            self._bars.stop()
        self._lines = False  # what a worker still reports is no news


def _time_left(seconds: float) -> str:
    return f"; about {seconds / 60:.0f} min left" if seconds >= 90 else f"; about {seconds:.0f} s left"


def what_run(training: Training) -> str:
    """What kind of run it is, for a reader who waits."""
    if training.again:
        return "one step again and again"
    if training.follows is None:
        kind = "free" if training.steps is None else "the first step" if training.steps == 1 else "audit"
    else:
        kind = "following" if training.steps is None or training.nudge else "audit"
    if training.sample:
        return f"confirming, nudge {training.sample}"
    return f"{kind}{', nudged' if training.nudge else ''}{', eagerly' if training.eager else ''}"
