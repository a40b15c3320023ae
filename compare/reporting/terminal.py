"""What the terminal shows: progress while it runs, a table at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from compare.inputs.subject import Subject
from compare.judging.comparison import ERROR
from compare.reporting.rows import TableRow
from compare.running.pool import Progress
from compare.running.request import SIDES

COLOURS = {"equivalent": "green", "diverged": "red", "not decreasing": "yellow", "error": "red"}


class ProgressBars:
    """One bar per side, which grows when a study asks for more runs."""

    def __init__(self, console: Console):
        self._bars = Bars(
            TextColumn("{task.fields[side]:>5}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("steps"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.description}"),
            console=console,
            transient=True,
        )
        self._tasks = {side: self._bars.add_task("importing", side=side, total=None) for side in SIDES}
        self._done: Counter[str] = Counter()

    def expect(self, steps: Iterable[int], runs_a_case: Mapping[str, int]) -> None:
        """Set the length of the bars: the steps of all cases, times the runs of each on a side, if nothing parts."""
        total = sum(steps)
        for side, task in self._tasks.items():
            self._bars.update(task, total=runs_a_case[side] * total)

    def show(self, of: Subject, progress: Progress) -> None:
        """Move the bar of the side that reports progress."""
        training = getattr(progress.request, "training", None)
        if training is None:
            return
        if progress.done:
            self._done[progress.side] += training.steps or of.steps
        what = f"{of.name}, {training.precision}{', nudged' if training.nudge else ''}"
        completed = self._done[progress.side] + (0 if progress.done else progress.step)
        self._bars.update(self._tasks[progress.side], completed=completed, description=what)

    def __enter__(self) -> ProgressBars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()


def summary_table(rows: Sequence[TableRow], sides: Sequence[str] = SIDES) -> Table:
    """The rows of summary.csv for the terminal; steps by what came closest to its allowance, "gap/allowed".

    `sides` are what the two are called.
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name in ("case", "verdict"):
        table.add_column(name, overflow="fold")
    for name in ("steps", "float64 step", "float32 step", *(f"{side} loss" for side in sides), "ms per step"):
        table.add_column(name, justify="right", overflow="fold")
    for row in rows:
        table.add_row(row["case"], f"[{COLOURS[row['verdict']]}]{row['verdict']}", *_figures(row))
    return table


def _figures(row: TableRow) -> list[str]:
    if row["verdict"] == ERROR:
        return []
    gaps = [
        f"{row[f'{precision}_step_gap']:.0e}/{row[f'{precision}_step_allowed']:.0e}"
        if row.get(f"{precision}_step_gap") is not None
        else ""
        for precision in ("float64", "float32")
    ]
    losses = [f"{row[f'{side}_first_loss']:.4f} → {row[f'{side}_last_loss']:.4f}" for side in SIDES]
    return [str(row["steps"]), *gaps, *losses, f"{row['torch_ms_per_step']:.2f} {row['tf_ms_per_step']:.2f}"]
