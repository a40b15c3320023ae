"""Runs studies on the two workers: hands their runs out as jobs, and their traces back, until each has its result."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.inputs.subject import Subject
from compare.judging.recorded import judge_recorded
from compare.reporting.open_study import OpenStudy
from compare.reporting.result import Result
from compare.reporting.trial import Options, PortTrial, Trial
from compare.running.pool import Event, Workers

# As many as keep both workers busy; a worker keeps what it has built for no more than these.
OPEN_AT_ONCE = 3
DEFAULTS = Options()


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


def compare_recorded(left: Path | str, right: Path | str) -> Result:
    """Judge the traces of two recorded loops, one of each side in any order.

    Raises TraceError where one cannot be read or is of the wrong side, PairingError where their weights do not pair.
    """
    subject, judgement = judge_recorded(Path(left), Path(right))
    return Result(subject, "", judgement)


def _run_one(trial: Trial | PortTrial, options: Options) -> Result:
    with closing(run_studies([trial], options)) as results:
        return next(results)[1]


def run_studies(
    trials: Iterable[Trial | PortTrial],
    options: Options = DEFAULTS,
    on_event: Callable[[Subject, Event], None] = lambda subject, event: None,
) -> Iterator[tuple[Trial | PortTrial, Result]]:
    """Each with its result, as it comes; the costliest is run first, so that judging it overlaps the others' runs.

    Raises FrameworkUnavailableError where a side cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="compare-") as name:
        pythons = {"torch": options.torch_python, "tf": options.tf_python}
        with Workers(Path(name), pythons, options.threads, options.timeout) as workers:
            waiting = iter(sorted(trials, key=lambda trial: trial.cost, reverse=True))
            opened: dict[str, OpenStudy] = {}

            def open_next(waiting: Iterable[Trial | PortTrial]) -> None:
                for trial in waiting:
                    one = OpenStudy(trial, options, Path(name) / str(len(opened)))
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
                        yield one.trial, one.result
