"""Fulfils a request inside a worker: makes the run and writes its trace.

Notice that a case's side is built once for all its runs; each run only resets it.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from compare.inputs import port_batches, port_file, port_inputs
from compare.inputs.arrays import cast, nudge
from compare.inputs.case_inputs import CaseInputs, read_inputs
from compare.inputs.expressions import evaluate
from compare.inputs.patched import patched
from compare.inputs.port_errors import pointing_into
from compare.inputs.port_inputs import PortInputs
from compare.inputs.side import Side
from compare.running.again import Again, first_again, reseeding
from compare.running.framework import Batches, Framework
from compare.running.perturbed import perturbed
from compare.running.request import CheckComponent, DrawBatches, Request, Start, TrainCase, Training, TrainPort
from compare.running.trajectories import steps_to_train, trajectory_to_follow, trajectory_to_leave
from compare.traces.following import Following
from compare.traces.header import BY_ITSELF, Known
from compare.traces.parameters import Parameter
from compare.traces.probing import probing
from compare.traces.settings.dropout import DropoutCalls

Watch = Callable[[Batches], Batches]

FURTHER, AT_LEAST_FURTHER, AT_MOST_FURTHER = 10, 1_000, 20_000  # steps behind the last whose rates are computed
WORTH_A_GRAPH = 4  # steps: a graph takes as long to trace
LARGE = 1e7  # bytes of the weights of a port: what its last run left is freed before the next one is built


class Executor:
    """Fulfils requests, one after another; keeps the inputs and built sides of the last `kept` cases."""

    def __init__(self, framework: Framework, kept: int):
        self._framework = framework
        self._case_inputs = lru_cache(maxsize=kept)(lambda path: read_inputs(Path(path)))
        self._port_inputs = lru_cache(maxsize=kept)(lambda path: port_inputs.read(Path(path)))
        self._built = lru_cache(maxsize=2 * kept)(self._build)  # in two precisions
        self._left = 0  # bytes of the last port's weights

    def fulfil(self, request: Request, watch: Watch = lambda batches: batches) -> None:
        """Write the requested output; every batch passes through `watch`. PortError for a fault in a port's file."""
        match request:
            case TrainCase():
                with self._framework.randomness.switched_off() as dropout:
                    self._train_case(request, watch, dropout)
            case TrainPort():
                place = f"on the {self._framework.side} side"
                off, exactly = self._framework.randomness.switched_off(), self._framework.numbers_cast_exactly()
                instead = patched(request.file, dict(request.training.patches))
                with instead, pointing_into(request.file, place), exactly, off as dropout:
                    self._train_port(request, watch, dropout)
            case DrawBatches():
                drawn = port_batches.draw(request.file, request.seed, request.most)
                port_inputs.write(drawn, Path(request.output))
            case CheckComponent():
                getattr(self._framework, "components.checking").run(request)

    def _train_case(self, request: TrainCase, watch: Watch, dropout: DropoutCalls) -> None:
        inputs, training = self._case_inputs(request.inputs), request.training
        every_step_audited = set(range(training.steps or inputs.steps)) <= set(training.audits)
        built = self._built(request.inputs, training.precision, request.function, every_step_audited)
        self._framework.prepare.reset(built, _nudged(inputs.weights, training, inputs.seed))
        _run(self._framework, built, inputs, training, request.output, watch, dropout)

    def _build(self, inputs: str, precision: str, function: str | None, eager: bool) -> Any:
        case = self._case_inputs(inputs)
        built = self._framework.build(self._framework.make_side(case.name, function), case, precision, eager)
        return self._framework.prepare.remember(built)

    def _train_port(self, request: TrainPort, watch: Watch, dropout: DropoutCalls) -> None:
        """Built anew for each run: a port may hold state that cannot be reset."""
        inputs, training = self._port_inputs(request.inputs), request.training
        if self._left > LARGE:
            gc.collect()  # Keras' models hold each other in circles, and would fill the memory before Python looks
        in_a_graph = set(range(training.steps or inputs.steps)) - set(training.audits)
        eager = training.eager or len(in_a_graph) < WORTH_A_GRAPH
        layers, as_one = self._framework.weights.layers, self._framework.one_model.as_one
        patches = dict(training.patches)
        make_side = port_file.side(
            request.file, self._framework.side, layers.evaluating, as_one, patches, request.function
        )
        built = self._framework.build(make_side, inputs, training.precision, eager)
        if training.always_training:
            built = replace(built, side=_evaluated_in_training(built.side, layers.keeping_buffers))
        self._left = _bytes_of(self._framework.weights.named_parameters(built.side.model).values())
        if training.start is not None:
            _load_start(self._framework, built.side.model, training, training.start, inputs.seed)
        with self._framework.eagerly(training.eager):
            _run(self._framework, built, inputs, training, request.output, watch, dropout)


def _bytes_of(parameters: Iterable[Parameter]) -> int:
    return sum(math.prod(parameter.shape) * np.dtype(float).itemsize for parameter in parameters)


def _evaluated_in_training(side: Side, keeping_buffers: Callable[[Any], AbstractContextManager]) -> Side:
    """The side, whose evaluation is what the loss does in training; what that moves does not count."""

    def loss(model: Any, batch: Mapping, training: bool = True) -> tuple[Any, dict]:
        with nullcontext() if training else keeping_buffers(model):
            return side.loss(model, batch, training=True)

    return replace(side, loss=loss)


def _load_start(framework: Framework, model: Any, training: Training, start: Start, seed: int) -> None:
    """Set the initial weights of a port's run: PyTorch's, on the tf side under its own names.

    A run that follows takes PyTorch's at the beginning of each step.
    """
    own = framework.weights.named_parameters(model)
    weights: dict[str, np.ndarray] = {}
    if training.follows is None:
        with np.load(start.weights, allow_pickle=False) as file:
            weights = _nudged({name: file[name] for name in file.files}, training, seed)
    if framework.side == "tf":
        names = start.names if training.follows is None else ()
        weights = {name: evaluate(expression, weights.__getitem__) for name, expression in names}
        weights |= {name: np.full_like(own[name].value(), value) for name, value in start.alone}
    others = {name: parameter.value() for name, parameter in own.items() if name not in weights}
    framework.weights.load_weights(model, others | weights)


def _nudged(weights: Mapping[str, np.ndarray], training: Training, seed: int) -> dict[str, np.ndarray]:
    weights = cast(weights, training.precision)
    return nudge(weights, seed, training.nudge) if training.nudge else weights


def _run(
    framework: Framework,
    built: Any,
    inputs: CaseInputs | PortInputs,
    training: Training,
    output: str,
    watch: Watch,
    dropout: DropoutCalls,
) -> None:
    """Train a side from its initial state, and write the trace."""
    side, precision = built.side, training.precision
    trajectory = trajectory_to_leave(training, output)
    following = (
        _again(framework, side)
        if training.again
        else trajectory_to_follow(framework, side.model, training, output, inputs.seed)
    )
    about = output, side.model, side.optimizer, set(training.audits), inputs.channels_first, side.loss
    exchange = framework.exchange.exchange_of(training)
    watching = {"exchange": exchange, "lines": training.operations, "losses_alone": training.losses_alone}
    recorder = framework.recorder.Recorder(*about, trajectory=trajectory, following=following, **watching)
    try:
        shared = inputs.batches(precision)
        batches = side.batches(shared) if side.batches else shared
        if training.again:
            batches = first_again(batches, training.steps or 1)
        else:
            batches = islice(batches, steps_to_train(training, following))
        if training.reseeded:
            batches = reseeding(batches, partial(framework.randomness.reseed, side))
        held_out = framework.held_out(inputs, precision)
        native = dropout.first_of(watch(framework.to_native(inputs, batches)))
        moved = framework.functions_moved
        unlike, probed = perturbed(side.optimizer, moved, training, inputs.seed), probing(training.probes, native)
        with unlike, framework.graphs_called() as graphs, probed as given:
            framework.train.train(side, built.step, given, recorder, held_out, inputs.steps_per_epoch)
        if side.step is None and is_whole(training):
            further = min(max(AT_LEAST_FURTHER, FURTHER * recorder.steps), AT_MOST_FURTHER)
            recorder.rates_beyond(framework.weights.further_rates(side.optimizer, side.schedule, further))
        if not recorder.steps:
            raise ValueError("the side's own batches() yields nothing: there is nothing to train on")
        first, last = framework.to_native(inputs, [inputs.batch(0, precision), inputs.last_evaluated(precision)])
        known = Known(
            precision,
            training.nudge,
            training.ulps,
            BY_ITSELF if graphs and built.compiled is None else built.compiled,
            built.muted or {},
            # A step in a graph calls no function: what it drops was seen while it was traced.
            called=() if built.compiled else dropout.settings(),
            takes_training=side.takes_training,
        )
        evaluate = (lambda: framework.train.evaluate(side, last)) if training.audits else None
        recorder.close(evaluate, _once_more(built, first, training, following), known)
    except BaseException:
        recorder.discard()
        raise


def is_whole(training: Training) -> bool:
    """Whether a run is the whole training, and nothing of it is changed."""
    unlike = training.nudge, training.follows, training.steps, training.again, training.reseeded
    return not any(each not in (None, False) for each in unlike)


def _again(framework: Framework, side: Side) -> Again:
    weights, buffers = framework.weights.named_parameters(side.model), framework.weights.named_buffers(side.model)
    return Again(framework.randomness.restart(side), weights, buffers)


def _once_more(built: Any, batch: Mapping, training: Training, following: Following | None) -> Callable[[], Any] | None:
    """Computes the first batch's loss as its step did; None where it is not known what that step was given.

    A run that follows, or ends early, is not asked whether its loss falls.
    """
    if built.side.batches is not None or following is not None or training.steps is not None:
        return None
    return lambda: built.step(built.side, batch)[0]
