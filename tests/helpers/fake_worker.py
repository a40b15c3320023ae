"""A worker without a framework: the protocol is the real one, the training a made-up curve, the misdeeds on demand.

`python_that(...)` makes a stand-in for --torch-python or --tf-python; the rest of the file is what that one runs.
"""

import json
import os
import shlex
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from compare.inputs.case_inputs import read_inputs
from compare.running import worker
from compare.running.request import TrainCase
from compare.traces.header import Header
from compare.traces.step import END
from compare.traces.trace import TraceWriter

ROOT = Path(__file__).resolve().parents[2]
BETWEEN_REPORTS = 1.5 * worker.SECONDS_BETWEEN_REPORTS  # so slow that every step is reported
MESSAGE = "the disk is on fire"
ODD_MESSAGE = "[/dev/sda1] is on [red]fire"  # the terminal could take it for markup
WARNING = "shapes [16] and [16, 1] broadcast"
LAST_WORDS = "Fatal: the last straw"


def python_that(directory: Path, side: str, does: str | dict[str, tuple[str, int]] = "trains") -> str:
    """A command that can be given as a side's Python: a worker that `does` something wrong.

    That is a deed at the first step of every case, or {case: (deed, step)}. Every process of it leaves `<side>-<pid>`
    in `directory`, and `<side>-stuck` when it hangs.
    """
    script = directory / f"python-{side}"
    orders = json.dumps({"does": does, "side": side, "directory": str(directory)})
    script.write_text(
        f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tests.helpers.fake_worker {shlex.quote(orders)}\n"
    )
    script.chmod(0o755)
    return str(script)


def _exit(orders: SimpleNamespace) -> None:
    print(LAST_WORDS, file=sys.stderr, flush=True)
    os._exit(3)


def _be_killed(orders: SimpleNamespace) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _be_killed_by_a_nameless_signal(orders: SimpleNamespace) -> None:
    os.kill(os.getpid(), signal.SIGRTMIN + 1)


def _hang(orders: SimpleNamespace) -> None:
    Path(orders.directory, f"{orders.side}-stuck").touch()
    time.sleep(3600)


def _fail(orders: SimpleNamespace) -> None:
    raise RuntimeError(MESSAGE)


def _fail_oddly(orders: SimpleNamespace) -> None:
    raise RuntimeError(ODD_MESSAGE)


def _print(orders: SimpleNamespace) -> None:
    print("100%|████| \x1b[31mnot JSON\x1b[0m")
    print("WARNING: all messages before absl::InitializeLog() is called", file=sys.stderr)


def _lack_the_framework(orders: SimpleNamespace) -> None:
    raise ModuleNotFoundError(f"No module named '{'torch' if orders.side == 'torch' else 'tensorflow'}'")


def _print_before_the_worker_begins(orders: SimpleNamespace) -> None:
    os.write(1, b"Activating the environment ... \xff\n42\n[]\n{}\n")


DEEDS: dict[str, Callable[[SimpleNamespace], None]] = {
    "exits": _exit,
    "is killed": _be_killed,
    "is killed in a hurry": _be_killed,
    "hangs": _hang,
    "hangs while following": _hang,
    "is killed by a nameless signal": _be_killed_by_a_nameless_signal,
    "fails": _fail,
    "fails oddly": _fail_oddly,
    "prints": _print,
}
DEEDS_OF_FOLLOWERS = ("hangs while following",)
DEEDS_WHILE_IMPORTING = {
    "warns while importing": lambda orders: print("WARNING:tensorflow:outdated layers", file=sys.stderr, flush=True),
    "lacks the framework": _lack_the_framework,
    "exits while importing": _exit,
    "is killed while importing": _be_killed,
    "hangs while importing": _hang,
}


def _warn(orders: SimpleNamespace) -> None:
    warnings.warn(WARNING, stacklevel=1)
    print("2026-01-01 10:00:00.5: W tensorflow/stream_executor/cuda.cc:1] Could not find cuda", file=sys.stderr)


DEEDS["warns"] = _warn
LOSSES = {"becomes NaN": np.nan, "becomes infinite": np.inf}


def train(orders: SimpleNamespace, request: TrainCase, watch: Callable) -> None:
    """Stands in for an Executor's work: a loss that falls, and a weight; who follows agrees with whom it follows."""
    inputs, training = read_inputs(request.inputs), request.training
    does, at = (orders.does, 0) if isinstance(orders.does, str) else orders.does.get(inputs.case.name, ("trains", 0))
    writer = TraceWriter(Path(request.output))
    losses = []
    for step in watch(_steps(min(inputs.steps, training.steps or inputs.steps), does, at)):
        if step >= at and does in DEEDS and (training.follows or does not in DEEDS_OF_FOLLOWERS):
            DEEDS[does](orders)
        losses.append(LOSSES[does] if step >= at and does in LOSSES else np.exp(-0.01 * step))
        if step in training.audits:
            writer.tensor(step, "weights", "weight", np.full(2, 1.0 - step))
            writer.tensor(step, "loss", "loss", np.float64(losses[-1]))
            writer.tensor(step, "batch", "x", np.float64(step))
    writer.tensor(END, "weights", "weight", np.zeros(2))
    if does == "leaves no trace":
        return writer.discard()
    versions = {"torch": "0.0", "tensorflow": "0.0", "keras": "0.0"}
    curves = {"loss": losses, "examples": np.ones(len(losses)), "seconds": np.full(len(losses), 1e-3)}
    apart = {("update", "weight"): np.zeros((len(losses), 2))} if training.follows else {}
    header = Header(
        orders.side, versions, (), {}, (), precision=training.precision, nudge=training.nudge, ulps=training.ulps
    )
    writer.close(curves, header, apart)


def _steps(steps: int, does: str, at: int) -> Iterator[int]:
    """The number of each step; unhurried up to the step of most deeds, so that the parent is told of it."""
    for step in range(steps):
        if does in DEEDS and step <= at and does != "is killed in a hurry":
            time.sleep(BETWEEN_REPORTS)
        yield step
    while does == "never ends":
        time.sleep(BETWEEN_REPORTS)
        yield steps


def main(orders: SimpleNamespace) -> None:
    Path(orders.directory, f"{orders.side}-{os.getpid()}").touch()
    if orders.does == "prints before it begins":
        _print_before_the_worker_begins(orders)
    if orders.does == "dies when ready":
        print(json.dumps({"event": "ready", "versions": {}}), flush=True)
        _exit(orders)

    def configure(threads: int) -> None:
        if isinstance(orders.does, str) and orders.does in DEEDS_WHILE_IMPORTING:
            DEEDS_WHILE_IMPORTING[orders.does](orders)

    runtime = SimpleNamespace(configure=configure, versions=lambda: {})
    executor = SimpleNamespace(fulfil=lambda request, watch: train(orders, request, watch))
    worker.serve(SimpleNamespace(runtime=runtime, prepare=None), threads=1, executor=executor)


if __name__ == "__main__":
    main(SimpleNamespace(**json.loads(sys.argv[1])))
