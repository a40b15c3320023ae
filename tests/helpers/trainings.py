"""Trainings by NumPy, each with something that a judge may trip over: chaos, a loss that crosses zero, masked outputs.

A model's `step` works in place on its values (weights and buffers) and on `slots`, its optimizer's own; what it
computes goes through `passes(stage, name, value)`, which records it and may change it. `constant` is how exactly an
optimizer's number is held.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from compare.inputs.arrays import Arrays
from compare.traces.header import Setting

RATE, MOMENTUM = 0.1, 0.5  # the rate is one that float32 does not hold exactly
EXAMPLES = 16

Passes = Callable[..., np.ndarray]
Constant = Callable[[float], float]


class Model(ABC):
    """What a FakeSide trains; its values are weights, but for those named in `buffers`."""

    buffers: ClassVar[tuple[str, ...]] = ()

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What its recorder says of it."""
        return ()

    @abstractmethod
    def start(self) -> Arrays:
        """Initial values in float64."""

    @abstractmethod
    def step(self, step: int, values: Arrays, slots: Arrays, passes: Passes, constant: Constant) -> None: ...

    @abstractmethod
    def loss(self, values: Arrays) -> np.ndarray:
        """That of the end, in evaluation mode."""


@cache
def _points(precision: np.dtype, features: int = 4, step: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng([0, step] if step else 0)
    x = generator.standard_normal((EXAMPLES, features)).astype(precision)
    return x, (x.sum(1) + 0.3 * generator.standard_normal(EXAMPLES)).astype(precision)


@dataclass(frozen=True)
class Regression(Model):
    """Linear regression by gradient descent with momentum, and a running mean of what it predicts.

    `offset` is taken from the loss. With `masked`, three outputs are -inf, which the loss leaves out. The update
    includes a weight decay, and so does the gradient that is `shown`, where it is that of a tape and not `.grad`.
    """

    rate: float = RATE
    momentum: float = MOMENTUM
    decay: float = 0.0
    shown: bool = False
    offset: float = 0.0
    masked: bool = False

    buffers = ("running_mean",)

    def start(self) -> Arrays:
        return {"weight": np.random.default_rng(1).standard_normal(4), "running_mean": np.ones(())}

    def step(self, step: int, values: Arrays, slots: Arrays, passes: Passes, constant: Constant) -> None:
        weight = values["weight"]
        x, y = _points(weight.dtype)
        batch = passes("batch", "x", x)
        passes("weights", "weight", weight)
        predicted = passes("forward", "linear", batch @ weight)
        if self.masked:
            passes("forward", "masked", np.where(np.arange(EXAMPLES) < 3, -np.inf, predicted))
        passes("loss", "loss", np.mean((predicted - y) ** 2) - self.offset)
        gradient = 2 * batch.T @ (predicted - y) / EXAMPLES
        decayed = gradient + weight.dtype.type(self.decay) * weight
        # Only shown, as PyTorch's `.grad` is, which leaves out a weight decay that the update includes.
        passes("gradient", "weight", decayed if self.shown else gradient)
        rate = passes("rate", "learning_rate", constant(self.rate))
        momentum = weight.dtype.type(constant(self.momentum)) * slots.get("weight", np.zeros_like(weight))
        slots["weight"] = passes("state", "weight momentum", momentum + decayed)
        update = passes("update", "weight", -rate * (momentum + decayed))
        mean = passes("buffer", "running_mean", 0.9 * values["running_mean"] + 0.1 * predicted.mean())
        values |= {"weight": weight + update, "running_mean": mean}

    def loss(self, values: Arrays) -> np.ndarray:
        x, y = _points(values["weight"].dtype)
        return np.mean((x @ values["weight"] - y) ** 2) - self.offset


@dataclass(frozen=True)
class Chaotic(Model):
    """w becomes growth * w * (1 - w): from a growth of 3.57 on, an ulp soon moves every value."""

    growth: float = 3.9

    def start(self) -> Arrays:
        return {"weight": np.linspace(0.2, 0.8, 8)}

    def step(self, step: int, values: Arrays, slots: Arrays, passes: Passes, constant: Constant) -> None:
        weight = values["weight"]
        passes("weights", "weight", weight)
        output = passes("forward", "linear", weight * 1)
        passes("loss", "loss", np.mean(output))
        gradient = passes("gradient", "weight", output * (1 - output))
        rate = passes("rate", "learning_rate", constant(self.growth))
        values["weight"] = weight + passes("update", "weight", rate * gradient - weight)

    def loss(self, values: Arrays) -> np.ndarray:
        return np.mean(values["weight"])


@dataclass(frozen=True)
class Normalised(Model):
    """A linear layer, a LayerNorm with this epsilon, and a linear layer, which alone is trained."""

    epsilon: float = 1e-5

    @property
    def settings(self) -> tuple[Setting, ...]:
        return (Setting("norm", "LayerNorm", "eps", self.epsilon),)

    def start(self) -> Arrays:
        generator = np.random.default_rng(0)
        scales = {"enter": 3 * generator.standard_normal((16, 16)), "leave": generator.standard_normal(16)}
        return {name: value / 4 for name, value in scales.items()}

    def step(self, step: int, values: Arrays, slots: Arrays, passes: Passes, constant: Constant) -> None:
        x, y = _points(values["leave"].dtype, features=16)
        passes("batch", "x", x)
        for name, value in values.items():
            passes("weights", name, value)
        entered = passes("forward", "enter", x @ values["enter"])
        normal = passes("forward", "norm", self._normal(entered))
        predicted = passes("forward", "leave", normal @ values["leave"])
        passes("loss", "loss", np.mean((predicted - y) ** 2))
        gradient = passes("gradient", "leave", 2 * normal.T @ (predicted - y) / EXAMPLES)
        rate = passes("rate", "learning_rate", constant(RATE / 2))
        values["leave"] = values["leave"] + passes("update", "leave", -rate * gradient)

    def _normal(self, entered: np.ndarray) -> np.ndarray:
        centred = entered - entered.mean(1, keepdims=True)
        variance = np.mean(centred**2, axis=1, keepdims=True)
        return centred / np.sqrt(variance + entered.dtype.type(self.epsilon))

    def loss(self, values: Arrays) -> np.ndarray:
        x, y = _points(values["leave"].dtype, features=16)
        return np.mean((self._normal(x @ values["enter"]) @ values["leave"] - y) ** 2)


@dataclass(frozen=True)
class Fresh(Model):
    """A tanh unit on other batches at every step, by gradient descent with a weight decay and a small rate."""

    decay: float = 0.0
    rate: float = 0.01

    def start(self) -> Arrays:
        return {"weight": 0.3 * np.random.default_rng(3).standard_normal(8)}

    def step(self, step: int, values: Arrays, slots: Arrays, passes: Passes, constant: Constant) -> None:
        weight = values["weight"]
        x, y = _points(weight.dtype, 8, step + 1)
        passes("batch", "x", x)
        passes("weights", "weight", weight)
        predicted = passes("forward", "unit", np.tanh(x @ weight))
        passes("loss", "loss", np.mean((predicted - np.tanh(y)) ** 2))
        gradient = 2 * x.T @ ((predicted - np.tanh(y)) * (1 - predicted**2)) / EXAMPLES
        passes("gradient", "weight", gradient)
        rate = passes("rate", "learning_rate", constant(self.rate))
        decayed = gradient + weight.dtype.type(constant(self.decay)) * weight
        values["weight"] = weight + passes("update", "weight", -rate * decayed)

    def loss(self, values: Arrays) -> np.ndarray:
        x, y = _points(values["weight"].dtype, 8)
        return np.mean((np.tanh(x @ values["weight"]) - np.tanh(y)) ** 2)
