"""The command line: `python -m compare` runs every case on both sides, judges them, and writes the report.

Slow modules are imported where they are used, so that `list` and `--help` answer at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compare.cli.common_options import (
    EveryDifference,
    MustFall,
    Nudge,
    Pairs,
    Precision,
    Precisions,
    Seed,
    TfPython,
    Threads,
    Timeout,
    TorchPython,
)
from compare.cli.exits import check_writable, fail
from compare.inputs import cases

if TYPE_CHECKING:
    from compare.inputs.case_inputs import CaseInputs

RESULTS = Path("results")
TEMPLATE = Path(__file__).parents[1] / "inputs" / "port_template.py"
QUICK_STEPS = 2  # the second begins with the weights, buffers and optimizer state that the first left


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog="Exit status: 0 when every case is equivalent, 1 when any is not, 2 for a usage error or a failed run.",
)


@app.callback(invoke_without_command=True)
def default(context: typer.Context) -> None:
    """Train the same models in PyTorch and in TensorFlow from the same bytes, and say whether the two are equivalent.

    Without a command, every case is run in float64 and float32, and the report is written to `results/`.
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
    names: Annotated[list[str] | None, typer.Argument(metavar="CASE", help="The cases to run; by default all.")] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Train for this many epochs instead of the case's own number.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Train for this many steps.")] = None,
    seed: Seed = 0,
    precision: Precisions = Precision.both,
    nudge: Nudge = True,
    data_dir: Annotated[
        Path | None, typer.Option(help="Directory of the real data set, for cases that read one.")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Train only the first two steps of each case, in float64, and compare every tensor."
        ),
    ] = False,
    every: EveryDifference = False,
    out: Annotated[Path, typer.Option(help="Directory of the report.")] = RESULTS,
    torch_python: TorchPython = None,
    tf_python: TfPython = None,
    threads: Threads = 1,
    pairs: Pairs = None,
    timeout: Timeout = 120,
) -> None:
    """Run cases on both sides, judge them, and write the report."""

    def work() -> int:
        from compare.cli import report as console
        from compare.judging.experiments import CaseExperiment
        from compare.running.options import Options

        if quick and (epochs or steps):
            fail(f"--quick trains {QUICK_STEPS} steps: leave --epochs and --steps out")
        trained = "float64" if quick else str(precision)
        workers = threads, timeout, torch_python, tf_python
        options = Options(
            trained, nudge, *workers, falling=not quick, differences="always" if every else "apart", pairs=pairs
        )
        count = QUICK_STEPS if quick else steps
        all_inputs = _make_inputs(names or list(cases.NAMES), epochs, count, seed, data_dir)
        check_writable(out)
        return console.run_and_report([CaseExperiment(inputs) for inputs in all_inputs], options, out)

    _work(work)


@app.command()
def port(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A Python file with batches(rng), torch_side() and tf_side().")
    ],
    steps: Annotated[int, typer.Option(min=1, help="Train on at most this many batches of the port.")] = 100,
    seed: Seed = 0,
    precision: Precisions = Precision.both,
    nudge: Nudge = True,
    must_fall: MustFall = False,
    every: EveryDifference = False,
    explain: Annotated[
        bool, typer.Option("--explain/--no-explain", help="Where the sides part, search the changes that correct it.")
    ] = True,
    patch: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the changes that were found to this file, as a patch.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Directory of the report; by default results/NAME.")] = None,
    torch_python: TorchPython = None,
    tf_python: TfPython = None,
    threads: Threads = 1,
    timeout: Timeout = 120,
) -> None:
    """Run your own port on both sides: equivalent, or where the two first part and which settings differ."""

    def work() -> int:
        from compare.cli import report as console
        from compare.judging.experiments import PortExperiment
        from compare.running.options import Options
        from compare.traces.trace import is_file

        if not is_file(file):
            fail(f"{file} is not a file: `python -m compare new {file}` writes one to start from")
        if file.suffix != ".py":
            fail(f"{file} is not a Python file: its name must end in .py")
        if patch is not None and not explain:
            fail("--patch writes what --explain finds: leave --no-explain out")
        workers = threads, timeout, torch_python, tf_python
        when = "always" if every else "apart"
        options = Options(str(precision), nudge, *workers, must_fall=must_fall, differences=when, explain=explain)
        directory = out or RESULTS / file.stem
        check_writable(directory)
        return console.run_and_report([PortExperiment(file, seed, steps)], options, directory, patch)

    _work(work)


@app.command()
def components(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="The components or kinds to check; by default all.")
    ] = None,
    find: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Show the components that have all these words, and check nothing."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Directory of components.csv.")] = RESULTS,
    torch_python: TorchPython = None,
    tf_python: TfPython = None,
    threads: Threads = 1,
    timeout: Timeout = 120,
) -> None:
    """Check that each layer, loss, optimizer, ... agrees on both sides, or look up how it is written (--find)."""

    def work() -> int:
        if find is not None:
            from compare.cli import find_component as finding

            if names:
                fail(f"--find searches all components: leave {' '.join(names)} out")
            return finding.show(find)
        from compare.cli import components as console
        from compare.running.options import Options

        options = Options(threads=threads, timeout=timeout, torch_python=torch_python, tf_python=tf_python)
        return console.check(names or [], options, out)

    _work(work)


@app.command()
def pitfalls(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="The pitfalls to run; by default all.")] = None,
    area: Annotated[str | None, typer.Option(help="Only those of this area.")] = None,
    find: Annotated[str | None, typer.Option(metavar="TEXT", help="Only those that have all these words.")] = None,
    show: Annotated[str | None, typer.Option(metavar="ID", help="Show this pitfall, and run nothing.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain/--no-explain", help="Search the cause of each naive version.")
    ] = True,
    out: Annotated[Path, typer.Option(help="Directory of pitfalls.csv.")] = RESULTS,
    torch_python: TorchPython = None,
    tf_python: TfPython = None,
    threads: Threads = 1,
    timeout: Timeout = 120,
) -> None:
    """Run the known pitfalls of a port, each as it is naively written and as it is right."""

    def work() -> int:
        from compare.cli import pitfalls as console
        from compare.running.options import Options

        if show is not None:
            return console.show(console.select([show], None, None)[0])
        workers = threads, timeout, torch_python, tf_python
        options = Options("float64", True, *workers, explain=explain)
        return console.run(console.select(ids or [], area, find), options, out)

    _work(work)


@app.command()
def guide(
    area: Annotated[str | None, typer.Option(help="Only the pitfalls of this area.")] = None,
) -> None:
    """Print the guide to porting: what each pitfall shows, why, and what to write."""

    def work() -> int:
        from compare.cli import pitfalls as console

        return console.guide(console.select([], area, None))

    _work(work)


@app.command()
def diff(
    left: Annotated[Path, typer.Argument(help="A trace of a Recorder, or a loss log of any logger.")],
    right: Annotated[Path, typer.Argument(help="The trace or loss log of the other side.")],
    out: Annotated[Path | None, typer.Option(help="Directory of the report; by default results/LEFT_RIGHT.")] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Examples per batch; makes the diagnosis of loss logs more precise.")
    ] = None,
    steps_per_epoch: Annotated[
        int | None, typer.Option(min=1, help="Steps per epoch; makes the diagnosis of loss logs more precise.")
    ] = None,
    must_fall: MustFall = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="The column of the loss in a log, where several may be; twice for the left and the right log."
        ),
    ] = None,
    run: Annotated[
        list[str] | None, typer.Option(help="The run in a log of several, by name or number; twice as --column.")
    ] = None,
) -> None:
    """Compare two loops of your own by their traces (where they first part), or by their loss logs alone."""

    def work() -> int:
        from compare.cli import diff as diffing

        return diffing.diff(left, right, out, RESULTS, batch_size, steps_per_epoch, must_fall, column, run)

    _work(work)


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist yet.")],
) -> None:
    """Write a port to start from; `python -m compare port FILE` runs it."""

    def work() -> int:
        if file.suffix != ".py":
            fail(f"{file} is not a name for a Python file: it must end in .py")
        try:
            with open(file, "x", encoding="utf-8") as written:
                written.write(TEMPLATE.read_text(encoding="utf-8"))
        except FileExistsError:
            fail(f"{file} exists already and was left as it is: give another name")
        except OSError as error:
            fail(f"{file} cannot be written: {error.strerror}")
        typer.echo(f"{file} is written; next: python -m compare port {file}")
        return 0

    _work(work)


def _work(work: Callable[[], int]) -> None:
    """Do a command's work, and exit with its status; SIGTERM ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show a character shows ?
    try:
        raise typer.Exit(work())
    except KeyboardInterrupt:
        fail("interrupted")


def _make_inputs(
    names: list[str], epochs: int | None, steps: int | None, seed: int, data_dir: Path | None
) -> list[CaseInputs]:
    from compare.inputs.case_inputs import make_inputs
    from compare.inputs.datasets import DataError

    try:
        chosen = [cases.load(name) for name in dict.fromkeys(names)]
        if data_dir is not None and not any(case.read_data for case in chosen):
            raise ValueError(f"none of {', '.join(names)} reads a data set: leave --data-dir out")
        return [make_inputs(case, seed, epochs, steps, data_dir if case.read_data else None) for case in chosen]
    except (LookupError, ValueError, DataError) as error:
        fail(error.args[0])
