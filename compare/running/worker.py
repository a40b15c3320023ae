"""A worker process: requests come as JSON lines on its standard input, events leave as JSON lines on its output.

Each side's `__main__` calls `main` with its own package. Given a case's name, it trains that case alone and prints the
loss curve: the shortest way to study one loop.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from io import RawIOBase

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs
from compare.inputs.datasets import DataError
from compare.inputs.port_errors import PortError, one_line
from compare.running.execute import Executor
from compare.running.framework import Framework
from compare.running.request import STEP_FILE, CheckComponent, Request, from_line
from compare.running.standalone import train_alone
from compare.running.warned import warnings_in_lines

SECONDS_BETWEEN_REPORTS = 0.1


def main(package: str, arguments: list[str] | None = None) -> int:
    """The command line of a side."""
    parser = argparse.ArgumentParser(f"python -m {package}", description="Train one case on this side alone.")
    parser.add_argument("case", nargs="?", help=", ".join(cases.NAMES))
    parser.add_argument("--epochs", type=int, help="train for this many epochs")
    parser.add_argument("--steps", type=int, help="stop after this many steps")
    parser.add_argument("--seed", type=int, default=0, help="seed of the case's arrays")
    parser.add_argument("--precision", choices=("float32", "float64"), default="float32", help="what to train in")
    parser.add_argument("--data-dir", help="read the real data set from this directory")
    parser.add_argument("--threads", type=int, default=1, help="threads of the framework")
    parser.add_argument("--serve", type=int, metavar="N", help="work for `python -m compare`, and keep N cases built")
    options = parser.parse_args(arguments)
    if options.serve:
        serve(Framework(package), options.threads, Executor(Framework(package), options.serve))
        return 0
    try:
        if options.case is None:
            raise LookupError(f"which case? one of {', '.join(cases.NAMES)}")
        for name, least in (("seed", 0), ("threads", 1)):
            if getattr(options, name) < least:
                raise ValueError(f"--{name} {getattr(options, name)}: give at least {least}")
        case = cases.load(options.case)
        inputs = make_inputs(case, options.seed, options.epochs, options.steps, options.data_dir)
        train_alone(Framework(package), inputs, options.precision, options.threads)
    except (LookupError, ValueError, DataError, ModuleNotFoundError) as error:
        print(f"{parser.prog}: {error.args[0]}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2
    return 0


def serve(framework: Framework, threads: int, executor: Executor) -> None:
    """Fulfil requests until standard input ends, and answer each with events.

    Events: `ready` (with versions), `unavailable` (the framework does not import), `progress`, `done`, `failed`.
    The process ends as soon as its standard input does, so it never outlives its parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes our input
    send = _take_over_stdout()
    requests = _read_requests()
    numbers = open(path, "wb", buffering=0) if (path := os.environ.get(STEP_FILE)) else None  # noqa: SIM115 - to the end
    try:
        framework.runtime.configure(threads)
        framework.prepare  # noqa: B018 - import everything before saying so
    except Exception as error:
        send(event="unavailable", message=_one_line(error))
        return
    send(event="ready", versions=framework.runtime.versions())
    while True:
        request, progress = requests.get(), _Progress(send, numbers)
        try:
            with warnings_in_lines():
                executor.fulfil(request, progress.watch)
            send(event="done")
        except Exception as error:
            failure = _one_line(error) if isinstance(request, CheckComponent) else _failure(error, progress.step)
            send(event="failed", message=failure)


def _failure(error: Exception, step: int) -> str:
    if isinstance(error, PortError):
        return f"{error} (at step {step})" if step else str(error)
    return f"{_one_line(error)} (at step {step})"


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {one_line(error)}"


def _take_over_stdout() -> Callable[..., object]:
    """Keep the real standard output for events; everything else that is printed goes to standard error."""
    events = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return lambda **event: events.write(json.dumps(event) + "\n")


def _read_requests() -> queue.Queue[Request]:
    requests: queue.Queue[Request] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            requests.put(from_line(line))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return requests


class _Progress:
    """Reports every tenth of a second how many of a run's batches were used, and leaves each step's number in a file:
    of a process that is killed no more is known."""

    def __init__(self, send: Callable[..., object], numbers: RawIOBase | None = None):
        self._send, self._last, self._numbers = send, 0.0, numbers
        self.step = 0
        self._leave()

    def watch(self, batches: Iterable[dict]) -> Iterator[dict]:
        """The same batches."""
        for self.step, batch in enumerate(batches):
            if (now := time.monotonic()) - self._last > SECONDS_BETWEEN_REPORTS:
                self._send(event="progress", step=self.step)
                self._last = now
            self._leave()
            yield batch

    def _leave(self) -> None:
        if self._numbers is not None:
            self._numbers.seek(0)
            self._numbers.write(f"{self.step:20}".encode())
