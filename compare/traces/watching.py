"""Records an audited step, in causal order, by hooks that are attached to the model while it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Mapping, Sequence
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
        self._given_to: dict[int, list[set[str]]] = {}  # the same for each update of a watched step, by optimizer
        self._parameters: dict[str, Parameter] = {}  # of this step: to find them takes a walk over the model
        self._buffers: dict[str, Parameter] = {}
        self._from_outside: list[int] = []  # the audited steps that were not watched
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

    def _is_replica(self) -> bool:
        """Whether what runs is one of several replicas, each with a part of the batch."""
        return False

    def _record_output(self, name: str, value: np.ndarray | None) -> None:
        """Record a layer's output; that of a replica is left out, since another side may divide the batch otherwise."""
        if value is not None and (self._recording.at_end or not self._is_replica()):
            self._recording.tensor("forward", name, value)

    def _begin_step(self) -> None:
        self._remove_hooks()
        if self._recording.audited:
            self._started = self._updated = False
            self._before.clear()
            self._record_start()
            if self._watches(self._recording.steps):
                self._given_to.clear()
                self._watch_layers()
                for optimizer in every_optimizer(self._optimizer).values():
                    self._watch_optimizer(optimizer)
            else:
                self._from_outside.append(self._recording.steps)
        self._recording.restart()

    def _watches(self, step: int) -> bool:
        """Whether an audited step is watched while it runs; else it is recorded from what it leaves behind."""
        return True

    def _record_start(self) -> None:
        """Record the initial weights: before the first update where only the forward pass makes them."""
        if self._is_built() and not self._started:
            self._parameters = self.weights.named_parameters(self._model)
            self._buffers = self.weights.named_buffers(self._model)
            self._before = {name: parameter.value() for name, parameter in self._parameters.items()}
            for name, value in self._before.items():
                self._recording.tensor("weights", name, value)
            self._record_all("weights", self._buffers)
            self._started = True

    def _before_update(self, gradients: Mapping[int, Any]) -> None:
        """Called before an optimizer moves its variables; `gradients` are by the id of their variable."""
        self._record_start()
        if not self._updated:  # the first optimizer of the step
            self._updated = True
            self._recording.tensor("rate", "learning_rate", self.weights.learning_rate(self._optimizer))
        self._given.clear()
        for name, parameter in self._parameters.items():
            if (gradient := gradients.get(id(parameter.variable))) is not None:
                self._recording.tensor("gradient", name, parameter.canonical(gradient))
                self._given.add(name)

    def _after_update(self, optimizer: Any) -> None:
        """Called after it."""
        self._given_to.setdefault(id(optimizer), []).append(set(self._given))
        self._record_state(optimizer, self._given)

    def _record_state(self, optimizer: Any, given: set[str]) -> None:
        """Record what an optimizer keeps of the weights that it was given: it may hold slots for others too."""
        for name, value in self.weights.optimizer_state(optimizer, self._model).items():
            if name.rpartition(" ")[0] in given:
                self._recording.tensor("state", name, value)

    def _end_unwatched(self, rates: Sequence[np.ndarray]) -> None:
        """Record the rate, and the state of optimizers that made one update in the last step that was watched."""
        known = np.concatenate([np.ravel(rate) for rate in rates]) if rates else np.empty(0)
        if known.size and np.isfinite(known).all():
            self._recording.tensor("rate", "learning_rate", known[0] if len(set(known)) == 1 else known)
        for optimizer in every_optimizer(self._optimizer).values():
            if len(given := self._given_to.get(id(optimizer), [])) == 1:
                self._record_state(optimizer, given[0])

    def _end_step(self, loss: Any, batch: Mapping[str, Any]) -> None:
        for name, tensor in self.weights.batch_to_canonical(batch, self._channels_first).items():
            self._recording.tensor("batch", name, tensor)
        self._record_loss(loss)
        for name, value in self._before.items():
            self._recording.tensor("update", name, self._parameters[name].value() - value)
        self._record_all("buffer", self._buffers)

    def _record_loss(self, loss: Any) -> None:
        self._loss_is_number |= isinstance(loss, (np.ndarray, np.generic)) or not hasattr(loss, "dtype")
        self._recording.tensor("loss", "loss", self.weights.to_numpy(loss))

    def _record_all(self, stage: str, parameters: Mapping[str, Parameter]) -> None:
        for name, parameter in parameters.items():
            self._recording.tensor(stage, name, parameter.value())

    def _remove_hooks(self) -> None:
        while self._detach:
            self._detach.pop()()
