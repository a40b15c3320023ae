"""Build once, run many: makes a side ready for training, and resets it for the next run."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from compare.inputs.side import Side, every_optimizer
from compare.traces.flags import flags_noted
from compare.traces.made_at import noted
from torch_impl import runtime, weights
from torch_impl.randomness import mute
from torch_impl.train import train_step


@dataclass(frozen=True)
class Built:
    """A side ready for training, its initial state where that is remembered, and whether its step could be compiled.

    `compiled` is None where the step runs as it is written, as it always does in PyTorch.
    """

    side: Side
    step: Callable
    initial: Any = ()
    compiled: bool | None = None
    precision: str = "float32"
    muted: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # the rates of dropout that was switched off


def build(
    make_side: Callable[[Mapping], Side], settings: Mapping, precision: str, examples: list[dict], eager: bool = False
) -> Built:
    """Build a side in "float32" or "float64"; `examples` are batches of every shape that training will see.

    With `eager` the step is not compiled; a user's own never is. ValueError for a model without trainable weights, or
    an optimizer that the default step cannot use.
    """
    runtime.set_precision(precision)
    runtime.set_seed(0)
    flags = flags_noted({torch.nn.Parameter: ("requires_grad", "requires_grad_")})
    with noted(torch.nn.Module, torch.optim.Optimizer), flags:
        side = make_side(settings)
    muted = mute(side.model)
    # differs: PyTorch's weights exist from the start; Keras makes them, and the optimizer's slots, when first used.
    if not any(parameter.requires_grad for parameter in side.model.parameters()):
        raise ValueError("the model has no trainable weights: there is nothing to train")
    if side.step is None and not hasattr(side.optimizer, "zero_grad"):
        raise ValueError(
            f"the default step calls optimizer.zero_grad, which a {type(side.optimizer).__name__} does not have: "
            "give one of PyTorch's optimizers, or write a step of your own (torch_step)"
        )
    return Built(side, side.step or train_step, muted=muted, precision=precision)


def remember(built: Built) -> Built:
    """With its initial state, which it has now: a side that makes a single run needs no copy of it."""
    return replace(built, initial=copy.deepcopy([each.state_dict() for each in _stateful(built.side)]))


def reset(built: Built, initial_weights: Mapping[str, np.ndarray]) -> None:
    """Reset to the initial state that was remembered, and to `initial_weights`, canonical arrays by name."""
    runtime.set_precision(built.precision)  # a side of another precision may have been built since
    for each, state in zip(_stateful(built.side), copy.deepcopy(built.initial), strict=True):
        each.load_state_dict(state)
    weights.load_weights(built.side.model, initial_weights)


def _stateful(side: Side) -> list:
    """Everything that a run changes."""
    # differs: PyTorch's schedule counts its own steps; a Keras schedule is a function of the optimizer's count.
    schedule = [side.schedule] if side.schedule is not None else []
    # An optimizer of a port's own may be any object; a port is built anew for each run.
    optimizers = [each for each in every_optimizer(side.optimizer).values() if hasattr(each, "state_dict")]
    return [side.model, *optimizers, *schedule]
