"""`python -m compare pitfalls`: runs the naive and the right version of each pitfall, and shows what was found.

`--show ID` prints one pitfall; `python -m compare guide` prints all that is said of them, as a guide to porting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax
from rich.table import Table

from compare.cli.exits import EQUIVALENT, FAILED, NOT_EQUIVALENT, check_writable, fail
from compare.inputs.catalogue import FIXED, Pitfall, chosen
from compare.judging.experiments import PortExperiment
from compare.reporting.experiments import run_experiments
from compare.reporting.files import write_all
from compare.reporting.pitfall_rows import COLUMNS, OF_CAUSES, cause_rows, is_right, row
from compare.reporting.result import Result
from compare.reporting.tables import to_csv
from compare.running.options import Options
from compare.running.process import FrameworkUnavailableError

FILE, CAUSES = "pitfalls.csv", "causes.csv"


def select(ids: Sequence[str], area: str | None, find: str | None) -> list[Pitfall]:
    """The pitfalls that are meant; ends the program where there is none."""
    try:
        return chosen(ids, area, find)
    except (LookupError, ValueError) as error:
        fail(error.args[0])


def run(pitfalls: Sequence[Pitfall], options: Options, out: Path) -> int:
    """Run and judge both versions of each, write the table and show a line for each; returns the exit status."""
    check_writable(out)
    try:
        results = _results(pitfalls, options)
        rows = [row(each, results[each.path, None], results[each.path, FIXED]) for each in pitfalls]
        causes = [found for each in pitfalls for found in cause_rows(each, results[each.path, None])]
        write_all({out / FILE: to_csv(COLUMNS, rows), out / CAUSES: to_csv(OF_CAUSES, causes)})
    except FrameworkUnavailableError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{out / FILE} cannot be written: {error.strerror}")
    console = Console()
    console.width = max(console.width, 80) if console.is_terminal else 120
    console.print(summary(rows))
    right = sum(map(is_right, rows))
    said = f"{right} of {len(rows)} part, and are mended, as the catalogue says; report: {escape(str(out / FILE))}"
    console.print(said, highlight=False, soft_wrap=True)
    return status(rows)


def _results(pitfalls: Sequence[Pitfall], options: Options) -> dict[tuple[Path, str | None], Result]:
    """Of both versions of each."""
    experiments = [PortExperiment(each.path, tf_function=function) for each in pitfalls for function in (None, FIXED)]
    results: dict[tuple[Path, str | None], Result] = {}
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("pitfalls", total=len(experiments))
        for experiment, result in run_experiments(experiments, options):
            assert isinstance(experiment, PortExperiment)
            results[experiment.path, experiment.tf_function] = result
            progress.update(task, advance=1, description=experiment.path.stem)
    return results


def summary(rows: Iterable[dict[str, Any]]) -> Table:
    """A line for each pitfall: where its naive version parts, the effect on the loss, and the cause that was found."""
    table = Table("pitfall", "parts at", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("effect", "fixed"):
        table.add_column(heading, justify="right")
    table.add_column("cause", overflow="ellipsis", no_wrap=True, max_width=60)
    for each in rows:
        gaps = (f"{each[name]:.0e}" if each[name] is not None else "" for name in ("effect", "fixed_gap"))
        parts = each["naive_stage"] or each["naive_verdict"]
        cause = f"{each['cause']}{'' if each['proven'] else ' (not proven)'}" if each["cause"] else ""
        table.add_row(each["id"] if is_right(each) else f"[red]{each['id']}[/]", parts, *gaps, escape(cause))
    return table


def status(rows: Iterable[dict[str, Any]]) -> int:
    """0 where all are as the catalogue says, 1 where one is not, 2 where one failed."""
    rows = list(rows)
    if any("error" in (each["naive_verdict"], each["fixed_verdict"]) for each in rows):
        return FAILED
    return EQUIVALENT if all(map(is_right, rows)) else NOT_EQUIVALENT


def show(pitfall: Pitfall, console: Console | None = None) -> int:
    """Print what is said of a pitfall, and its code."""
    console = console or Console()
    said = [f"[bold]{part}:[/] {escape(getattr(pitfall, part))}" for part in ("symptom", "cause", "fix", "source")]
    code = Panel(Syntax(pitfall.code, "python", theme="ansi_dark", background_color="default"), border_style="dim")
    heading = f"[bold]{pitfall.id}[/] [dim]({pitfall.area})[/] {escape(pitfall.title)}"
    console.print(Group(heading, "", *said, "", code), highlight=False)
    return EQUIVALENT


def guide(pitfalls: Iterable[Pitfall], console: Console | None = None) -> int:
    """Print the guide: a chapter an area, a paragraph a pitfall, in Markdown."""
    console = console or Console(soft_wrap=True)
    for area, of_area in groupby(pitfalls, key=lambda each: each.area):
        texts = [f"# {area.replace('_', ' ')}", *map(_paragraphs, of_area)]
        console.print("\n\n".join(texts), "", markup=False, highlight=False, soft_wrap=True, sep="\n")
    return EQUIVALENT


def _paragraphs(each: Pitfall) -> str:
    parts = (("What you see", each.symptom), ("Why", each.cause), ("Write", each.fix))
    said = "\n\n".join(f"**{name}:** {text}" for name, text in parts)
    return f"## {each.title}\n\n{said}\n\n({each.id}; {each.source})"
