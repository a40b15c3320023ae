"""`python -m compare diff`: two recorded loops, or two loss logs, of which only the curves can be compared."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from compare.cli import report as console
from compare.cli.exits import EQUIVALENT, NOT_EQUIVALENT, check_writable, fail
from compare.logs.diagnose import diagnose
from compare.logs.loss_log import LogError, read_log
from compare.reporting.experiments import compare_recorded
from compare.reporting.plot import image
from compare.traces.pairing import PairingError
from compare.traces.trace import TraceError

LOGS = (".csv", ".tsv", ".txt", ".log")
CORRECT = ("equal", "growing like rounding")  # the patterns that a correct port shows


def diff(
    left: Path,
    right: Path,
    out: Path | None,
    results: Path,
    batch_size: int | None,
    steps_per_epoch: int | None,
    must_fall: bool,
) -> int:
    """Compare two traces or two logs, write and show the findings; returns the exit status.

    `batch_size` and `steps_per_epoch` make the diagnosis of logs more precise. With `must_fall`, equal losses of traces
    that do not fall are not decreasing.
    """
    logs = [path.suffix.lower() in LOGS for path in (left, right)]
    if any(logs) and not all(logs):
        fail(f"{left} and {right}: one is a loss log, the other a trace: give two traces or two logs")
    if all(logs):
        return _diff_logs(left, right, batch_size, steps_per_epoch)
    return _diff_traces(left, right, out, results, must_fall)


def _diff_traces(left: Path, right: Path, out: Path | None, results: Path, must_fall: bool) -> int:
    try:
        result = compare_recorded(left, right, must_fall)
    except (TraceError, PairingError) as error:
        fail(str(error))
    directory = out or results / result.case
    check_writable(directory)
    console.report([result], {f"{result.case}.png": image(result.plot())}, directory)
    return console.status([result])


def _diff_logs(left: Path, right: Path, batch_size: int | None, steps_per_epoch: int | None) -> int:
    try:
        diagnosis = diagnose(read_log(left), read_log(right), batch_size=batch_size, steps_per_epoch=steps_per_epoch)
    except LogError as error:
        fail(str(error))
    screen = Console(soft_wrap=True, highlight=False)
    screen.print(f"[bold]{escape(diagnosis.pattern)}[/]: {escape(diagnosis.sentence)}")
    if diagnosis.note:
        screen.print(escape(diagnosis.note))
    screen.print(f"next: {escape(diagnosis.advice)}")
    return EQUIVALENT if diagnosis.pattern in CORRECT else NOT_EQUIVALENT
