"""What the optimizers make of the gradients that they are given, as their settings say.

Notice what is shown: PyTorch's `.grad` as the loop has clipped it, without the weight decay that the optimizer adds;
TensorFlow's as the optimizer is given it, before Keras clips it inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from compare.judging.settings.subjects import by_subject
from compare.traces.calls import number_of_call
from compare.traces.header import Header
from compare.traces.trace import TracePair

Gradients = Mapping[str, np.ndarray]  # of all weights at one step

# How a decay may be written that is added to the gradient; None where both kinds of decay do the same.
COUPLED = ("L2, into the gradient", None)


class Clip(NamedTuple):
    """A clip of Keras' optimizers, by its name there."""

    name: str
    limit: float

    def __str__(self) -> str:
        return f"{self.name}={self.limit:.3g}"

    def of(self, gradients: Gradients, tensor: str) -> np.ndarray:
        """One of these gradients, clipped."""
        gradient = gradients[tensor]
        if self.name == "clipvalue":
            return np.clip(gradient, -self.limit, self.limit)
        same_call = [name for name in gradients if number_of_call(name) == number_of_call(tensor)]
        together = same_call if self.name == "global_clipnorm" else [tensor]
        norm = float(np.sqrt(sum(np.square(gradients[name], dtype=np.float64).sum() for name in together)))
        return gradient * gradient.dtype.type(self.limit / max(norm, self.limit))


class Used(NamedTuple):
    """The gradients of one weight as the two optimizers use them."""

    torch: np.ndarray
    tf: np.ndarray


@dataclass(frozen=True)
class Use:
    """How much of the weight each side's optimizer adds to its gradient, and how Keras' clips before."""

    torch_decay: float
    tf_decay: float
    clip: Clip | None

    def of(self, tensor: str, torch: np.ndarray, tf: Gradients, weight: np.ndarray) -> Used:
        """What the optimizers use where these gradients are shown."""
        with np.errstate(invalid="ignore", over="ignore"):
            clipped = self.clip.of(tf, tensor) if self.clip else tf[tensor]
        return Used(torch + weight * self.torch_decay, clipped + weight * self.tf_decay)

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings of the optimizers that it explains."""
        decay = ("weight_decay",) if self.torch_decay != self.tf_decay else ()
        return (*decay, "clipping") if self.clip else decay

    def __str__(self) -> str:
        adding, other = ("torch", "tf") if self.torch_decay > self.tf_decay else ("tf", "torch")
        decay, parts = abs(self.torch_decay - self.tf_decay), []
        if decay:
            parts.append(f"{adding}'s optimizer adds the weight decay of {decay:.3g} that {other}'s gradient includes")
        if self.clip:
            parts.append(f"Keras' optimizer clips as torch's loop does, with {self.clip}")
        return " and ".join(parts)


def uses_of(pair: TracePair) -> list[Use]:
    """What the settings say of the optimizers: of every group of parameters of one side, with every one of the other.

    Without those uses in which the two do the same.
    """
    every = [
        Use(*each) for each in product(_decays(pair.torch.header), _decays(pair.tf.header), _clips(pair.tf.header))
    ]
    return [use for use in every if use.clip or use.torch_decay != use.tf_decay]


def _decays(header: Header) -> list[float]:
    """The decays that are added to gradients; 0 for a group whose weights do not decay, or decay apart from them."""
    coupled = [
        float(settings.get("weight_decay") or 0) if settings.get("weight_decay kind") in COUPLED else 0.0
        for settings in _optimizers(header)
    ]
    return list(dict.fromkeys(coupled)) or [0.0]


def _clips(header: Header) -> list[Clip | None]:
    written = dict.fromkeys(settings.get("clipping") or "none" for settings in _optimizers(header))
    return [_to_clip(text) for text in written] or [None]


def _to_clip(text: str) -> Clip | None:
    name, _, limit = text.partition("=")
    return Clip(name, float(limit)) if limit else None


def _optimizers(header: Header) -> list[dict[str, Any]]:
    subjects = by_subject(header.settings).values()
    return [each.settings for each in subjects if each.subject.startswith("optimizer")]


def from_multiple(made: np.ndarray, gradient: np.ndarray) -> float:
    """How far an array is from the nearest multiple of a gradient, relative to its own size; infinite for zeros."""
    made, gradient = (each.astype(np.float64) for each in (made, gradient))
    size, square = np.abs(made).max(), np.vdot(gradient, gradient)
    if not size or not square or not np.isfinite(size + square):
        return np.inf
    return float(np.abs(made - gradient * (np.vdot(gradient, made) / square)).max() / size)
