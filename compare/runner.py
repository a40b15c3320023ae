"""Runs studies on the two workers: hands their runs out as jobs, and their traces back, until each has its result."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from compare import cases
from compare.inputs import Inputs, make_inputs, write_inputs
from compare.jobs import Job
from compare.locate import Run
from compare.result import Result
from compare.study import study
from compare.trace import Trace, TraceError
from compare.verdict import Pair
from compare.workers import Event, Workers

SIDES = ("torch", "tf")
PRECISIONS = {"both": ("float64", "float32"), "float64": ("float64",), "float32": ("float32",)}


@dataclass(frozen=True)
class Trial:
    """What to run; "package.module:function" names what a side trains, None is the case's own model file."""

    inputs: Inputs
    torch_side: str | None = None
    tf_side: str | None = None


@dataclass(frozen=True)
class Options:
    """How to run it."""

    precision: str = "both"
    nudged: bool = True
    threads: int = 1
    timeout: float = 120
    torch_python: str | None = None
    tf_python: str | None = None


def run(
    case: str,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    seed: int = 0,
    data_dir: Path | str | None = None,
    torch_side: str | None = None,
    tf_side: str | None = None,
    **options: object,
) -> Result:
    """Run one case on both sides and judge it; the sides as in `Trial`, `options` as in `Options`.

    Raises LookupError for an unknown case, ValueError where there is nothing to train on, DataError where `data_dir`
    cannot be read, FrameworkUnavailableError where a side cannot be started.
    """
    inputs = make_inputs(cases.load(case), seed, epochs, steps, data_dir)
    with closing(run_studies([Trial(inputs, torch_side, tf_side)], Options(**options))) as results:
        return next(results)


def run_studies(
    trials: Iterable[Trial],
    options: Options = Options(),
    on_event: Callable[[Inputs, Event], None] = lambda inputs, event: None,
) -> Iterator[Result]:
    """The result of each, as it comes; the costliest is run first, so that judging it overlaps the others' runs.

    Raises FrameworkUnavailableError where a side cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="compare-") as name:
        pythons = {"torch": options.torch_python, "tf": options.tf_python}
        with Workers(Path(name), pythons, options.threads, options.timeout) as workers:
            opened = {}
            for number, trial in enumerate(sorted(trials, key=_cost, reverse=True)):
                one = _OpenStudy(trial, options, Path(name) / str(number))
                opened[one.inputs_path] = one
                one.submit(workers)
            for event in workers.events():
                one = opened[event.job.inputs]
                if one.result is None:
                    on_event(one.trial.inputs, event)
                    one.take(event, workers)
                    if one.result is not None:
                        yield one.result


def _cost(trial: Trial) -> int:
    return trial.inputs.steps * sum(array.size for array in trial.inputs.weights.values())


class _OpenStudy:
    """A study under way: the runs that it waits for, and the jobs that make them."""

    def __init__(self, trial: Trial, options: Options, directory: Path):
        directory.mkdir()
        self.trial, self._directory = trial, directory
        self.inputs_path = str(directory / "inputs.npz")
        self._sha256 = write_inputs(trial.inputs, Path(self.inputs_path))
        self._study = study(trial.inputs.steps_per_epoch, PRECISIONS[options.precision], options.nudged)
        self._runs: list[Run] = next(self._study)
        self._jobs: dict[tuple[Run, str], Job] = {}
        self._pending: set[str] = set()
        self._traces: list[Trace] = []
        self.result: Result | None = None

    def submit(self, workers: Workers) -> None:
        """Ask for the runs that the study waits for."""
        for run in self._runs:
            for side in SIDES:
                job = self._jobs[run, side] = self._job(run, side)
                self._pending.add(job.id)
                workers.submit(side, job)

    def take(self, event: Event, workers: Workers) -> None:
        """Go on from what became of one of the jobs; sets `result` when that was the last."""
        if event.kind == "failed":
            workers.drop(self._pending)
            self._close(Result(self.trial.inputs, self._sha256, None, (f"{event.side}: {event.message}",)))
        elif event.kind == "done":
            self._pending.discard(event.job.id)
            if not self._pending:
                self._proceed(workers)

    def _proceed(self, workers: Workers) -> None:
        try:
            pairs = [Pair(*(Trace(Path(self._jobs[run, side].trace)) for side in SIDES)) for run in self._runs]
            self._traces += [trace for pair in pairs for trace in pair]
            self._runs = self._study.send(pairs)
        except StopIteration as stop:
            self._close(Result(self.trial.inputs, self._sha256, stop.value))
        except TraceError as error:
            unread = f"a worker left no trace that can be read: {error}"
            self._close(Result(self.trial.inputs, self._sha256, None, (unread,)))
        else:
            self.submit(workers)

    def _close(self, result: Result) -> None:
        self.result = result
        for trace in self._traces:
            trace.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _job(self, run: Run, side: str) -> Job:
        path = self._directory / f"{len(self._jobs)}-{side}.npz"
        return Job(
            id=str(path),
            inputs=self.inputs_path,
            trace=str(path),
            precision=run.precision,
            audits=run.audits,
            nudge=run.nudge,
            steps=run.steps,
            side=self.trial.torch_side if side == "torch" else self.trial.tf_side,
        )
