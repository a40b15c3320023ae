"""`python -m compare diff`: two recorded loops, or two loss logs, of which only the curves can be compared."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from compare.cli import report as console
from compare.cli.exits import EQUIVALENT, NOT_EQUIVALENT, check_writable, fail
from compare.logs.diagnose import CORRECT, diagnose
from compare.logs.kinds import is_log, why_not_both
from compare.logs.loss_log import LogError, read_log
from compare.reporting.experiments import compare_recorded
from compare.reporting.files import write_all
from compare.reporting.plot import image
from compare.traces.pairing import PairingError
from compare.traces.trace import TraceError

UNPAIRED = "unpaired.txt"


def diff(
    left: Path,
    right: Path,
    out: Path | None,
    results: Path,
    batch_size: int | None,
    steps_per_epoch: int | None,
    must_fall: bool,
    columns: list[str] | None = None,
    runs: list[str] | None = None,
) -> int:
    """Compare two traces or two logs, write and show the findings; returns the exit status.

    `batch_size` and `steps_per_epoch` make the diagnosis of logs more precise. With `must_fall`, equal losses that
    do not fall are not decreasing. `columns` and `runs` choose from logs: one for both, or one for each.
    """
    logs = [is_log(path) for path in (left, right)]
    if any(logs) and not all(logs):
        fail(why_not_both(left, right))
    if all(logs):
        choices = zip(_for_each("--column", columns), _for_each("--run", runs), strict=True)
        return _diff_logs((left, right), list(choices), batch_size, steps_per_epoch, must_fall)
    return _diff_traces(left, right, out, results, must_fall)


def _diff_traces(left: Path, right: Path, out: Path | None, results: Path, must_fall: bool) -> int:
    try:
        result = compare_recorded(left, right, must_fall)
    except TraceError as error:
        fail(str(error))
    except PairingError as error:
        fail(_in_short(error, out or results))
    directory = out or results / result.case
    check_writable(directory)
    console.report([result], {f"{result.case}.png": image(result.plot())}, directory)
    return console.status([result])


def _in_short(error: PairingError, directory: Path) -> str:
    """The message, its long lists cut; whole it is then in a file."""
    if error.in_short == str(error):
        return str(error)
    check_writable(directory)
    write_all({directory / UNPAIRED: f"{error}\n".encode()})
    return f"{error.in_short} (whole in {directory / UNPAIRED})"


def _for_each(option: str, values: list[str] | None) -> tuple[str | None, str | None]:
    """What an option says of the left log and of the right."""
    if len(values or ()) > 2:
        fail(f"{option} was given {len(values or ())} times: give it once for both logs, or once for each")
    return (values[0], values[-1]) if values else (None, None)


def _diff_logs(
    paths: tuple[Path, Path],
    choices: list[tuple[str | None, str | None]],
    batch_size: int | None,
    steps_per_epoch: int | None,
    must_fall: bool,
) -> int:
    try:
        left, right = (read_log(path, *choice) for path, choice in zip(paths, choices, strict=True))
        diagnosis = diagnose(left, right, batch_size=batch_size, steps_per_epoch=steps_per_epoch, must_fall=must_fall)
    except LogError as error:
        fail(str(error))
    screen = Console(soft_wrap=True, highlight=False)
    screen.print(f"[bold]{escape(diagnosis.pattern)}[/]: {escape(diagnosis.sentence)}")
    if diagnosis.note:
        screen.print(escape(diagnosis.note))
    screen.print(f"next: {escape(diagnosis.advice)}")
    return EQUIVALENT if diagnosis.pattern in CORRECT else NOT_EQUIVALENT
