"""FakeSide without a framework: a small model trained by NumPy, which leaves traces as a side does.

Both sides are this same training; a fault is a function that changes what passes at one place of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from compare.inputs import cases
from compare.inputs.arrays import nudge
from compare.inputs.case_inputs import make_inputs
from compare.judging.judgement import Judgement, Run
from compare.judging.study import study
from compare.reporting.result import Result
from compare.running.request import SIDES, Training
from compare.traces.header import Header
from compare.traces.step import END
from compare.traces.trace import Key, Trace, TracePair, TraceWriter

VERSIONS = {"torch": "2.0", "tensorflow": "2.0", "keras": "3.0"}
STEPS_PER_EPOCH = 10
RATE, MOMENTUM = 0.1, 0.5  # the rate is one that float32 does not hold exactly


def header(side: str = "torch", **said) -> Header:
    """The header of a run of which nothing is known but what is said here."""
    return Header(side, VERSIONS, **{"weight_groups": (), "kinds": {}, "settings": ()} | said)


Fault = Callable[[Key, np.ndarray], np.ndarray | None]  # None: the tensor is not recorded


def honest(key: Key, value: np.ndarray) -> np.ndarray:
    return value


def at(where: Callable[[Key], bool], change: Callable[[np.ndarray], np.ndarray | None]) -> Fault:
    """A fault at the keys that `where` picks."""
    return lambda key, value: change(value) if where(key) else value


def from_step(first: int, stage: str, factor: float) -> Fault:
    """What one stage produces is multiplied by `factor` from that step on, the end included."""
    return at(lambda key: key[0] >= first and key[1] == stage, lambda value: value * factor)


def rounding(key: Key, value: np.ndarray) -> np.ndarray:
    """Two ulps on every prediction: what another order of summation may do."""
    return value * (1 + 2 * np.finfo(value.dtype).eps) if key[1] == "forward" else value


@dataclass(frozen=True)
class FakeSide:
    """Linear regression by gradient descent with momentum; `stops` ends it early, `curves` adds metrics."""

    fault: Fault = honest
    stops: int | None = None
    curves: Callable[[int], dict[str, list[float]]] = lambda steps: {}

    def trace(self, path: Path, run: Training, steps: int) -> Trace:
        writer, losses = TraceWriter(path), []
        steps = min(end for end in (steps, run.steps, self.stops) if end is not None)

        def passes(step: int, stage: str, name: str, value) -> np.ndarray:
            value = self.fault((step, stage, name), np.asarray(value, run.precision))
            if value is not None and (step in run.audits or step is END):
                writer.tensor(step, stage, name, value)
            return value

        generator = np.random.default_rng(0)
        x = generator.standard_normal((16, 4)).astype(run.precision)
        y = (x.sum(1) + 0.3 * generator.standard_normal(16)).astype(run.precision)
        weight = generator.standard_normal(4).astype(run.precision)
        if run.nudge:
            weight = nudge({"weight": weight}, 0, run.nudge)["weight"]
        momentum, buffer = np.zeros(4, run.precision), np.ones((), run.precision)
        for step in range(steps):
            batch = passes(step, "batch", "x", x)
            passes(step, "weights", "weight", weight)
            predicted = passes(step, "forward", "linear", batch @ weight)
            losses.append(float(passes(step, "loss", "loss", np.mean((predicted - y) ** 2))))
            gradient = 2 * batch.T @ (predicted - y) / 16
            # Only shown, as PyTorch's `.grad` is, which leaves out a weight decay that the update includes.
            passes(step, "gradient", "weight", gradient)
            rate = passes(step, "rate", "learning_rate", RATE)
            gradient = gradient + np.asarray(MOMENTUM, run.precision) * momentum
            momentum = passes(step, "state", "momentum", gradient)
            update = passes(step, "update", "weight", -rate * gradient)
            buffer = passes(step, "buffer", "running_mean", 0.9 * buffer + 0.1 * predicted.mean())
            weight = weight + update
        passes(END, "weights", "weight", weight)
        passes(END, "buffer", "running_mean", buffer)
        passes(END, "loss", "loss", np.mean((x @ weight - y) ** 2))
        curves = {"loss": losses, "examples": [16.0] * steps, "seconds": [0.25] * steps, **self.curves(steps)}
        writer.close(curves, header())
        return Trace(path)


def runs_of(directory: Path, torch: FakeSide, tf: FakeSide, steps: int, asked: list | None = None) -> Run:
    """What a study calls: the traces of these two; what it was called with is added to `asked`."""
    names = count()

    def run(trainings: Sequence[Training], sides: Sequence[str] = SIDES) -> list[TracePair]:
        if asked is not None:
            asked.append(list(trainings))
        paths = [directory / f"{next(names)}.npz" for _ in range(2 * len(trainings))]
        by_side = {"torch": torch, "tf": tf}
        return [
            TracePair(*(by_side[side].trace(paths.pop(), training, steps) if side in sides else None for side in SIDES))
            for training in trainings
        ]

    return run


@dataclass(frozen=True)
class Judged:
    """What a study came to, and the runs that it asked for, a list a call."""

    judgement: Judgement
    asked: list[list[Training]]


def judge(
    directory: Path,
    torch: FakeSide = FakeSide(),
    tf: FakeSide = FakeSide(rounding),
    steps: int = 40,
    precisions: tuple[str, ...] = ("float64",),
    nudged: bool = True,
    must_fall: bool = False,
) -> Judged:
    """Study two sides."""
    asked: list[list[Training]] = []
    run = runs_of(directory, torch, tf, steps, asked)
    return Judged(study(run, STEPS_PER_EPOCH, precisions, nudged, must_fall), asked)


def result(directory: Path, torch: FakeSide = FakeSide(), tf: FakeSide = FakeSide(rounding), **options) -> Result:
    """A result as a runner hands it out; its inputs only lend it a name and a number of steps."""
    inputs = make_inputs(cases.load("linear_regression"), steps=options.get("steps", 40))
    return Result(inputs.subject, "0" * 64, judge(directory, torch, tf, **options).judgement)
