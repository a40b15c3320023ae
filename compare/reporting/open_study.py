"""A study under way: the runs that it waits for, the jobs that make them, and what becomes of those."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from compare.inputs.arrays import sha256
from compare.judging.study import Judgement
from compare.reporting.result import Result
from compare.reporting.trial import Options, PortTrial, Trial
from compare.running.execute import Job
from compare.running.pool import Event, Workers
from compare.running.request import SIDES, Run, RunFailedError
from compare.traces.pairing import PairingError
from compare.traces.trace import Trace, TraceError, TracePair


class OpenStudy:
    """Goes on from event to event until it has its `result`."""

    def __init__(self, trial: Trial | PortTrial, options: Options, directory: Path):
        directory.mkdir()
        self.trial, self._directory = trial, directory
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

    def _pairs(self) -> list[TracePair]:
        pairs = []
        for run in self._runs:
            traces = {side: Trace(Path(self._jobs[run, side].trace)) for side in run.sides}
            self._traces += traces.values()
            pairs.append(TracePair(*(traces.get(side) for side in SIDES)))
        return pairs

    def _close(self, judgement: Judgement | None, *errors: str) -> None:
        digest = sha256(self.inputs_path) if self.inputs_path.exists() else ""
        self.result = Result(self.trial.subject(self.inputs_path), digest, judgement, errors)
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
            side=self.trial.torch_side if side == "torch" else self.trial.tf_side,
            weights=start.weights if start else None,
            names=dict(start.names) if start and side == "tf" else None,
            eager=run.eager,
            draw=(self.subject.seed, run.draw) if run.draw else None,
        )
