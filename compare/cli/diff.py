"""`python -m compare diff`: two recorded loops, or two loss logs, of which only the curves can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.markup import escape

import compare
from compare.cli import report as console
from compare.cli.exits import EQUIVALENT, NOT_EQUIVALENT, check_writable, fail
from compare.logs.diagnose import read_curves
from compare.logs.loss_log import LogError, read_log
from compare.reporting.plot import image
from compare.traces.pairing import PairingError
from compare.traces.trace import TraceError

LOGS = (".csv", ".tsv", ".txt", ".log")
ALIKE = ("equal", "growing like rounding")  # what says nothing against a port


def diff(left: Path, right: Path, out: Path | None, results: Path, **known: int | None) -> int:
    """Compare the two, write and show what is found; the exit status. `known` is what read_curves may be told."""
    logs = [path.suffix.lower() in LOGS for path in (left, right)]
    if any(logs) and not all(logs):
        fail(f"{left} and {right}: one is a loss log, the other a trace: give two of a kind")
    return _diff_logs(left, right, known) if all(logs) else _diff_traces(left, right, out, results)


def _diff_traces(left: Path, right: Path, out: Path | None, results: Path) -> int:
    try:
        result = compare.diff(left, right)
    except (TraceError, PairingError) as error:
        fail(str(error))
    directory = out or results / result.case
    check_writable(directory)
    console.report([result], {f"{result.case}.png": image(result.plot())}, directory)
    return console.status([result])


def _diff_logs(left: Path, right: Path, known: Mapping[str, int | None]) -> int:
    try:
        reading = read_curves(read_log(left), read_log(right), **known)
    except LogError as error:
        fail(str(error))
    screen = Console(soft_wrap=True, highlight=False)
    screen.print(f"[bold]{escape(reading.shape)}[/]: {escape(reading.sentence)}")
    if reading.note:
        screen.print(escape(reading.note))
    screen.print(f"next: {escape(reading.next)}")
    return EQUIVALENT if reading.shape in ALIKE else NOT_EQUIVALENT
