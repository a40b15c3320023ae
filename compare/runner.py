"""Runs studies on the two workers: hands their runs out as jobs, and their traces back, until each has its result."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from compare import cases, port_inputs
from compare.inputs import Inputs, make_inputs, sha256, write_inputs
from compare.jobs import Job
from compare.pairing import PairingError
from compare.port_study import study_port
from compare.result import Result, Subject
from compare.runs import SIDES, Run, RunFailedError
from compare.study import Judgement, Study, study
from compare.trace import Trace, TraceError
from compare.verdict import Pair
from compare.workers import Event, Workers

# As many as keep both workers busy; a worker keeps what it has built for no more than these.
OPEN_AT_ONCE = 3
PRECISIONS = {"both": ("float64", "float32"), "float64": ("float64",), "float32": ("float32",)}


@dataclass(frozen=True)
class Trial:
    """A case to run; "package.module:function" names what a side trains, None is the case's own model file."""

    inputs: Inputs
    torch_side: str | None = None
    tf_side: str | None = None

    def subject(self, inputs: Path) -> Inputs:
        return self.inputs

    @property
    def name(self) -> str:
        return self.inputs.name

    @property
    def steps(self) -> int:
        return self.inputs.steps

    @property
    def cost(self) -> int:
        return self.inputs.steps * sum(array.size for array in self.inputs.weights.values())

    def study(self, inputs: Path, options: Options) -> Study:
        write_inputs(self.inputs, inputs)
        return study(self.inputs.steps_per_epoch, PRECISIONS[options.precision], options.nudged)


@dataclass(frozen=True)
class PortTrial:
    """A user's port to run: its file, and at most how many of its batches."""

    path: Path
    seed: int = 0
    steps: int = 100
    cost: int = 0

    @property
    def name(self) -> str:
        return self.path.stem

    def subject(self, inputs: Path) -> Subject:
        if not inputs.exists():
            return Subject(self.name, self.seed, self.steps)
        drawn = port_inputs.read(inputs)
        return Subject(drawn.name, self.seed, drawn.steps, drawn.steps_per_epoch)

    @property
    def torch_side(self) -> str:
        return str(self.path.resolve())

    tf_side = torch_side

    def study(self, inputs: Path, options: Options) -> Study:
        return study_port(inputs, self.steps, PRECISIONS[options.precision], options.nudged)


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
    return _run_one(Trial(inputs, torch_side, tf_side), Options(**options))


def run_port(path: Path | str, *, steps: int = 100, seed: int = 0, **options: object) -> Result:
    """Run a port file on both sides and judge it; `options` as in `Options`.

    What is wrong with the file is the result's error. Raises FrameworkUnavailableError where a side cannot be started.
    """
    return _run_one(PortTrial(Path(path), seed, steps), Options(**options))


def _run_one(trial: Trial | PortTrial, options: Options) -> Result:
    with closing(run_studies([trial], options)) as results:
        return next(results)


def run_studies(
    trials: Iterable[Trial | PortTrial],
    options: Options = Options(),
    on_event: Callable[[Subject, Event], None] = lambda subject, event: None,
) -> Iterator[Result]:
    """The result of each, as it comes; the costliest is run first, so that judging it overlaps the others' runs.

    Raises FrameworkUnavailableError where a side cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="compare-") as name:
        pythons = {"torch": options.torch_python, "tf": options.tf_python}
        with Workers(Path(name), pythons, options.threads, options.timeout) as workers:
            waiting = iter(sorted(trials, key=lambda trial: trial.cost, reverse=True))
            opened: dict[str, _OpenStudy] = {}

            def open_next(waiting: Iterable[Trial | PortTrial]) -> None:
                for trial in waiting:
                    one = _OpenStudy(trial, options, Path(name) / str(len(opened)))
                    opened[str(one.inputs_path)] = one
                    one.submit(workers)

            open_next(islice(waiting, OPEN_AT_ONCE))
            for event in workers.events():
                one = opened[event.job.inputs]
                if one.result is None:
                    on_event(one.subject, event)
                    one.take(event, workers)
                    if one.result is not None:
                        open_next(islice(waiting, 1))
                        yield one.result


class _OpenStudy:
    """A study under way: the runs that it waits for, and the jobs that make them."""

    def __init__(self, trial: Trial | PortTrial, options: Options, directory: Path):
        directory.mkdir()
        self._trial, self._directory = trial, directory
        self.inputs_path = directory / "inputs.npz"
        self.subject = trial.subject(self.inputs_path)
        self._study = trial.study(self.inputs_path, options)
        self._runs: list[Run] = next(self._study)
        self._jobs: dict[tuple[Run, str], Job] = {}
        self._made = 0
        self._pending: set[str] = set()
        self._traces: list[Trace] = []
        self.result: Result | None = None

    def submit(self, workers: Workers) -> None:
        """Ask for the runs that the study waits for."""
        self._jobs = {(run, side): self._job(run, side) for run in self._runs for side in run.sides}
        self._pending = {job.id for job in self._jobs.values()}
        for (_, side), job in self._jobs.items():
            workers.submit(side, job)

    def take(self, event: Event, workers: Workers) -> None:
        """Go on from what became of one of the jobs; sets `result` when that was the last."""
        if event.job.id not in self._pending:
            return  # of a run that a failure has made needless
        if event.kind == "failed":
            workers.drop(self._pending)
            failure = RunFailedError(event.side, event.message)
            self._proceed(workers, lambda: self._study.throw(failure))
        elif event.kind == "done":
            self._pending.discard(event.job.id)
            if not self._pending:
                self._proceed(workers, lambda: self._study.send(self._pairs()))

    def _proceed(self, workers: Workers, resume: Callable[[], list[Run]]) -> None:
        try:
            self._runs = resume()
        except StopIteration as stop:
            self._close(stop.value)
        except TraceError as error:
            self._close(None, f"a worker left no trace that can be read: {error}")
        except (RunFailedError, PairingError) as error:
            self._close(None, str(error))
        else:
            self.submit(workers)

    def _pairs(self) -> list[Pair]:
        pairs = []
        for run in self._runs:
            traces = {side: Trace(Path(self._jobs[run, side].trace)) for side in run.sides}
            self._traces += traces.values()
            pairs.append(Pair(*(traces.get(side) for side in SIDES)))
        return pairs

    def _close(self, judgement: Judgement | None, *errors: str) -> None:
        digest = sha256(self.inputs_path) if self.inputs_path.exists() else ""
        self.result = Result(self._trial.subject(self.inputs_path), digest, judgement, errors)
        for trace in self._traces:
            trace.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _job(self, run: Run, side: str) -> Job:
        path = self._directory / f"{self._made}-{side}.npz"
        self._made += 1
        start = run.start
        return Job(
            id=str(path),
            inputs=str(self.inputs_path),
            trace=str(path),
            precision=run.precision,
            audits=run.audits,
            nudge=run.nudge,
            steps=run.steps,
            side=self._trial.torch_side if side == "torch" else self._trial.tf_side,
            weights=start.weights if start else None,
            names=dict(start.names) if start and side == "tf" else None,
            eager=run.eager,
            draw=(self.subject.seed, run.draw) if run.draw else None,
        )
