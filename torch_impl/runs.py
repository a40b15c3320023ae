"""Build once, run many: makes a side ready for training, and brings it back to the start for the next run."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.side import Side
from torch_impl import runtime, weights
from torch_impl.train import compile_step


@dataclass(frozen=True)
class Built:
    """A side made ready for training, and the state that it was built with."""

    side: Side
    step: Callable
    initial: Any


def build(make_side: Callable[[Mapping], Side], settings: Mapping, precision: str, examples: list[dict]) -> Built:
    """Build a side in "float32" or "float64"; `examples` are batches of every shape that training will meet."""
    runtime.set_precision(precision)
    side = make_side(settings)
    # differs: PyTorch's weights exist from the start; Keras makes them, and the optimizer's slots, when first used.
    initial = copy.deepcopy((side.optimizer.state_dict(), side.model.state_dict()))
    return Built(side, compile_step(side, examples), initial)


def reset(built: Built, initial_weights: Mapping[str, np.ndarray]) -> None:
    """Return to the start: optimizer and buffers as they were built, weights from canonical arrays."""
    optimizer_state, model_state = copy.deepcopy(built.initial)
    built.side.optimizer.load_state_dict(optimizer_state)
    built.side.model.load_state_dict(model_state)
    weights.load_weights(built.side.model, initial_weights)
