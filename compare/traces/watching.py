"""Records an audited step, in causal order, by hooks that are attached to the model while it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Mapping
from typing import Any, ClassVar, Protocol

import numpy as np

from compare.inputs.side import every_optimizer
from compare.traces.parameters import Parameter
from compare.traces.rates import Rates
from compare.traces.recording import Recording


class Weights(Protocol):
    """What a side's package `weights` provides; all arrays are in canonical layout."""

    def named_parameters(self, model: Any) -> dict[str, Parameter]: ...
    def named_buffers(self, model: Any) -> dict[str, Parameter]: ...
    def batch_to_canonical(self, batch: Mapping, channels_first: Container[str]) -> dict[str, np.ndarray]: ...
    def learning_rate(self, optimizer: Any) -> np.ndarray: ...
    def optimizer_state(self, optimizer: Any, model: Any) -> dict[str, np.ndarray]: ...
    def to_numpy(self, tensor: Any) -> np.ndarray: ...


class Watching(ABC):
    """Watches a model and its optimizers; each side says how to hook into its framework."""

    weights: ClassVar[Weights]

    def __init__(self, recording: Recording, model: Any, optimizer: Any, channels_first: Container[str]):
        self._recording, self._model, self._optimizer = recording, model, optimizer
        self._channels_first = channels_first
        self._before: dict[str, np.ndarray] = {}  # the weights at the beginning of this step
        self._loss_is_number = False  # whether a loss came as a plain number, which has no dtype of the training's
        self._started = False  # whether this step's initial weights are recorded
        self._updated = False  # whether an optimizer has been at work in this step
        self._given: set[str] = set()  # the weights for which the optimizer at work has a gradient
        self._detach: list[Callable[[], None]] = []

    @abstractmethod
    def _watch_layers(self) -> None:
        """Record each layer's output, as the stage "forward"."""

    @abstractmethod
    def _watch_optimizer(self, optimizer: Any) -> None:
        """Call `_before_update` and `_after_update` around each of an optimizer's updates."""

    @abstractmethod
    def _rates(self, optimizer: Any) -> Rates | None:
        """What watches an optimizer's learning rate; None for an object that has none."""

    def _is_built(self) -> bool:
        """Whether the model's weights exist."""
        return True

    def _begin_step(self) -> None:
        self._remove_hooks()
        if self._recording.audited:
            self._started = self._updated = False
            self._before.clear()
            self._record_start()
            self._watch_layers()
            for optimizer in every_optimizer(self._optimizer).values():
                self._watch_optimizer(optimizer)
        self._recording.restart()

    def _record_start(self) -> None:
        """Record the initial weights: before the first update where only the forward pass makes them."""
        if self._is_built() and not self._started:
            parameters = self.weights.named_parameters(self._model)
            self._before = {name: parameter.value() for name, parameter in parameters.items()}
            for name, value in self._before.items():
                self._recording.tensor("weights", name, value)
            self._record_all("weights", self.weights.named_buffers(self._model))
            self._started = True

    def _before_update(self, gradients: Mapping[int, Any]) -> None:
        """Called before an optimizer moves its variables; `gradients` are by the id of their variable."""
        self._record_start()
        parameters = self.weights.named_parameters(self._model)
        if not self._updated:  # the first optimizer of the step
            self._updated = True
            self._recording.tensor("rate", "learning_rate", self.weights.learning_rate(self._optimizer))
        self._given.clear()
        for name, parameter in parameters.items():
            if (gradient := gradients.get(id(parameter.variable))) is not None:
                self._recording.tensor("gradient", name, parameter.canonical(gradient))
                self._given.add(name)

    def _after_update(self, optimizer: Any) -> None:
        """Called after it: an optimizer may hold slots for weights that were never given to it."""
        for name, value in self.weights.optimizer_state(optimizer, self._model).items():
            if name.rpartition(" ")[0] in self._given:
                self._recording.tensor("state", name, value)

    def _end_step(self, loss: Any, batch: Mapping[str, Any]) -> None:
        for name, tensor in self.weights.batch_to_canonical(batch, self._channels_first).items():
            self._recording.tensor("batch", name, tensor)
        self._record_loss(loss)
        for name, parameter in self.weights.named_parameters(self._model).items():
            if name in self._before:
                self._recording.tensor("update", name, parameter.value() - self._before[name])
        self._record_all("buffer", self.weights.named_buffers(self._model))

    def _record_loss(self, loss: Any) -> None:
        self._loss_is_number |= isinstance(loss, (np.ndarray, np.generic)) or not hasattr(loss, "dtype")
        self._recording.tensor("loss", "loss", self.weights.to_numpy(loss))

    def _record_all(self, stage: str, parameters: Mapping[str, Parameter]) -> None:
        for name, parameter in parameters.items():
            self._recording.tensor(stage, name, parameter.value())

    def _remove_hooks(self) -> None:
        while self._detach:
            self._detach.pop()()
