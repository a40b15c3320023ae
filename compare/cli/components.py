"""`python -m compare components`: run them with a bar, write the table, say what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from compare.cli.exits import EQUIVALENT, FAILED, NOT_EQUIVALENT, check_writable, fail
from compare.components.judging import AGREES, DIFFERS, EQUAL, ERROR, Row
from compare.components.run_components import run_components
from compare.components.selection import choose
from compare.components.specs import KINDS
from compare.components.table import table
from compare.reporting.files import write_all
from compare.running.options import Options
from compare.running.process import FrameworkUnavailableError

FILE = "components.csv"


def check(names: Sequence[str], options: Options, out: Path) -> int:
    """Check the components of these names or kinds, write the table, show it; the exit status."""
    try:
        chosen = choose(names)
    except LookupError as error:
        fail(error.args[0])
    check_writable(out)
    rows: list[Row] = []
    try:
        with _bar() as bar:
            task = bar.add_task("components", total=len(chosen))
            for row in run_components(chosen, options):
                rows.append(row)
                bar.update(task, advance=1, description=row.key)
    except FrameworkUnavailableError as error:
        fail(str(error))
    order = list(chosen)
    rows.sort(key=lambda row: order.index(row.key))
    try:
        write_all({out / FILE: table(rows)})
    except OSError as error:
        fail(f"{out / FILE} cannot be written: {error.strerror}")
    show(rows, out)
    return status(rows)


def _bar() -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=Console(stderr=True), transient=True)


def show(rows: list[Row], out: Path) -> None:
    """A line a kind, then every component that does not agree, in a sentence."""
    console = Console()
    console.width = max(console.width, 80) if console.is_terminal else 120
    console.print(summary(rows))
    for row in rows:
        if row.verdict not in (EQUAL, AGREES):
            console.print(f"[bold]{row.key}[/] {row.verdict}: {escape(row.why)}", highlight=False, soft_wrap=True)
    agree = sum(row.verdict in (EQUAL, AGREES) for row in rows)
    console.print(f"{agree} of {len(rows)} agree; report: {escape(str(out / FILE))}", highlight=False)


def summary(rows: list[Row]) -> Table:
    """A line a kind, with the widest gaps of its components."""
    shown = Table("kind", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("entries", "agree", "widest forward gap", "widest gradient gap"):
        shown.add_column(heading, justify="right")
    for kind in KINDS:
        of_kind = [row for row in rows if row.kind == kind]
        if of_kind:
            agree = sum(row.verdict in (EQUAL, AGREES) for row in of_kind)
            gaps = (_widest(of_kind, "forward_gap"), _widest(of_kind, "gradient_gap"))
            shown.add_row(kind, str(len(of_kind)), str(agree), *gaps)
    return shown


def _widest(rows: list[Row], gap: str) -> str:
    gaps = [getattr(row, gap) for row in rows if getattr(row, gap) is not None]
    return f"{max(gaps):.1e}" if gaps else ""


def status(rows: list[Row]) -> int:
    """0 where all agree, 1 where one differs, 2 where one failed."""
    verdicts = {row.verdict for row in rows}
    return FAILED if ERROR in verdicts else NOT_EQUIVALENT if DIFFERS in verdicts else EQUIVALENT
