"""From experiments to their results: runs them on pairs of workers, several at once, and has each studied."""

from __future__ import annotations

import queue
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import format_exc

from compare.inputs.arrays import sha256
from compare.inputs.subject import Subject
from compare.judging.experiments import Experiment
from compare.judging.judgement import Judgement
from compare.judging.recorded import judge_recorded
from compare.judging.run import Run, Wanted
from compare.reporting.result import Result
from compare.running.options import Options
from compare.running.pool import Pool, Progress
from compare.running.process import FrameworkUnavailableError
from compare.running.request import Request, RequestFailedError, TrainPort
from compare.running.scheduler import Answer, at_once
from compare.running.warned import once_each
from compare.traces.pairing import PairingError
from compare.traces.trace import Trace, TraceError

# Enough studies to keep both workers of a pair busy; a worker keeps the built sides of this many cases.
OPEN_AT_ONCE = 3
DEFAULTS = Options()

Watcher = Callable[[Subject, Progress], None]


def compare_recorded(left: Path, right: Path, must_fall: bool = False) -> Result:
    """Judge the traces of two recorded loops; `must_fall` as in `judge_recorded`.

    Raises TraceError where one cannot be read or both are one file, PairingError where their weights do not pair.
    """
    subject, judgement = judge_recorded(left, right, must_fall)
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
        pools = [
            opened.enter_context(options.pool(_made(temporary / f"pair{number}"), OPEN_AT_ONCE))
            for number in range(min(options.pairs_at_once, len(ordered)))
        ]
        free = queue.SimpleQueue[Pool]()
        for pool in pools * OPEN_AT_ONCE:
            free.put(pool)
        studies = [
            partial(_on_one_of, free, partial(_result_of, experiment, options, temporary / str(number), watcher))
            for number, experiment in enumerate(ordered)
        ]
        yield from at_once(OPEN_AT_ONCE * len(pools), studies)


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory


def _on_one_of(
    free: queue.SimpleQueue[Pool], study: Callable[[Pool, Callable[[], None]], Answer], begun: Callable[[], None]
) -> Answer:
    """A study, all of whose runs are made by one pair: a side is built once for them."""
    pool = free.get()
    try:
        return study(pool, begun)
    finally:
        free.put(pool)


def _result_of(
    experiment: Experiment,
    options: Options,
    directory: Path,
    watcher: Watcher,
    pool: Pool,
    begun: Callable[[], None],
) -> tuple[Experiment, Result]:
    """Study one experiment; an error in it becomes its own result.

    `begun` is called when its first runs are queued.
    """
    directory.mkdir()
    inputs, subject = directory / "inputs.npz", experiment.subject
    judgement: Judgement | None = None
    errors: tuple[str, ...] = ()
    traceback = in_short = ""
    warned: list[str] = []

    def watch(progress: Progress) -> None:
        if not _is_changed(progress.request):
            warned.extend(f"{progress.side}: {warning}" for warning in progress.warnings)
        watcher(subject, progress)

    with ExitStack() as opened:
        try:
            subject = experiment.write(inputs, pool)
            request = partial(experiment.request, inputs=str(inputs))
            run = _run(pool, directory, request, opened, watch, begun)
            judgement = experiment.study(run, inputs, options)
        except TraceError as error:
            errors = (f"a worker left no readable trace: {error}",)
        except PairingError as error:
            errors, in_short = (str(error),), error.in_short
        except RequestFailedError as error:
            errors = (str(error),)
        except FrameworkUnavailableError:
            raise
        except Exception as error:
            errors = (
                f"judging failed ({type(error).__name__}: {error}): a fault of this program, not of the training",
            )
            traceback = format_exc()
    result = Result(
        subject, sha256(inputs) if inputs.exists() else "", judgement, errors, traceback, in_short, once_each(warned)
    )
    shutil.rmtree(directory, ignore_errors=True)
    return experiment, result


def _is_changed(request: Request) -> bool:
    """Whether it runs files that were changed to try something: what these warn of is not the port's."""
    return isinstance(request, TrainPort) and bool(request.training.patches)


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

    def run(*wanted: Wanted) -> list[Trace]:
        paths = [directory / f"{number}.npz" for _, number in zip(wanted, numbers, strict=False)]
        asked = zip(wanted, paths, strict=True)
        requests = [(side, request(training, side, output=str(path))) for (side, training), path in asked]
        for side, wish in requests:
            watcher(Progress(side, wish, 0, asked=True))
        pool.fulfil(requests, watcher, queued)
        return [opened.enter_context(Trace(path, just_written=True)) for path in paths]

    return run
