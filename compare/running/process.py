"""One side's worker process, seen from outside: starts it, sends it requests, and survives its crash or hang."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from compare.running.request import STEP_FILE, Request, RequestFailedError, to_line
from compare.running.warned import found_in, once_each

PACKAGES = {"torch": "torch_impl", "tf": "tf_impl"}
FRAMEWORKS = {"torch": "torch", "tf": "tensorflow"}
ROOT = Path(__file__).resolve().parents[2]
# Of glibc: memory of large tensors that is freed is taken again, and not given back for the kernel to fill with zeros.
# More than 32 MB is refused by older ones.
KEEPING_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**34)}


class FrameworkUnavailableError(Exception):
    """A side that cannot be started at all; the message says what to install, and where."""


class WorkerProcess:
    """A process, started at once; one that has ended is replaced when the next request comes."""

    def __init__(self, side: str, python: str | None, threads: int, timeout: float, kept: int, log: Path):
        self.side, self.python = side, python or sys.executable
        self._options = ["--serve", str(kept), "--threads", str(threads)]
        self._timeout, self._log, self._said = timeout, log, 0
        self._step = log.with_name(f"{log.name}.step")
        self._process: subprocess.Popen[str] | None = None
        self._starting, self._closed = threading.Lock(), False
        self._start()

    def fulfil(self, request: Request, on_step: Callable[[int], None]) -> None:
        """Have the process fulfil a request; blocks. RequestFailedError where it fails, dies, or is silent too long."""
        process = self._process or self._start()
        self._said = self._written()
        # A broken pipe: it died between two requests, and its exit code will fail this one.
        with contextlib.suppress(BrokenPipeError):
            _input(process).write(to_line(request))
        step = 0
        while True:
            answer = self._hear(step)
            match answer["event"]:
                case "ready":
                    self._ready = True
                    self._said = self._written()  # what it said while it imported concerns no run
                case "unavailable":
                    raise FrameworkUnavailableError(self._cannot_import(answer["message"]))
                case "progress":
                    on_step(step := answer["step"])
                case "done":
                    return
                case "failed":
                    raise RequestFailedError(self.side, answer["message"])
                case "exit":
                    raise self._exited(answer["code"], step)

    def warnings(self) -> tuple[str, ...]:
        """What was warned of in the last request."""
        if not self._log.exists():
            return ()
        with open(self._log, errors="replace") as log:
            log.seek(self._said)
            return once_each(found_in(log.read()))

    def _written(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0

    def close(self) -> None:
        """End the process at once, without replacing it."""
        with self._starting:
            self._closed = True
        self._stop()

    def _start(self) -> subprocess.Popen[str]:
        """Start the process, and a thread that listens to it."""
        command = [self.python, "-m", PACKAGES[self.side], *self._options]
        self._step.unlink(missing_ok=True)
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment = {**KEEPING_MEMORY, **os.environ, "PYTHONPATH": path, STEP_FILE: str(self._step)}
        self._ready, self._answers = False, queue.Queue[dict[str, Any]]()
        try:
            with self._starting, open(self._log, "wb") as log:
                if self._closed:
                    raise RequestFailedError(self.side, "it was closed")
                process = self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment,
                    text=True, bufsize=1, encoding="utf-8", errors="replace", start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            raise FrameworkUnavailableError(
                f"{self.python} cannot be started ({error.strerror}): give --{self.side}-python a Python"
            ) from error
        threading.Thread(target=_listen, args=(process, self._answers), daemon=True).start()
        return process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with contextlib.suppress(BrokenPipeError):
                _input(process).close()

    def _hear(self, step: int) -> dict[str, Any]:
        """The next answer; a process that sends nothing within the timeout is ended."""
        try:
            return self._answers.get(timeout=self._timeout)
        except queue.Empty:
            self._stop()
            where = f"at step {self._last_step(step)}" if self._ready else f"while it imported {FRAMEWORKS[self.side]}"
            silence = f"the worker was silent for {self._timeout:g} s (--timeout) {where}"
            raise RequestFailedError(self.side, f"{silence}, and was ended") from None

    def _exited(self, code: int, step: int) -> Exception:
        self._stop()
        step = self._last_step(step)
        if not self._ready:
            reason = f"the worker {_how(code)}: {self._last_words()}"
            return FrameworkUnavailableError(self._cannot_import(reason))
        return RequestFailedError(self.side, f"the worker {_how(code)} at step {step}: {self._last_words()}")

    def _cannot_import(self, reason: str) -> str:
        framework = FRAMEWORKS[self.side]
        return (
            f"{framework} cannot be used from {self.python} ({reason}): "
            f"run `{self.python} -m pip install numpy {framework}`, or name another Python with --{self.side}-python"
        )

    def _last_step(self, reported: int) -> int:
        """The step that it left, which may be one behind the last that it reported."""
        try:
            return int(self._step.read_text())
        except (OSError, ValueError):
            return reported

    def _last_words(self) -> str:
        """The last line that it wrote to standard error."""
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _input(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdin is not None, "it was started with a pipe"
    return process.stdin


def _listen(process: subprocess.Popen[str], answers: queue.Queue[dict[str, Any]]) -> None:
    assert process.stdout is not None, "it was started with a pipe"
    for line in process.stdout:
        if (answer := _event(line)) is not None:
            answers.put(answer)
    answers.put({"event": "exit", "code": process.wait()})


def _event(line: str) -> dict[str, Any] | None:
    """The event in a line; None for any other line: a wrapper or a sitecustomize may print before the worker begins."""
    try:
        answer = json.loads(line)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and "event" in answer else None


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with exit status {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return f"was killed by {name}{' (out of memory?)' if code == -signal.SIGKILL else ''}"
