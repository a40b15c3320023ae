"""FakeSide without a framework: a small model trained by NumPy, which leaves traces as a side does.

Both sides are this same training; a fault is a function that changes what passes at one place of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from compare.inputs import cases
from compare.inputs.arrays import Arrays, cast, nudge
from compare.inputs.case_inputs import make_inputs
from compare.judging.judgement import Judgement
from compare.judging.run import Run, Wanted
from compare.judging.study import study
from compare.reporting.result import Result
from compare.running.request import Training
from compare.traces.following import Following
from compare.traces.header import Header
from compare.traces.parameters import Parameter
from compare.traces.step import END
from compare.traces.trace import Key, Trace, TraceWriter
from compare.traces.trajectory import MOST_BYTES, Trajectory, TrajectoryWriter
from tests.helpers.made_once import made_once
from tests.helpers.trainings import Model, Regression

VERSIONS = {"torch": "2.0", "tensorflow": "2.0", "keras": "3.0"}
STEPS_PER_EPOCH = 10


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


class Cell(NamedTuple):
    """The place of an array in a dict, which stands for a framework's variable."""

    values: Arrays
    name: str

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.values[self.name])


class Entry(Parameter):
    """A weight or buffer among a run's values, to be set and read as a framework's."""

    @staticmethod
    def to_numpy(cell: Cell) -> np.ndarray:
        return np.array(cell.values[cell.name])

    def set(self, native: np.ndarray) -> None:
        self.variable.values[self.variable.name] = native

    @property
    def trainable(self) -> bool:
        return True


def entries(values: Arrays) -> dict[str, Entry]:
    """Every value as a parameter."""
    return {name: Entry(Cell(values, name)) for name in values}


def trajectory_of(trace: Path, precision: str) -> Path:
    """Where the trajectory of a precision lies."""
    return trace.with_name(f"{precision}.trajectory")


def follow(
    trace: Path,
    training: Training,
    weights: Mapping[str, Entry],
    buffers: Mapping[str, Entry],
    loaded: Mapping[str, str],
    compared: Mapping[str, str],
) -> Following | None:
    """What leads a run along the trajectory that its training asks for; None where it asks for none."""
    if training.follows is None:
        return None

    def move(state: Arrays, step: int) -> Arrays:
        state = cast(state, training.precision)
        if training.nudge is None:
            return state
        return nudge(state, 0, training.nudge, f"/{step}/{training.sample}", training.ulps)

    return Following(Trajectory(trajectory_of(trace, training.follows)), weights, buffers, loaded, compared, move)


@dataclass(frozen=True)
class FakeSide:
    """Trains a model, free or along a trajectory.

    `stops` ends it early, `curves` adds metrics, and no more bytes than it `keeps` are left for others to follow.
    """

    fault: Fault = honest
    stops: int | None = None
    curves: Callable[[int], dict[str, list[float]]] = lambda steps: {}
    model: Model = field(default_factory=Regression)
    keeps: float = MOST_BYTES

    def trace(self, path: Path, run: Training, steps: int) -> Trace:
        """Train, and leave a trace, and beside it the trajectory of a run that leads."""
        followed = trajectory_of(path, run.follows).read_bytes() if run.follows else None
        files = [path, *([trajectory_of(path, run.precision)] if run.leads else [])]
        made_once((self, run, steps, followed), self.fault, files, lambda: _Run(self, path, run).train(steps))
        return Trace(path)


class _Run:
    """One training of a FakeSide."""

    def __init__(self, side: FakeSide, path: Path, run: Training):
        self.side, self.model, self.training = side, side.model, run
        start = cast(self.model.start(), run.precision)
        self.values = nudge(start, 0, run.nudge) if run.nudge and not run.follows else start
        self.slots: Arrays = {}
        self.writer, self.losses, self.step = TraceWriter(path), [], 0
        self.led = TrajectoryWriter(trajectory_of(path, run.precision), side.keeps) if run.leads else None
        weights, same = entries(self.values), {name: name for name in start}
        buffers = {name: weights.pop(name) for name in self.model.buffers}
        self.following = follow(path, run, weights, buffers, same, same)

    def train(self, steps: int) -> None:
        bounds = [steps, self.training.steps, self.side.stops, self.following and self.following.steps]
        steps = min(bound for bound in bounds if bound is not None)
        self._begin_step()
        for self.step in range(steps):
            self.model.step(self.step, self.values, self.slots, self._passes, self._constant)
            if self.following:
                self.following.measure()
            self._begin_step()
        self._close(steps)

    def _begin_step(self) -> None:
        if self.following:
            self.following.begin()
        if self.led:
            self.led.add(self.values)

    def _passes(self, stage: str, name: str, value) -> np.ndarray:
        """What a step computes: changed by the fault, recorded where the step is audited."""
        value = self.side.fault((self.step, stage, name), np.asarray(value, self.training.precision))
        if value is not None and (self.step in self.training.audits or self.step is END):
            self.writer.tensor(self.step, stage, name, value)
        if stage == "loss" and self.step is not END:
            self.losses.append(float(value))
        return value

    def _constant(self, value: float) -> float:
        return float(np.float32(value)) if self.training.rounded else value

    def _close(self, steps: int) -> None:
        self.step = END
        for name, value in {} if self.following or self.led else self.values.items():
            self._passes("buffer" if name in self.model.buffers else "weights", name, value)
        self._passes("loss", "loss", self.model.loss(self.values))
        every = {"loss": self.losses, "examples": [16.0] * steps, "seconds": [0.25] * steps, **self.side.curves(steps)}
        said = header(
            ulps=self.training.ulps, settings=self.model.settings, kinds=dict.fromkeys(_subjects(self.model), "")
        )
        if self.led:
            self.led.close()
        self.writer.close(every, said, self.following.apart if self.following else {})


def _subjects(model: Model) -> list[str]:
    return [setting.subject for setting in model.settings if setting.subject != "optimizer"]


def runs_of(directory: Path, torch: FakeSide, tf: FakeSide, steps: int, asked: list | None = None) -> Run:
    """What a study calls: the traces of these two; what it was called with is added to `asked`."""
    names, sides = count(), {"torch": torch, "tf": tf}

    def run(*wanted: Wanted) -> list[Trace]:
        if asked is not None:
            asked.append(list(wanted))
        return [sides[side].trace(directory / f"{next(names)}.npz", training, steps) for side, training in wanted]

    return run


@dataclass(frozen=True)
class Judged:
    """What a study came to, and the runs that it asked for, a list a call."""

    judgement: Judgement
    asked: list[list[Wanted]]


def judge(
    directory: Path,
    torch: FakeSide = FakeSide(),
    tf: FakeSide = FakeSide(rounding),
    steps: int = 40,
    precisions: tuple[str, ...] = ("float64",),
    nudged: bool = True,
    must_fall: bool = False,
    is_large: bool = False,
) -> Judged:
    """Study two sides."""
    asked: list[list[Wanted]] = []
    run = runs_of(directory, torch, tf, steps, asked)
    return Judged(study(run, STEPS_PER_EPOCH, precisions, nudged, must_fall, is_large=is_large), asked)


def result(directory: Path, torch: FakeSide = FakeSide(), tf: FakeSide = FakeSide(rounding), **options) -> Result:
    """A result as a runner hands it out; its inputs only lend it a name and a number of steps."""
    inputs = make_inputs(cases.load("linear_regression"), steps=options.get("steps", 40))
    return Result(inputs.subject, "0" * 64, judge(directory, torch, tf, **options).judgement)
