"""Build once, run many: makes a side ready for training, and brings it back to the start for the next run."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compare.side import Side
from torch_impl import runtime, weights
from torch_impl.randomness import mute
from torch_impl.train import compile_step


@dataclass(frozen=True)
class Built:
    """A side made ready for training, the state that it was built with, and whether its step is all it can be."""

    side: Side
    step: Callable
    initial: Any
    compiled: bool = True
    muted: Mapping[str, float] = field(default_factory=dict)  # layers that would draw at random, and their rates


def build(
    make_side: Callable[[Mapping], Side], settings: Mapping, precision: str, examples: list[dict], eager: bool = False
) -> Built:
    """Build a side in "float32" or "float64"; `examples` are batches of every shape that training will meet.

    `eager` leaves the step as it is written.
    """
    runtime.set_precision(precision)
    runtime.set_seed(0)
    side = make_side(settings)
    muted = mute(side.model)
    # differs: PyTorch's weights exist from the start; Keras makes them, and the optimizer's slots, when first used.
    if not any(parameter.requires_grad for parameter in side.model.parameters()):
        raise ValueError("the model has no trainable weights: there is nothing to train")
    initial = copy.deepcopy((side.optimizer.state_dict(), side.model.state_dict()))
    return Built(side, compile_step(side, examples), initial, muted=muted)


def reset(built: Built, initial_weights: Mapping[str, np.ndarray] | None) -> None:
    """Return to the start: everything as it was built, or weights from canonical arrays where they are given."""
    optimizer_state, model_state = copy.deepcopy(built.initial)
    built.side.optimizer.load_state_dict(optimizer_state)
    built.side.model.load_state_dict(model_state)
    if initial_weights is not None:
        weights.load_weights(built.side.model, initial_weights)
