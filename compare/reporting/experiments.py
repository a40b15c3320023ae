"""From an experiment to its result: writes the inputs, gives the study a way to make runs, takes its judgement.

An experiment knows the requests to its two sides; everything else is the same for cases and ports.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from compare.inputs.arrays import sha256
from compare.inputs.case_inputs import CaseInputs, write_inputs
from compare.inputs.port_inputs import read
from compare.inputs.subject import Subject
from compare.judging.judgement import Judgement, Run
from compare.judging.port_study import study_port
from compare.judging.recorded import judge_recorded
from compare.judging.study import study
from compare.reporting.result import Result
from compare.running.options import Options
from compare.running.pool import Pool, Progress
from compare.running.request import (
    SIDES,
    DrawBatches,
    Request,
    RequestFailedError,
    TrainCase,
    Training,
    TrainPort,
)
from compare.running.scheduler import at_once
from compare.traces.pairing import PairingError
from compare.traces.trace import Trace, TraceError, TracePair

# Enough studies to keep both workers busy; a worker keeps the built sides of this many cases.
OPEN_AT_ONCE = 3
DEFAULTS = Options()

Watcher = Callable[[Subject, Progress], None]


@dataclass(frozen=True)
class CaseExperiment:
    """A case to run; "package.module:function" makes a side in place of the case's own model file (None)."""

    inputs: CaseInputs
    torch_function: str | None = None
    tf_function: str | None = None

    @property
    def subject(self) -> Subject:
        return self.inputs.subject

    @property
    def cost(self) -> int:
        return self.inputs.steps * sum(array.size for array in self.inputs.weights.values())

    def request(self, training: Training, side: str, inputs: str, output: str) -> TrainCase:
        return TrainCase(output, inputs, training, self.torch_function if side == "torch" else self.tf_function)

    def write(self, path: Path, pool: Pool) -> Subject:
        """Write the inputs."""
        write_inputs(self.inputs, path)
        return self.subject

    def study(self, run: Run, path: Path, options: Options) -> Judgement:
        steps_per_epoch = self.inputs.steps_per_epoch if options.falling else None
        return study(run, steps_per_epoch, options.precisions, options.nudged)


@dataclass(frozen=True)
class PortExperiment:
    """A user's port to run: its file, and at most how many of its batches."""

    path: Path
    seed: int = 0
    steps: int = 100
    cost: int = 0

    @property
    def subject(self) -> Subject:
        return Subject(self.path.stem, self.seed, self.steps)

    @property
    def file(self) -> str:
        return str(self.path.resolve())

    def request(self, training: Training, side: str, inputs: str, output: str) -> TrainPort:
        return TrainPort(output, inputs, training, self.file)

    def write(self, path: Path, pool: Pool) -> Subject:
        """Have a worker write the inputs: a port's file can be read only where its framework is installed."""
        pool.fulfil([("torch", DrawBatches(str(path), self.file, self.seed, self.steps))])
        return read(path).subject

    def study(self, run: Run, path: Path, options: Options) -> Judgement:
        return study_port(run, read(path), path.with_name("weights.npz"), options.precisions, options.nudged)


Experiment = CaseExperiment | PortExperiment


def compare_recorded(left: Path, right: Path) -> Result:
    """Judge the traces of two recorded loops, one of each side in any order.

    Raises TraceError where one cannot be read or both are of one side, PairingError where their weights do not pair.
    """
    subject, judgement = judge_recorded(left, right)
    return Result(subject, "", judgement)


def run_experiment(experiment: Experiment, options: Options = DEFAULTS) -> Result:
    """Run one experiment, and judge it."""
    [(_, result)] = run_experiments([experiment], options)
    return result


def run_experiments(
    experiments: Iterable[Experiment], options: Options = DEFAULTS, watcher: Watcher = lambda subject, progress: None
) -> Iterator[tuple[Experiment, Result]]:
    """Each experiment with its result, as it comes; the costliest runs first, so that its judging overlaps other runs.

    `watcher` is called from other threads. Raises FrameworkUnavailableError where a side cannot be started.
    """
    ordered = sorted(experiments, key=lambda experiment: experiment.cost, reverse=True)
    with ExitStack() as opened:
        temporary = Path(opened.enter_context(TemporaryDirectory(prefix="compare-", ignore_cleanup_errors=True)))
        pool = opened.enter_context(options.pool(temporary, OPEN_AT_ONCE))
        studies = [
            partial(_result_of, experiment, options, pool, temporary / str(number), watcher)
            for number, experiment in enumerate(ordered)
        ]
        yield from at_once(OPEN_AT_ONCE, studies)


def _result_of(
    experiment: Experiment,
    options: Options,
    pool: Pool,
    directory: Path,
    watcher: Watcher,
    begun: Callable[[], None],
) -> tuple[Experiment, Result]:
    """Study one experiment; an error in it becomes its own result.

    `begun` is called when its first runs are queued.
    """
    directory.mkdir()
    inputs, subject = directory / "inputs.npz", experiment.subject
    judgement: Judgement | None = None
    errors: tuple[str, ...] = ()
    with ExitStack() as opened:
        try:
            subject = experiment.write(inputs, pool)
            request = partial(experiment.request, inputs=str(inputs))
            run = _run(pool, directory, request, opened, partial(watcher, subject), begun)
            judgement = experiment.study(run, inputs, options)
        except TraceError as error:
            errors = (f"a worker left no readable trace: {error}",)
        except (RequestFailedError, PairingError) as error:
            errors = (str(error),)
    result = Result(subject, sha256(inputs) if inputs.exists() else "", judgement, errors)
    shutil.rmtree(directory, ignore_errors=True)
    return experiment, result


def _run(
    pool: Pool,
    directory: Path,
    request: Callable[..., Request],
    opened: ExitStack,
    watcher: Callable[[Progress], None],
    queued: Callable[[], None],
) -> Run:
    """The function that a study calls to make runs; their traces stay open until the study ends."""
    numbers = count()

    def run(trainings: Sequence[Training], sides: Sequence[str] = SIDES) -> list[TracePair]:
        asked = [
            {side: request(training, side, output=str(directory / f"{number}-{side}.npz")) for side in sides}
            for training, number in zip(trainings, numbers, strict=False)
        ]
        pool.fulfil([each for requests in asked for each in requests.items()], watcher, queued)
        paths = [{side: Path(requests[side].output) for side in sides} for requests in asked]
        return [
            TracePair._make(opened.enter_context(Trace(each[side])) if side in each else None for side in SIDES)
            for each in paths
        ]

    return run
