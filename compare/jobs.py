"""A job: one run to make. Given a framework's package, this file makes the run and writes its trace.

Notice that a side is built once a case and precision; every further run only resets it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from compare.components import run as components
from compare.inputs import Inputs, cast, nudge, read_inputs
from compare.ports import batches, file
from compare.ports import inputs as port_inputs
from compare.ports.expressions import evaluate
from compare.ports.inputs import PortInputs

Batches = Iterable[dict]


@dataclass(frozen=True)
class Job:
    """One run to make: which inputs, in which precision, recorded where.

    `side` names what to train ("package.module:function"; None is the case's own model file), or is a port file.
    `nudge` is the dtype whose ulp moves each initial weight, or None. `steps` ends the run early, where only its
    beginning is looked at. A port's run begins with the arrays of the file `weights`, under `names` (what each is
    called on this side, and the expression it comes from), or with the side's own. `eager` never compiles the step.
    `draw` makes a port's inputs first: (seed, at most how many batches). `component` ("losses/cross_entropy") is an
    entry of the dictionary of components, which is checked and not trained.
    """

    id: str
    inputs: str
    trace: str
    precision: str
    audits: tuple[int, ...] = ()
    nudge: str | None = None
    steps: int | None = None
    side: str | None = None
    weights: str | None = None
    names: dict[str, str] | None = None
    eager: bool = False
    draw: tuple[int, int] | None = None
    component: str | None = None

    def to_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Job:
        fields = json.loads(line)
        return cls(**{**fields, "audits": tuple(fields["audits"])})

    @property
    def port(self) -> str | None:
        """The port file, where it is one that is trained."""
        return self.side if self.side and self.side.endswith(".py") else None


@dataclass(frozen=True)
class Framework:
    """A side's package ("torch_impl" or "tf_impl"), whose modules carry the same names as the other's."""

    package: str

    def __getattr__(self, module: str) -> Any:
        return import_module(f"{self.package}.{module}")

    @property
    def side(self) -> str:
        return self.package.removesuffix("_impl")

    def to_native(self, inputs: Inputs | PortInputs, batches: Batches) -> Batches:
        """Batches of NumPy arrays as the framework's tensors."""
        return (self.weights.batch_from_canonical(batch, inputs.channels_first) for batch in batches)

    def held_out(self, inputs: Inputs | PortInputs, precision: str) -> dict | None:
        """The batch to evaluate after each epoch, as the framework's tensors; None where there is none."""
        batch = inputs.held_out(precision)
        return None if batch is None else next(iter(self.to_native(inputs, [batch])))


def make_run(framework: Framework, job: Job, watch: Callable[[Batches], Batches] = lambda batches: batches) -> None:
    """Make one run and write its trace; `watch` sees every batch pass. PortError where a port is at fault."""
    if job.component:
        components.check(framework, job)
        return
    if job.draw:
        port_inputs.write(batches.draw(job.port, *job.draw), Path(job.inputs))
    with file.pointing_into(job.port, f"on the {framework.side} side") if job.port else nullcontext():
        _make_run(framework, job, watch)


def _make_run(framework: Framework, job: Job, watch: Callable[[Batches], Batches]) -> None:
    inputs = _read(job.inputs)
    built = _built(framework, job)
    side = built.side
    framework.runs.reset(built, None)
    _load_weights(framework, side.model, job, inputs)
    recorder = framework.recorder.Recorder(
        job.trace, side.model, side.optimizer, set(job.audits), inputs.channels_first, side.loss
    )
    try:
        shared = watch(_batches(framework, inputs, side, job))
        held_out = framework.held_out(inputs, job.precision)
        framework.train.train(side, built.step, shared, recorder, held_out, inputs.steps_per_epoch)
        if not recorder.steps:
            raise ValueError("the side's own batches are none: there was nothing to train on")
        first = next(iter(framework.to_native(inputs, [inputs.batch(0, job.precision)])))
        meta = {"precision": job.precision, "nudge": job.nudge, "compiled": built.compiled, "muted": built.muted}
        meta["takes_training"] = side.takes_training
        recorder.close(meta, evaluate=lambda: framework.train.evaluate(side, first))
    except BaseException:
        recorder.discard()
        raise


def _load_weights(framework: Framework, model: Any, job: Job, inputs: Inputs | PortInputs) -> None:
    """Set the weights that the run begins with, where the side does not begin with its own."""
    if job.port is None:
        framework.weights.load_weights(model, _nudged(inputs.weights, job, inputs.seed))
    elif job.weights is not None:
        with np.load(job.weights, allow_pickle=False) as file:
            weights = _nudged({name: file[name] for name in file.files}, job, inputs.seed)
        if job.names is not None:
            weights = {name: evaluate(expression, weights.get) for name, expression in job.names.items()}
        own = {name: parameter.value() for name, parameter in framework.weights.named_parameters(model).items()}
        framework.weights.load_weights(model, own | weights)


def _nudged(weights: Mapping[str, np.ndarray], job: Job, seed: int) -> dict[str, np.ndarray]:
    weights = cast(weights, job.precision)
    return nudge(weights, seed, job.nudge) if job.nudge else weights


def _batches(framework: Framework, inputs: Inputs | PortInputs, side: Any, job: Job) -> Batches:
    shared = inputs.batches(job.precision)
    return framework.to_native(inputs, islice(side.batches(shared) if side.batches else shared, job.steps))


# As many inputs as studies are open at once, in two precisions: what came before is not asked for again.
@lru_cache(maxsize=3)
def _read(path: str) -> Inputs | PortInputs:
    return port_inputs.read(Path(path)) if port_inputs.is_one(path) else read_inputs(Path(path))


@lru_cache(maxsize=6)
def _built_once(framework: Framework, path: str, precision: str, side: str | None, eager: bool) -> Any:
    return build_side(framework, _read(path), precision, side, eager)


def _built(framework: Framework, job: Job) -> Any:
    """A case is built once for all its runs; a port anew for each, for it may keep a state that cannot be reset."""
    inputs = _read(job.inputs)
    only_audited = set(range(job.steps or inputs.steps)) <= set(job.audits)
    if job.port is None:
        return _built_once(framework, job.inputs, job.precision, job.side, only_audited)
    return build_side(framework, inputs, job.precision, job.side, job.eager or only_audited)


def build_side(
    framework: Framework, inputs: Inputs | PortInputs, precision: str, side: str | None, eager: bool = False
) -> Any:
    """The side that `side` names, as in Job, ready for training; `eager` leaves its step as it is written."""
    if side and side.endswith(".py"):
        make_side = file.side(side, framework.side, framework.weights.layers.evaluating)
    else:
        module, _, function = (side or f"{framework.package}.models.{inputs.name}:side").partition(":")
        make_side = getattr(import_module(module), function)
    examples = framework.to_native(inputs, inputs.examples(precision))
    return framework.runs.build(make_side, inputs.settings, precision, list(examples), eager)
