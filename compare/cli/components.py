"""`python -m compare components`: checks them behind a progress bar, writes the table, prints a summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from compare.cli.exits import EQUIVALENT, FAILED, NOT_EQUIVALENT, check_writable, fail
from compare.components.judging import AGREES, DIFFERS, EQUAL, ERROR, ComponentRow
from compare.components.run_components import run_components
from compare.components.selection import choose
from compare.components.spec import Spec
from compare.components.specs import KINDS
from compare.components.table import table
from compare.reporting.files import write_all
from compare.running.options import Options
from compare.running.process import FrameworkUnavailableError

FILE = "components.csv"


def check(names: Sequence[str], options: Options, out: Path) -> int:
    """Check the components of these names or kinds and report on them; returns the exit status."""
    try:
        chosen = choose(names)
    except LookupError as error:
        fail(error.args[0])
    check_writable(out)
    try:
        rows = _run(chosen, options)
    except FrameworkUnavailableError as error:
        fail(str(error))
    try:
        write_all({out / FILE: table(rows)})
    except OSError as error:
        fail(f"{out / FILE} cannot be written: {error.strerror}")
    show(rows, out)
    return status(rows)


def _run(chosen: Mapping[str, tuple[str, Spec]], options: Options) -> list[ComponentRow]:
    """The rows of all components, in the order of `chosen`; they finish in any order."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    rows = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("components", total=len(chosen))
        for row in run_components(chosen, options):
            rows[row.key] = row
            progress.update(task, advance=1, description=row.key)
    return [rows[key] for key in chosen]


def show(rows: list[ComponentRow], out: Path) -> None:
    """Print a line for each kind, then a sentence for each component that does not agree."""
    console = Console()
    console.width = max(console.width, 80) if console.is_terminal else 120
    console.print(summary(rows))
    for row in rows:
        if not _agrees(row):
            console.print(f"[bold]{row.key}[/] {row.verdict}: {escape(row.why)}", highlight=False, soft_wrap=True)
    agree = sum(map(_agrees, rows))
    console.print(f"{agree} of {len(rows)} agree; report: {escape(str(out / FILE))}", highlight=False)


def _agrees(row: ComponentRow) -> bool:
    return row.verdict in (EQUAL, AGREES)


def summary(rows: list[ComponentRow]) -> Table:
    """A line for each kind, with the widest gaps of its components."""
    kinds = Table("kind", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("entries", "agree", "widest forward gap", "widest gradient gap"):
        kinds.add_column(heading, justify="right")
    for kind in KINDS:
        of_kind = [row for row in rows if row.kind == kind]
        if of_kind:
            agree = sum(map(_agrees, of_kind))
            gaps = (_widest(of_kind, "forward_gap"), _widest(of_kind, "gradient_gap"))
            kinds.add_row(kind, str(len(of_kind)), str(agree), *gaps)
    return kinds


def _widest(rows: list[ComponentRow], gap: str) -> str:
    gaps = [getattr(row, gap) for row in rows if getattr(row, gap) is not None]
    return f"{max(gaps):.1e}" if gaps else ""


def status(rows: list[ComponentRow]) -> int:
    """0 where all agree, 1 where one differs, 2 where one failed."""
    verdicts = {row.verdict for row in rows}
    return FAILED if ERROR in verdicts else NOT_EQUIVALENT if DIFFERS in verdicts else EQUIVALENT
