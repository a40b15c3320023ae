"""Runs experiments behind what shows their progress, writes the report, and shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from compare.cli.exits import EQUIVALENT, FAILED, NOT_EQUIVALENT, fail
from compare.inputs import cases
from compare.judging.experiments import Experiment
from compare.reporting.experiments import run_experiments
from compare.reporting.files import write_all
from compare.reporting.plot import image
from compare.reporting.progress import ProgressShown
from compare.reporting.result import Result
from compare.reporting.screen import all_findings, findings_file, print_screens, screens, warnings_file
from compare.reporting.tables import all_tables
from compare.reporting.terminal import summary_table
from compare.running.options import Options
from compare.running.process import FrameworkUnavailableError
from compare.running.request import SIDES

KINDS_OF_FILES = (".png", ".traceback.txt", ".findings.txt", ".warnings.txt")  # that a report may hold of a case


def run_and_report(experiments: Sequence[Experiment], options: Options, out: Path, patch: Path | None = None) -> int:
    """Run and judge all, write and show the report, and the `patch` if one is asked for; returns the exit status."""
    import matplotlib.figure  # noqa: F401 - slow; and an import that Ctrl-C cuts off leaves half a module to draw with

    results: list[Result] = []
    plots: dict[str, bytes] = {}
    trouble = None
    try:
        with ProgressShown(Console(stderr=True)) as shown:
            shown.expect([one.subject for one in experiments], options.runs_a_case)
            for _, result in run_experiments(experiments, options, shown.show):
                results.append(result)
                shown.end(result.case)
                plots[result.case] = image(result.plot())  # while the workers go on
    except FrameworkUnavailableError as error:
        trouble = str(error)
    except KeyboardInterrupt:
        trouble = f"interrupted: {len(results)} of {len(experiments)} cases had finished"
    if results:
        order = [one.subject.name for one in experiments]
        results.sort(key=lambda result: order.index(result.case))
        drawn = {result.case: plots.get(result.case) or image(result.plot()) for result in results}
        report(results, {f"{case}.png": plot for case, plot in drawn.items()}, out)
    if patch is not None:
        write_patch(results, patch)
    if trouble:
        fail(trouble)
    return status(results)


def report(results: list[Result], plots: dict[str, bytes], out: Path) -> None:
    """Write the report, all of it or nothing, and show it."""
    console = Console()
    console.width = max(console.width, 80) if console.is_terminal else 120
    sides = next((result.judgement.sides for result in results if result.judgement), SIDES)
    figures = summary_table([result.summary for result in results], sides)
    shown = screens(results, console, taken=len(console.render_lines(figures)))
    tables = all_tables(results)
    faults = {f"{result.case}.traceback.txt": result.traceback.encode() for result in results if result.traceback}
    whole = {findings_file(one): all_findings(one) for one, screen in zip(results, shown, strict=True) if screen.cut}
    whole |= {warnings_file(one): "\n".join([*one.warnings, ""]).encode() for one in results if one.warnings}
    _write(tables | plots | faults | whole, {*cases.NAMES, *(result.case for result in results)}, out)
    console.print(figures)
    files = f"{', '.join(tables)}, and a plot per case"
    print_screens(shown, results, console, f"report: {escape(str(out))}/{files}")
    for name in faults:
        Console(stderr=True).print(f"please report the fault with {escape(str(out / name))}", highlight=False)


def write_patch(results: Sequence[Result], path: Path) -> None:
    """Write the changes that were found, if any were."""
    text = "".join(result.judgement.patch for result in results if result.judgement)
    if not text:
        Console(stderr=True).print(f"no change was found, so {escape(str(path))} was not written", highlight=False)
        return
    try:
        write_all({path: text.encode()})
    except OSError as error:
        fail(f"the patch cannot be written to {path}: {error.strerror}")
    Console().print(f"patch: {escape(str(path))}, for `patch -p0` beside the port", highlight=False)


def _write(files: dict[str, bytes], names: Iterable[str], out: Path) -> None:
    """Write all files; those of an earlier report on cases of these names, which would contradict them, are removed."""
    try:
        write_all({out / name: content for name, content in files.items()})
        for name in (f"{case}{kind}" for case in names for kind in KINDS_OF_FILES):
            if name not in files:
                (out / name).unlink(missing_ok=True)
    except OSError as error:
        fail(f"the report cannot be written to {out}: {error.strerror}")


def status(results: list[Result]) -> int:
    """0 where all are equivalent, 1 where one is not, 2 where one failed."""
    verdicts = {result.verdict for result in results}
    return FAILED if "error" in verdicts else EQUIVALENT if verdicts == {"equivalent"} else NOT_EQUIVALENT
