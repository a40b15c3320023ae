"""Records any training loop into a trace, from outside; each side adds what looks into its framework.

Curves are recorded at every step, tensors at audited steps only: at all other steps only the learning rate is watched.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

import numpy as np

from compare.inputs.arrays import nudge
from compare.inputs.expressions import explicit_pairs
from compare.inputs.options import suggesting
from compare.inputs.port_errors import NoEvaluationError
from compare.inputs.side import every_optimizer
from compare.traces.followed import FollowedLoop
from compare.traces.following import Following
from compare.traces.header import Header, Known
from compare.traces.operations import OperationRecording
from compare.traces.rates import EveryRate, beyond, named_curves
from compare.traces.recording import NUDGE, Recording, as_named, coarsest
from compare.traces.scalar import scalar
from compare.traces.settings.loss_calls import LossCalls, with_called
from compare.traces.state import ModelState
from compare.traces.trajectory import TrajectoryWriter
from compare.traces.watching import Watching

Model = TypeVar("Model")
Optimizer = TypeVar("Optimizer")
DEFAULT_AUDITS = range(3)
DTYPES = ("float64", "float32", "float16", "bfloat16")
Array = TypeVar("Array")  # a tensor of the framework's
Value = TypeVar("Value")


class Recorder(Watching, Generic[Model, Optimizer, Array]):
    """Two lines in a loop: make it before the first step, and call `step` after each update."""

    @suggesting
    def __init__(
        self,
        path: Path | str,
        model: Model,
        optimizer: Optimizer | Mapping[str, Optimizer] | Sequence[Optimizer],
        audits: Container[int] | None = None,
        channels_first: Container[str] = (),
        loss: Callable | None = None,
        pairs: Mapping[str | None, str | list[str] | None] | None = None,
        follow: Path | str | None = None,
        lines: bool = False,
        trajectory: TrajectoryWriter | None = None,
        following: Following | None = None,
        exchange: Any = None,
        losses_alone: bool = False,
    ):
        """Begin to record.

        path: the trace's name: "runs/torch" becomes runs/torch.npz.
        model: one, several by name in a dict (or in a list), or the tensors or variables that are trained by hand.
        optimizer: one, a list of several, a dict by the part of the model that each trains, or None.
        audits: the steps, from 0, whose tensors are recorded. By default the first three, or those that `follow` has;
            TensorFlow then runs the first of them eagerly, and of the others shows neither outputs nor gradients.
        channels_first: the arrays of a batch that are images, (N, C, H, W) in PyTorch and (N, H, W, C) in Keras.
        loss: the loss object or function, whose settings are recorded.
        pairs: on the tf side, which of its weights is which of torch's, where kind, names and order do not decide:
            {"dense.weight": "fc.weight"}, and all else that a port's WEIGHTS may say.
        follow: on the tf side, the trace of the PyTorch loop, with whose weights each audited step then begins.
        lines: whether to record the first audited step operation by operation, so that `compare diff` names the lines
            of code that differ; that step takes some seconds more.
        trajectory: where to leave the weights and buffers of every step, for other runs to follow.
        following: what leads the model along the trajectory of another run.
        exchange: what records, or isolates, what layers exchange; see exchange.py of each side.
        losses_alone: whether of the audited steps only the losses are kept.

        With COMPARE_NUDGE=1 in the environment, every weight is first moved by one ulp, and the trace is
        runs/torch.nudged.npz; COMPARE_NUDGE=bfloat16 takes bfloat16's ulp, for a loop that computes in it. Raises
        ValueError where the model has no weights yet, or `audits` are no steps.
        """
        model, optimizer = self._as_written(model, optimizer)
        self._trajectory, self._following, self._exchange = trajectory, following, exchange
        self._operations = self._operation_recording() if lines else None
        self._loss, self._pairs = loss, explicit_pairs(pairs or {})
        self._loop = None if follow is None else self._loop_to_follow(follow, model, optimizer, audits)
        self._watched: Container[int] | None = audits  # None: where that costs much, the first audit of a row
        if isinstance(audits, int):
            raise ValueError(f"audits={audits}: expected steps, as range({audits}) or [{audits}]")
        if audits is None:
            audits = DEFAULT_AUDITS if self._loop is None else self._loop.steps
        recording = Recording(path, audits, self.close, self.discard, losses_alone)
        super().__init__(recording, model, optimizer, channels_first)
        self._described: Header | None = None
        self._losses = self.loss_calls()
        self._every_rate = EveryRate(self._rates, every_optimizer(optimizer))
        self._no_evaluation, self._evaluated_in_training, self._ended_by = "", False, ""
        self._nudged_by = self._nudge() if self._recording.nudged else None
        self._begin_step()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        """Close it, after an error too: what was recorded so far is kept, and what ended it."""
        self._ended_by = f"{kind.__name__}: {error}" if kind else ""
        self.close()

    @cached_property
    def _state(self) -> ModelState:
        return ModelState({**self.weights.named_parameters(self._model), **self.weights.named_buffers(self._model)})

    @property
    def steps(self) -> int:
        """How many steps were recorded."""
        return self._recording.steps

    @suggesting
    def step(
        self,
        loss: Array | float,
        batch: Mapping[str, Array] | Sequence[Array] | Array | None = None,
        metrics: Mapping[str, Array | float] | None = None,
    ) -> None:
        """Record the step just made: its scalar loss, its batch (examples first), and scalar metrics by name.

        A metric named as a curve of the recorder's own, "loss" or "learning_rate", is kept as "metric loss". ValueError
        where the recorder is closed, another was made for the same file since, or a loss or metric is not one number.
        """
        self._recording.check_open()
        number = self._number(loss, "the loss")
        points = {name: self._number(value, f"the metric {name}") for name, value in (metrics or {}).items()}
        self._end_operations()
        self._losses.stop()
        named = as_named(batch)
        self._every_rate.end_step()
        if self._recording.audited:
            if not self._watches(self.steps):
                self._describe()
                self._end_unwatched(self._every_rate.last())
            if self._exchange is not None:
                self._exchange.end_step(loss)
            self._end_step(loss, named)
        self._recording.point(number, named, points)
        if self._following is not None:
            self._following.measure()
        self._begin_step()

    def _begin_step(self) -> None:
        """Leave the state of the next step to others, or take it from them."""
        if self._following is not None:
            self._following.begin()
        step = self._recording.steps
        if self._loop is not None and self._loop.begin(step) and self._nudged_by:
            self._nudge(f"/{step}")
        if self._trajectory is not None:
            self._trajectory.add(self._state.values())
        super()._begin_step()
        if self._recording.audited:
            self._losses.start()
            if self._operations is not None:
                parameters = self.weights.named_parameters(self._model)
                self._operations.start({name: each.variable for name, each in parameters.items()})

    def _end_operations(self) -> None:
        """Record what the step computed, if that was asked for."""
        if self._operations is not None and self._recording.audited:
            self._operations.stop()
            self._recording.operations(self._operations.log.end())
            self._operations = None

    def rates_beyond(self, rates: Mapping[Any, np.ndarray]) -> None:
        """Record the rates (steps, groups), by optimizer, that would follow behind the last step."""
        for name, values in named_curves(rates).items():
            self._recording.curve(beyond(name), values)

    def evaluation(self, evaluate: Callable[[], Array | float]) -> None:
        """Record `evaluate()`, the loss of held-out data in evaluation mode, after the step just made."""
        with self._recording.paused():
            loss = self._evaluated(lambda: self._number(evaluate(), "the loss of the evaluation"))
        if loss is not None:
            self._recording.evaluation(loss)

    def close(
        self,
        evaluate: Callable[[], Array | float] | None = None,
        once_more: Callable[[], Array | float] | None = None,
        known: Known | None = None,
    ) -> None:
        """Write the trace; called at the end of the process if you do not.

        `evaluate()`, a loss in evaluation mode, is recorded with every layer's output. `once_more()` computes the first
        batch's loss as its step did; it may train, since nothing is recorded after it, and it may fail. A study, which
        judges each step by itself, says what is `known` of its run, and needs no last weights and buffers.
        """
        self._losses.stop()
        self._remove_hooks()
        if not self._recording.end():
            return
        self._every_rate.detach()
        for name, values in self._every_rate.curves().items():
            self._recording.curve(name, values)
        self._describe()
        if known is None:
            self._record_all("weights", self.weights.named_parameters(self._model))
            self._record_all("buffer", self.weights.named_buffers(self._model))
        if evaluate is not None:
            self._watch_layers()
            loss = self._evaluated(evaluate)
            self._remove_hooks()
            if loss is not None:
                self._record_loss(loss)
        if once_more is not None:
            with suppress(Exception):  # a user's own step may not run more often than there are batches
                self._recording.once_more(self._number(once_more(), "the loss"))
        header = self._at_the_end(known or Known())
        self._end_others()
        self._recording.close(header, self._following.apart if self._following else {})

    def _at_the_end(self, known: Known) -> Header:
        """The header with what only the whole run shows."""
        described = self._describe()
        return replace(
            described,
            settings=(*with_called(described.settings, self._losses.found), *known.called),
            precision=known.precision,
            nudge=known.nudge or self._nudged_by,
            ulps=known.ulps,
            compiled=known.compiled,
            muted={path: dict(rates) for path, rates in known.muted.items()},
            takes_training=known.takes_training,
            loss_is_number=self._loss_is_number,
            no_evaluation=self._no_evaluation,
            evaluated_in_training=self._evaluated_in_training and not known.takes_training,
            from_outside=tuple(step for step in self._from_outside if step < self.steps),
            ended_by=self._ended_by,
            followed=tuple(step for step in self._loop.steps if step < self.steps) if self._loop else (),
            flow={to: sorted(sources) for to, sources in getattr(self._exchange, "reached", {}).items()},
            gradient_flow={to: sorted(sources) for to, sources in getattr(self._exchange, "gradients", {}).items()},
        )

    def _end_others(self) -> None:
        """Close the files of other runs."""
        for other in (self._loop, self._trajectory, self._exchange):
            if other is not None:
                other.close()

    def discard(self) -> None:
        """Leave no file behind."""
        if self._operations is not None:
            self._operations.stop()
        self._losses.stop()
        self._remove_hooks()
        self._end_others()
        self._every_rate.detach()
        self._recording.discard()

    def _as_written(self, model: Model, optimizer: Any) -> tuple[Model, Any]:
        """A model and its optimizers without what wraps them for another device or a compiler."""
        return model, optimizer

    @staticmethod
    @abstractmethod
    def _operation_recording() -> OperationRecording:
        """What records a step operation by operation."""

    @staticmethod
    def loss_calls() -> LossCalls:
        """What watches the calls of the framework's losses."""
        return LossCalls({})

    def _calling_no_loss(self) -> AbstractContextManager[None]:
        """Inside, no call of a loss is looked for."""
        return self._losses.paused()

    @abstractmethod
    def _header(self) -> Header:
        """The model's layers and weights, and all settings."""

    def _describe(self) -> Header:
        """The header, made once, before the first audited update: an optimizer's settings may change later."""
        if self._described is None:
            self._described = replace(self._header(), explicit=self._pairs)
        return self._described

    def _before_update(self, gradients: Mapping) -> None:
        self._describe()
        super()._before_update(gradients)

    def _loop_to_follow(
        self, path: Path | str, model: Model, optimizer: Any, audits: Container[int] | None
    ) -> FollowedLoop:
        """What leads the model along a recorded loop."""
        raise ValueError(f"follow={str(path)!r}: the PyTorch loop leads, tf_impl.Recorder(..., follow=...) follows it")

    def _nudge(self, sample: str = "") -> str | None:
        """Move every weight by one ulp, up or down as `sample` has it; returns the dtype of that ulp."""
        if not self._is_built():
            self.discard()
            raise ValueError("a model without weights cannot be nudged: call it once on a batch before the recorder")
        parameters = self.weights.named_parameters(self._model)
        asked = os.environ.get(NUDGE, "")
        dtypes = {name: asked if asked in DTYPES else parameter.dtype for name, parameter in parameters.items()}
        for name, parameter in parameters.items():
            parameter.assign(nudge({name: parameter.value()}, 0, dtypes[name], sample)[name])
        return coarsest(dtypes.values())

    def _evaluated(self, evaluate: Callable[[], Value]) -> Value | None:
        """What is evaluated; None where a port's loss gives no number in evaluation."""
        try:
            return evaluate()
        except NoEvaluationError as error:
            self._no_evaluation = str(error)
            return None

    def _number(self, value: Array | float, what: str) -> float:
        return scalar(value, what, self.weights.to_numpy)
