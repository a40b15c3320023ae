"""The command line: `python -m compare` runs every case on both sides, judges them, and writes the report.

Whatever is slow to import is imported where it is used: `list` and `--help` answer at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compare.cli.exits import check_writable, fail
from compare.inputs import cases

if TYPE_CHECKING:
    from compare.inputs.case_inputs import CaseInputs

RESULTS = Path("results")
TEMPLATE = Path(__file__).parents[1] / "inputs" / "port_template.py"
QUICK_STEPS = 2  # the second begins with what the first made of weights, buffers and the optimizer


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

# Options that several commands have.
Seed = Annotated[int, typer.Option(min=0, help="Of the data, the batch order, the weights and the nudge.")]
Precisions = Annotated[
    Precision, typer.Option(help="float64 decides whether they are equivalent, float32 shows working precision.")
]
Nudge = Annotated[
    bool,
    typer.Option(
        "--nudge/--no-nudge",
        help="Measure what rounding does here, by runs whose weights are nudged one ulp. "
        "Without: half the time, and a fixed floor to judge by.",
    ),
]
TorchPython = Annotated[str | None, typer.Option(help="The Python that has torch; by default this one.")]
TfPython = Annotated[str | None, typer.Option(help="The Python that has TensorFlow; by default this one.")]
Threads = Annotated[
    int, typer.Option(min=1, help="Threads a side; TensorFlow with more than one may not repeat itself to the bit.")
]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds that a worker may be silent before its end.")]


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
    seed: Seed = 0,
    precision: Precisions = Precision.both,
    nudge: Nudge = True,
    data_dir: Annotated[Path | None, typer.Option(help="Read the real data set here, where a case has one.")] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Only the first steps of each case, in float64, every tensor of them held up."),
    ] = False,
    out: Annotated[Path, typer.Option(help="Where the report goes.")] = RESULTS,
    torch_python: TorchPython = None,
    tf_python: TfPython = None,
    threads: Threads = 1,
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
        options = Options(trained, nudge, threads, timeout, torch_python, tf_python, falling=not quick)
        count = QUICK_STEPS if quick else steps
        all_inputs = _make_inputs(names or list(cases.NAMES), epochs, count, seed, data_dir)
        check_writable(out)
        return console.run_and_report([CaseExperiment(inputs) for inputs in all_inputs], options, out)

    _work(work)


@app.command()
def port(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A port: batches(rng), torch_side() and tf_side().")],
    steps: Annotated[int, typer.Option(min=1, help="Train on at most this many of its batches.")] = 100,
    seed: Seed = 0,
    precision: Precisions = Precision.both,
    nudge: Nudge = True,
    out: Annotated[Path | None, typer.Option(help="Where the report goes; by default results/NAME.")] = None,
    torch_python: TorchPython = None,
    tf_python: TfPython = None,
    threads: Threads = 1,
    timeout: Timeout = 120,
) -> None:
    """Run your own port on both sides, say whether it is equivalent, or where it first parts and what is set unlike."""

    def work() -> int:
        from compare.cli import report as console
        from compare.judging.experiments import PortExperiment
        from compare.running.options import Options
        from compare.traces.trace import is_file

        if not is_file(file):
            fail(f"{file} is no file: `python -m compare new {file}` writes one to start from")
        if file.suffix != ".py":
            fail(f"{file} is no Python file: its name must end in .py")
        options = Options(str(precision), nudge, threads, timeout, torch_python, tf_python)
        directory = out or RESULTS / file.stem
        check_writable(directory)
        return console.run_and_report([PortExperiment(file, seed, steps)], options, directory)

    _work(work)


@app.command()
def components(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Components or kinds; all by default.")
    ] = None,
    find: Annotated[str | None, typer.Option(metavar="TEXT", help="Only show those that fit the words.")] = None,
    out: Annotated[Path, typer.Option(help="Where components.csv goes.")] = RESULTS,
    torch_python: TorchPython = None,
    tf_python: TfPython = None,
    threads: Threads = 1,
    timeout: Timeout = 120,
) -> None:
    """Look up how a layer, loss, optimizer, ... is written on both sides, and check that the two agree."""

    def work() -> int:
        if find is not None:
            from compare.cli import find_component as finding

            if names:
                fail(f"--find only shows what fits its words: leave {' '.join(names)} out")
            return finding.show(find)
        from compare.cli import components as console
        from compare.running.options import Options

        options = Options(threads=threads, timeout=timeout, torch_python=torch_python, tf_python=tf_python)
        return console.check(names or [], options, out)

    _work(work)


@app.command()
def diff(
    left: Annotated[Path, typer.Argument(help="A trace that a Recorder left, or a loss log in CSV.")],
    right: Annotated[Path, typer.Argument(help="The other side's.")],
    out: Annotated[Path | None, typer.Option(help="Where the report goes; by default results/LEFT_RIGHT.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Of loss logs: examples a batch, if known.")] = None,
    steps_per_epoch: Annotated[int | None, typer.Option(min=1, help="Of loss logs: steps an epoch, if known.")] = None,
) -> None:
    """Compare what two loops of your own left: traces (where they first part), or loss logs (what curves alone say)."""

    def work() -> int:
        from compare.cli import diff as diffing

        return diffing.diff(left, right, out, RESULTS, batch_size, steps_per_epoch)

    _work(work)


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the port is written; must not exist.")],
) -> None:
    """Write a commented port to start from: it runs as it is, with `python -m compare port FILE`."""

    def work() -> int:
        if file.suffix != ".py":
            fail(f"{file}: a port is a Python file, give a name that ends in .py")
        try:
            with open(file, "x", encoding="utf-8") as written:
                written.write(TEMPLATE.read_text(encoding="utf-8"))
        except FileExistsError:
            fail(f"{file} is there already: give another name, nothing was written")
        except OSError as error:
            fail(f"{file} cannot be written: {error.strerror}")
        typer.echo(f"{file} is written; now: python -m compare port {file}")
        return 0

    _work(work)


def _work(work: Callable[[], int]) -> None:
    """Do a command's work, and exit with its status; a signal to end ends it cleanly."""
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
