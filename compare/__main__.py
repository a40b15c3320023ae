"""The command line: `python -m compare` runs every case on both sides, judges them, and writes the report.

Whatever is slow to import is imported where it is used: `list` and `--help` answer at once.
"""

from __future__ import annotations

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from compare import cases

if TYPE_CHECKING:
    from compare.inputs import Inputs
    from compare.result import Result
    from compare.runner import Options

EQUIVALENT, NOT_EQUIVALENT, FAILED = 0, 1, 2  # exit status
RESULTS = Path("results")


class Precision(StrEnum):
    """What to train in; float64 decides whether it is the same mathematics, float32 whether it holds in practice."""

    float32 = "float32"
    float64 = "float64"
    both = "both"


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog="Exit status: 0 when every case is equivalent, 1 when any is not, 2 for a usage error or a run that failed.",
)


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Train the same models in PyTorch and in TensorFlow from the same bytes, and say whether the two are equivalent.

    Without a command: every case, in float64 and float32, plain and nudged by one ulp, into `results/`.
    """
    if context.invoked_subcommand is None:
        run()


@app.command("list")
def list_cases() -> None:
    """List the cases."""
    width = max(map(len, cases.NAMES))
    for name in cases.NAMES:
        typer.echo(f"{name:{width}}  {cases.load(name).summary}")


@app.command()
def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="CASE", help="Which cases; all by default.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Train for this many epochs, not the case's own.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Train for this many steps.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the data, the batch order, the weights and the nudge.")] = 0,
    precision: Annotated[
        Precision, typer.Option(help="float64 decides whether they are equivalent, float32 shows working precision.")
    ] = Precision.both,
    nudge: Annotated[
        bool,
        typer.Option(
            "--nudge/--no-nudge",
            help="Measure what rounding does here, by runs whose weights are nudged one ulp. "
            "Without: half the time, and a fixed floor to judge by.",
        ),
    ] = True,
    data_dir: Annotated[Path | None, typer.Option(help="Read the real data set here, where a case has one.")] = None,
    out: Annotated[Path, typer.Option(help="Where the report goes.")] = RESULTS,
    torch_python: Annotated[str | None, typer.Option(help="The Python that has torch; by default this one.")] = None,
    tf_python: Annotated[str | None, typer.Option(help="The Python that has TensorFlow; by default this one.")] = None,
    threads: Annotated[
        int, typer.Option(min=1, help="Threads a side; TensorFlow with more than one may not repeat itself to the bit.")
    ] = 1,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that a worker may be silent before its end.")] = 120,
) -> None:
    """Run cases on both sides, judge them, and write the report."""
    from compare.runner import Options

    options = Options(str(precision), nudge, threads, timeout, torch_python, tf_python)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show a character shows ?
    try:
        all_inputs = _make_inputs(names or list(cases.NAMES), epochs, steps, seed, data_dir)
        _check_writable(out)
        raise typer.Exit(_run_and_report(all_inputs, options, out))
    except KeyboardInterrupt:
        _fail("interrupted")


def _make_inputs(
    names: list[str], epochs: int | None, steps: int | None, seed: int, data_dir: Path | None
) -> list[Inputs]:
    from compare.datasets import DataError
    from compare.inputs import make_inputs

    try:
        chosen = [cases.load(name) for name in dict.fromkeys(names)]
        if data_dir is not None and not any(case.read_data for case in chosen):
            raise ValueError(f"none of {', '.join(names)} reads a data set: leave --data-dir out")
        return [make_inputs(case, seed, epochs, steps, data_dir if case.read_data else None) for case in chosen]
    except (LookupError, ValueError, DataError) as error:
        _fail(error.args[0])


def _check_writable(directory: Path) -> None:
    """Find out before the runs whether their report can be written."""
    import tempfile

    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        _fail(f"{directory} cannot be written to ({error.strerror}): give another directory with --out")


def _run_and_report(all_inputs: list[Inputs], options: Options, out: Path) -> int:
    from rich.console import Console

    from compare.report.terminal import ProgressBars
    from compare.runner import PRECISIONS, Trial, run_studies
    from compare.workers import FrameworkUnavailableError

    results: list[Result] = []
    plots: dict[str, bytes] = {}
    trouble = None
    try:
        with ProgressBars(Console(stderr=True)) as bars:
            bars.expect(all_inputs, len(PRECISIONS[options.precision]) * (1 + options.nudged))
            for result in run_studies(map(Trial, all_inputs), options, bars.show):
                results.append(result)
                plots[f"{result.case}.png"] = _plot(result)  # while the workers go on
    except FrameworkUnavailableError as error:
        trouble = str(error)
    except KeyboardInterrupt:
        trouble = f"interrupted: {len(results)} of {len(all_inputs)} cases had finished"
    if results:
        order = [inputs.case.name for inputs in all_inputs]
        results.sort(key=lambda result: order.index(result.case))
        _write_report(results, plots, out)
        _show_report(results, out)
    if trouble:
        _fail(trouble)
    return _status(results)


def _plot(result: Result) -> bytes:
    from compare.report.plot import image

    return image(result.plot())


def _write_report(results: list[Result], plots: dict[str, bytes], out: Path) -> None:
    from compare.report.files import write_all
    from compare.report.tables import all_tables

    try:
        write_all({out / name: content for name, content in (all_tables(results) | plots).items()})
        for name in {f"{name}.png" for name in cases.NAMES} - set(plots):
            (out / name).unlink(missing_ok=True)  # a plot of an earlier report would contradict the tables
    except OSError as error:
        _fail(f"the report cannot be written to {out}: {error.strerror}")


def _show_report(results: list[Result], out: Path) -> None:
    from rich.console import Console
    from rich.markup import escape

    from compare.report.terminal import summary_table

    console = Console()
    console.width = max(console.width, 80) if console.is_terminal else 120
    console.print(summary_table([result.summary for result in results]))
    for result in results:
        for finding in result.findings:
            console.print(f"[bold]{result.case}[/]: {escape(finding)}", highlight=False, soft_wrap=True)
    tables = "summary.csv, curves.csv, epochs.csv, stages.csv, and a plot a case"
    console.print(f"report: {escape(str(out))}/{tables}", highlight=False)


def _status(results: list[Result]) -> int:
    verdicts = {result.verdict for result in results}
    return FAILED if "error" in verdicts else EQUIVALENT if verdicts == {"equivalent"} else NOT_EQUIVALENT


def _fail(message: str) -> NoReturn:
    typer.echo(f"compare: {message}", err=True)
    raise typer.Exit(FAILED)


if __name__ == "__main__":
    app(prog_name="python -m compare")
