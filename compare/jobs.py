"""A job: one run to make. Given a framework's package, this file makes the run and writes its trace.

Notice that a side is built once a case and precision; every further run only resets it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import import_module
from itertools import islice
from typing import Any

from compare.inputs import Inputs, cast, nudge, read_inputs

Batches = Iterable[dict]


@dataclass(frozen=True)
class Job:
    """One run to make: which inputs, in which precision, recorded where.

    `side` names what to train ("package.module:function"; None is the case's own model file). `nudge` is the dtype
    whose ulp moves each initial weight, or None. `steps` ends the run early, where only its beginning is looked at.
    """

    id: str
    inputs: str
    trace: str
    precision: str
    audits: tuple[int, ...] = ()
    nudge: str | None = None
    steps: int | None = None
    side: str | None = None

    def to_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Job:
        fields = json.loads(line)
        return cls(**{**fields, "audits": tuple(fields["audits"])})


@dataclass(frozen=True)
class Framework:
    """A side's package ("torch_impl" or "tf_impl"), whose modules carry the same names as the other's."""

    package: str

    def __getattr__(self, module: str) -> Any:
        return import_module(f"{self.package}.{module}")

    def to_native(self, inputs: Inputs, batches: Batches) -> Batches:
        """Batches of NumPy arrays as the framework's tensors."""
        return (self.weights.batch_from_canonical(batch, inputs.case.channels_first) for batch in batches)


def make_run(framework: Framework, job: Job, watch: Callable[[Batches], Batches] = lambda batches: batches) -> None:
    """Make one run and write its trace; `watch` sees every batch pass."""
    inputs = _read_inputs(job.inputs)
    built = _build(framework, job.inputs, job.precision, job.side)
    weights = cast(inputs.weights, job.precision)
    framework.runs.reset(built, nudge(weights, inputs.seed, job.nudge) if job.nudge else weights)
    side, channels_first = built.side, inputs.case.channels_first
    recorder = framework.recorder.Recorder(job.trace, side.model, side.optimizer, set(job.audits), channels_first)
    try:
        framework.train.train(side, built.step, watch(_batches(framework, inputs, side, job)), recorder)
        if not recorder.steps:
            raise ValueError("the side's own batches are none: there was nothing to train on")
        first = next(iter(framework.to_native(inputs, [inputs.batch(0, job.precision)])))
        meta = {"precision": job.precision, "nudge": job.nudge, "versions": framework.runtime.versions()}
        recorder.close(meta, evaluate=lambda: side.loss(side.model, first))
    except BaseException:
        recorder.discard()
        raise


def _batches(framework: Framework, inputs: Inputs, side: Any, job: Job) -> Batches:
    shared = inputs.batches(job.precision)
    return framework.to_native(inputs, islice(side.batches(shared) if side.batches else shared, job.steps))


# One inputs file and its two precisions at a time: what came before is not asked for again.
@lru_cache(maxsize=1)
def _read_inputs(path: str) -> Inputs:
    return read_inputs(path)


@lru_cache(maxsize=2)
def _build(framework: Framework, path: str, precision: str, side: str | None) -> Any:
    return build_side(framework, _read_inputs(path), precision, side)


def build_side(framework: Framework, inputs: Inputs, precision: str, side: str | None) -> Any:
    module, _, function = (side or f"{framework.package}.models.{inputs.case.name}:side").partition(":")
    shapes = {0, min(inputs.steps, inputs.steps_per_epoch) - 1}  # the first batch, and the last of the epoch
    examples = framework.to_native(inputs, (inputs.batch(step, precision) for step in shapes))
    return framework.runs.build(
        getattr(import_module(module), function), inputs.case.settings, precision, list(examples)
    )
