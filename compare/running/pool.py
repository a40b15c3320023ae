"""The two worker processes: starts them, hands out jobs one at a time, and survives whatever becomes of them.

A worker that dies, hangs or cannot import costs the job that it had; the next job gets a new process.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compare.running.execute import Job

PACKAGES = {"torch": "torch_impl", "tf": "tf_impl"}
FRAMEWORKS = {"torch": "torch", "tf": "tensorflow"}
ROOT = Path(__file__).resolve().parents[2]
SECONDS_BETWEEN_LOOKS = 0.5


class FrameworkUnavailableError(Exception):
    """A side that cannot be started at all; the message says what to install, and where."""


@dataclass(frozen=True)
class Event:
    """What became of a job: "progress" (with the step), "done", or "failed" (with the message)."""

    side: str
    kind: str
    job: Job
    step: int = 0
    message: str = ""


@dataclass
class Worker:
    """One side's process and the jobs that wait for it."""

    side: str
    python: str
    threads: int
    log: Path
    answers: queue.Queue[tuple[Worker, subprocess.Popen, dict[str, Any]]]
    waiting: deque[Job] = field(default_factory=deque)
    current: Job | None = None
    step: int = 0
    ready: bool = False
    process: subprocess.Popen | None = None
    heard: float = 0.0  # when it last said anything (time.monotonic)

    def start(self) -> None:
        """Start the process, and a thread that listens to it."""
        command = [self.python, "-m", PACKAGES[self.side], "--jobs", "--threads", str(self.threads)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        self.ready, self.heard = False, time.monotonic()
        try:
            with open(self.log, "wb") as log:
                self.process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment,
                    text=True, bufsize=1, encoding="utf-8", errors="replace", start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            raise FrameworkUnavailableError(
                f"{self.python} cannot be started ({error.strerror}): give --{self.side}-python a Python"
            ) from error
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen) -> None:
        for line in process.stdout:
            if (answer := _event(line)) is not None:
                self.answers.put((self, process, answer))
        self.answers.put((self, process, {"event": "exit", "code": process.wait()}))

    def hand_out(self) -> None:
        """Give the next job, if it is idle and there is one; start the process if there is none."""
        if self.current is not None or not self.waiting:
            return
        if self.process is None:
            self.start()
        self.current, self.step, self.heard = self.waiting.popleft(), 0, time.monotonic()
        # A broken pipe: it died between two jobs. Its exit is on its way, and fails the job.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(self.current.to_line())

    def stop(self) -> None:
        """End the process at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            self.process = None

    def last_words(self) -> str:
        """The last line that it wrote to standard error."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


class Workers:
    """Both sides' workers; a context manager that leaves no process behind.

    `pythons` maps "torch" and "tf" to the interpreters that have them; `timeout` is how many seconds a worker may
    say nothing before it is taken to hang.
    """

    def __init__(self, directory: Path, pythons: Mapping[str, str | None], threads: int = 1, timeout: float = 120):
        self._timeout = timeout
        self._answers: queue.Queue = queue.Queue()
        self._workers = {
            side: Worker(side, pythons.get(side) or sys.executable, threads, directory / f"{side}.log", self._answers)
            for side in PACKAGES
        }
        try:
            for worker in self._workers.values():
                worker.start()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.stop()

    def submit(self, side: str, job: Job) -> None:
        self._workers[side].waiting.append(job)

    def drop(self, jobs: set[str]) -> None:
        """Forget those of the jobs that no worker has begun."""
        for worker in self._workers.values():
            worker.waiting = deque(job for job in worker.waiting if job.id not in jobs)

    def events(self) -> Iterator[Event]:
        """What happens, until no job is left; more may be submitted meanwhile.

        Raises FrameworkUnavailableError where a worker cannot begin at all.
        """
        while True:
            for worker in self._workers.values():
                worker.hand_out()
            if all(worker.current is None for worker in self._workers.values()):
                return
            with contextlib.suppress(queue.Empty):
                worker, process, answer = self._answers.get(timeout=SECONDS_BETWEEN_LOOKS)
                if process is worker.process:
                    worker.heard = time.monotonic()
                    yield from self._understand(worker, answer)
            # Whatever one side says, the other may hang; but what it has already said counts first.
            if self._answers.empty():
                yield from self._hangs()

    def _understand(self, worker: Worker, answer: dict[str, Any]) -> Iterator[Event]:
        kind = answer["event"]
        if kind == "ready":
            worker.ready = True
        elif kind == "unavailable":
            raise FrameworkUnavailableError(_cannot_import(worker, answer["message"]))
        elif kind == "exit":
            worker.stop()
            if not worker.ready:
                reason = f"the worker {_how(answer['code'])}: {worker.last_words()}"
                raise FrameworkUnavailableError(_cannot_import(worker, reason))
            if worker.current is not None:
                yield self._end(worker, "failed", _death(worker, answer["code"]))
        elif kind == "progress":
            worker.step = answer["step"]
            yield Event(worker.side, "progress", worker.current, worker.step)
        else:
            yield self._end(worker, kind, answer.get("message", ""))

    def _hangs(self) -> Iterator[Event]:
        for worker in self._workers.values():
            if worker.current is not None and time.monotonic() - worker.heard > self._timeout:
                worker.stop()
                where = f"at step {worker.step}" if worker.ready else f"while it imported {FRAMEWORKS[worker.side]}"
                silence = f"the worker said nothing for {self._timeout:g} s (--timeout) {where}"
                yield self._end(worker, "failed", f"{silence}, and was ended")

    def _end(self, worker: Worker, kind: str, message: str) -> Event:
        job, worker.current = worker.current, None
        return Event(worker.side, kind, job, message=message)


def _event(line: str) -> dict[str, Any] | None:
    """The event of a line; None where it is none: a wrapper or a sitecustomize may print before the worker begins."""
    try:
        answer = json.loads(line)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and "event" in answer else None


def _cannot_import(worker: Worker, reason: str) -> str:
    framework = FRAMEWORKS[worker.side]
    return (
        f"{framework} cannot be used from {worker.python} ({reason}): "
        f"run `{worker.python} -m pip install numpy {framework}`, or name another Python with --{worker.side}-python"
    )


def _death(worker: Worker, code: int) -> str:
    return f"the worker {_how(code)} at step {worker.step}: {worker.last_words()}"


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with exit status {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return f"was killed by {name}{' (out of memory?)' if code == -signal.SIGKILL else ''}"
