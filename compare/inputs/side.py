"""What a side brings to the loop: a model, a loss, an optimizer, and optionally a step of its own.

Reference cases and users' ports reach the loop as this one type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Side:
    """One side of a case.

    `loss(model, batch, training)` returns the scalar to minimise and a dict of metrics, each a mean over the batch.
    `optimizer` is one, or a dict of several, by the attribute of the model that each trains; beside a `step`, any
    object that it uses, or None.
    `schedule` is PyTorch's learning rate scheduler, stepped after the optimizer; in Keras the optimizer holds it.
    `step(side, batch)` does one training step and returns the same pair; None is the loop's own step.
    `as_written` is True where that step is a user's own: it then runs as it is written, and is never compiled.
    `batches` lets a side with an input pipeline of its own change the stream of batches; None takes them as they come.
    `takes_training` is False where the loss was written without `training`: the model's mode is set from outside.
    """

    model: Any
    loss: Callable[..., tuple[Any, dict]]
    optimizer: Any
    schedule: Any = None
    step: Callable[[Side, dict], tuple[Any, dict]] | None = None
    batches: Callable[[Iterable[dict]], Iterable[dict]] | None = None
    takes_training: bool = True
    as_written: bool = False


def every_optimizer(optimizer: Any) -> dict[Any, Any]:
    """Every optimizer by the part of the model that it trains: "" for a single one, the position for a list.

    None is no optimizer: the weights are moved by hand.
    """
    if optimizer is None:
        return {}
    if isinstance(optimizer, Mapping):
        return dict(optimizer)
    return dict(enumerate(optimizer)) if isinstance(optimizer, (list, tuple)) else {"": optimizer}
