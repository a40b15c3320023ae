"""The settings of a model, an optimizer and a loss, in PyTorch's terms: plain values, compared elsewhere.

Nothing here raises, since it runs inside users' scripts: a setting that cannot be read is left out.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from compare.inputs.side import every_optimizer
from compare.traces.flags import flag_set_at
from compare.traces.header import Setting
from compare.traces.made_at import calls_that_make
from compare.traces.places import Place
from compare.traces.settings.values import attempt, plain, readable

Subject = tuple[str, str, dict[str, Any]]  # its name, its kind by PyTorch's name, its settings
OF_OPTIMIZERS, OF_LOSSES = ("optimizer", "optimizer group", 0), ("loss", "loss", 1)  # how they are numbered
Around = dict[int, tuple[Any, Any]]  # the layers before and after each, by its id; None where not known


class Settings(ABC):
    """Collects the settings of a side; the side says what the attributes of its framework's classes mean."""

    @abstractmethod
    def of_optimizer(self, optimizer: Any) -> list[tuple[str, dict[str, Any]]]:
        """Kind and settings of an optimizer, one entry per group of its parameters."""

    @abstractmethod
    def of_layer(self, layer: Any, before: Any, after: Any) -> dict[str, Any]:
        """The settings of a layer; its neighbours are None where they are not known."""

    def of_places(self, model: Any) -> dict[str, dict[str, Any]]:
        """The settings that a layer has by its place in the model, by its path."""
        return {}

    @abstractmethod
    def preparing(self, model: Any) -> list[str]:
        """The layers that prepare a model's inputs, as they are written."""

    def spectral_norm(self, model: Any) -> str:
        """What the framework's spectral normalisation does to the weights of a model; empty where there is none."""
        return ""

    @abstractmethod
    def of_loss(self, loss: Callable) -> list[tuple[str, dict[str, Any]]]:
        """Kind and settings of every loss object that a loss is or uses."""

    @abstractmethod
    def of_precision(self, model: Any) -> dict[str, Any]:
        """The default dtype, the dtype of the weights, and that of the computation."""

    @abstractmethod
    def layers(self, model: Any) -> dict[str, Any]:
        """The layers that hold no other layer, by their path."""

    @abstractmethod
    def kind(self, layer: Any) -> str:
        """PyTorch's name of a layer's class."""

    @abstractmethod
    def neighbours(self, model: Any) -> Around:
        """The layers before and after each, as far as the model's structure shows them."""

    @abstractmethod
    def weights(self, layer: Any) -> list[tuple[tuple[int, ...], bool]]:
        """Shape of every weight in a layer or model, frozen ones included, and whether it trains; each once."""

    @abstractmethod
    def flagged(self, layer: Any) -> list[Any]:
        """What says of a layer whether it trains: its weights, and itself where it has a flag of its own."""

    def describe(self, model: Any, optimizer: Any, loss: Callable | None = None) -> list[Setting]:
        """Every setting of a side, as JSON values."""
        parts = (
            lambda: self._optimizers(optimizer) if optimizer is not None else [],
            lambda: self._layers(model),
            lambda: [("model", type(model).__name__, self._model(model))],
            lambda: _numbered(*OF_LOSSES, self.of_loss(loss)) if loss is not None else [],
            lambda: [("precision", "", self.of_precision(model))],
        )
        return [
            Setting(subject, kind, setting, value)
            for part in parts
            for subject, kind, settings in attempt(part, [])
            for setting, value in readable({name: partial(plain, value) for name, value in settings.items()}).items()
        ]

    def made_at(self, model: Any, optimizer: Any) -> dict[str, tuple[Place, ...]]:
        """The lines that made the layers and optimizers, innermost first, by subject, as far as they are known."""
        optimizers = list(every_optimizer(optimizer).values()) if optimizer is not None else []
        groups = [each for each in optimizers for _ in getattr(each, "param_groups", [each])]  # Keras' have one
        named = {
            **attempt(lambda: self.layers(model), {}),
            **{_name(*OF_OPTIMIZERS, place): each for place, each in enumerate(groups)},
        }
        return {subject: places for subject, each in named.items() if (places := calls_that_make(each))}

    def flags_set_at(self, model: Any) -> dict[str, Place]:
        """The lines that set whether a layer trains, by subject, as far as one was seen."""
        places = {
            path: next(filter(None, map(flag_set_at, attempt(partial(self.flagged, layer), []))), None)
            for path, layer in attempt(lambda: self.layers(model), {}).items()
        }
        return {path: place for path, place in places.items() if place is not None}

    def _optimizers(self, optimizer: Any) -> list[Subject]:
        """Every optimizer; a second one is listed like a second group of parameters."""
        every = every_optimizer(optimizer).values()
        groups = (group for each in every for group in attempt(partial(self.of_optimizer, each), []))
        return _numbered(*OF_OPTIMIZERS, groups)

    def _layers(self, model: Any) -> list[Subject]:
        around = attempt(lambda: self.neighbours(model), {})
        of_places = attempt(lambda: self.of_places(model), {})
        return [
            (path, self.kind(layer), of_places.get(path, {}) | self._layer(layer, *around.get(id(layer), (None, None))))
            for path, layer in self.layers(model).items()
        ]

    def _layer(self, layer: Any, before: Any, after: Any) -> dict[str, Any]:
        own = attempt(lambda: self.of_layer(layer, before, after), {})
        return {"kind": self.kind(layer)} | own | attempt(lambda: self._trainable(layer), {})

    def _trainable(self, layer: Any) -> dict[str, Any]:
        """Whether the weights of a layer train: True, False or "partly"; empty for a layer without weights."""
        flags = {trains for _, trains in self.weights(layer)}
        return {"trainable": "partly" if len(flags) == 2 else flags.pop()} if flags else {}

    def _model(self, model: Any) -> dict[str, Any]:
        """The number of weights, running statistics not counted, and what prepares the inputs inside of the model."""
        sizes = [(math.prod(shape), trains) for shape, trains in self.weights(model)]
        prepared = attempt(lambda: self.preparing(model), [])
        counts = {
            "parameters": sum(size for size, _ in sizes),
            "trainable parameters": sum(size for size, trains in sizes if trains),
        }
        spectral = attempt(lambda: self.spectral_norm(model), "")
        said = {"preprocessing": ", ".join(prepared), "spectral norm": spectral}
        return counts | {name: value for name, value in said.items() if value}


def _numbered(name: str, others: str, first: int, found: Iterable[tuple[str, dict]]) -> list[Subject]:
    return [(_name(name, others, first, place), *each) for place, each in enumerate(found)]


def _name(name: str, others: str, first: int, place: int) -> str:
    """The first under the name alone, the others numbered: "loss", "loss 2"; "optimizer", "optimizer group 1"."""
    return name if place == 0 else f"{others} {place + first}"
