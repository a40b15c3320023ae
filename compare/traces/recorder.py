"""Records any training loop into a trace, from outside; each side adds what looks into its framework.

Curves are recorded at every step, tensors at audited steps only: at all other steps no hook is attached.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Generic, TypeVar

from compare.inputs.arrays import nudge
from compare.inputs.expressions import explicit_pairs
from compare.traces.header import Header
from compare.traces.recording import NUDGE, Recording, as_named, coarsest
from compare.traces.watching import Watching

Model = TypeVar("Model")
Optimizer = TypeVar("Optimizer")
DTYPES = ("float64", "float32", "float16", "bfloat16")
Array = TypeVar("Array")  # a tensor of the framework's


class Recorder(Watching, Generic[Model, Optimizer, Array]):
    """Two lines in a loop: make it before the first step, and call `step` after each update."""

    def __init__(
        self,
        path: Path | str,
        model: Model,
        optimizer: Optimizer | Mapping[str, Optimizer] | Sequence[Optimizer],
        audits: Container[int] = range(3),
        channels_first: Container[str] = (),
        loss: Callable | None = None,
        pairs: Mapping[str | None, str | list[str] | None] | None = None,
    ):
        """Begin to record.

        path: the trace's name: "runs/torch" becomes runs/torch.npz.
        optimizer: one, a list of several, or a dict by the attribute of the model that each trains.
        audits: the steps, from 0, whose tensors are recorded.
        channels_first: the arrays of a batch that are images, (N, C, H, W) in PyTorch and (N, H, W, C) in Keras.
        loss: the loss object or function, whose settings are recorded.
        pairs: on the tf side, which of its weights is which of torch's, where order and kind do not decide.

        With COMPARE_NUDGE=1 in the environment, every weight is first moved by one ulp, and the trace is
        runs/torch.nudged.npz; COMPARE_NUDGE=bfloat16 takes bfloat16's ulp, for a loop that computes in it. Raises
        ValueError where the model has no weights yet.
        """
        super().__init__(Recording(path, audits, self.close), model, optimizer, channels_first)
        self._loss, self._pairs = loss, explicit_pairs((pairs or {}).items())
        self._described: Header | None = None
        self._nudged_by = self._nudge() if self._recording.nudged else None
        self._begin_step()

    @property
    def steps(self) -> int:
        """How many steps were recorded."""
        return self._recording.steps

    def step(
        self,
        loss: Array | float,
        batch: Mapping[str, Array] | Sequence[Array] | Array | None = None,
        metrics: Mapping[str, Array | float] | None = None,
    ) -> None:
        """Record the step just made: its scalar loss, its batch (examples first), and scalar metrics by name."""
        named = as_named(batch)
        if self._recording.audited:
            self._end_step(loss, named)
        points = {name: self._number(value) for name, value in (metrics or {}).items()}
        self._recording.point(self._number(loss), named, points)
        self._begin_step()

    def evaluation(self, evaluate: Callable[[], Array | float]) -> None:
        """Record `evaluate()`, the loss of held-out data in evaluation mode, after the step just made."""
        with self._recording.paused():
            loss = self._number(evaluate())
        self._recording.evaluation(loss)

    def close(
        self,
        evaluate: Callable[[], Array | float] | None = None,
        once_more: Callable[[], Array | float] | None = None,
        precision: str | None = None,
        nudge: str | None = None,
        compiled: bool = True,
        muted: Mapping[str, float] | None = None,
        takes_training: bool = True,
    ) -> None:
        """Write the trace, with the final weights and buffers; called at the end of the process if you do not.

        `evaluate()`, a loss in evaluation mode, is recorded with every layer's output. `once_more()` computes the first
        batch's loss as its step did; it may train, since nothing is recorded after it, and it may fail. All other
        arguments are fields of the trace's Header.
        """
        self._remove_hooks()
        if not self._recording.end():
            return
        described = self._describe()
        self._record_all("weights", self.weights.named_parameters(self._model))
        self._record_all("buffer", self.weights.named_buffers(self._model))
        if evaluate is not None:
            self._watch_layers()
            self._recording.tensor("loss", "loss", self.weights.to_numpy(evaluate()))
            self._remove_hooks()
        if once_more is not None:
            with suppress(Exception):  # a user's own step may not run more often than there are batches
                self._recording.once_more(self._number(once_more()))
        header = replace(
            described,
            precision=precision,
            nudge=nudge or self._nudged_by,
            compiled=compiled,
            muted=dict(muted or {}),
            takes_training=takes_training,
        )
        self._recording.close(header)

    def discard(self) -> None:
        """Leave no file behind."""
        self._remove_hooks()
        self._recording.discard()

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

    def _nudge(self) -> str | None:
        """Move every weight by one ulp; returns the dtype of that ulp."""
        if not self._is_built():
            self.discard()
            raise ValueError("a model without weights cannot be nudged: call it once on a batch before the recorder")
        parameters = self.weights.named_parameters(self._model)
        asked = os.environ.get(NUDGE, "")
        dtypes = {name: asked if asked in DTYPES else parameter.dtype for name, parameter in parameters.items()}
        for name, parameter in parameters.items():
            parameter.assign(nudge({name: parameter.value()}, 0, dtypes[name])[name])
        return coarsest(dtypes.values())

    def _number(self, value: Array | float) -> float:
        return float(self.weights.to_numpy(value))
