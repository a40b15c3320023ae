"""Build once, run many: makes a side ready for training, and resets it for the next run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np

from compare.inputs.port_errors import NoEvaluationError
from compare.inputs.side import Side, every_optimizer
from compare.traces.flags import flags_noted
from compare.traces.made_at import noted
from tf_impl import runtime, weights
from tf_impl.building import building
from tf_impl.functional import written_down
from tf_impl.graph import compile_step
from tf_impl.one_model import part_of
from tf_impl.randomness import mute
from tf_impl.train import evaluate, train_step
from tf_impl.weights.layers import every_variable


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
    # So that Keras gives layers the same names when they are built again; freeing memory would take 0.3 s each time.
    keras.backend.clear_session(free_memory=False)
    runtime.set_precision(precision)
    runtime.set_seed(0)
    flags = flags_noted({keras.Layer: ("trainable",), keras.Variable: ("trainable",)})
    with building() as call_once, written_down(), noted(keras.Layer, keras.optimizers.Optimizer), flags:
        side = make_side(settings)
        muted = mute(side.model)
        # differs: PyTorch's weights exist from the start; Keras makes them, and the optimizer's slots, when first used.
        call_once(side.model, lambda: _first_call(side, examples[0]))
    if not any(parameter.trainable for parameter in weights.named_parameters(side.model).values()):
        raise ValueError("the model has no trainable weights: there is nothing to train")
    if side.step is None and not hasattr(side.optimizer, "apply_gradients"):
        raise ValueError(
            f"the default step calls optimizer.apply_gradients, which a {type(side.optimizer).__name__} does not have: "
            "give one of Keras' optimizers, or write a step of your own (tf_step)"
        )
    for part, optimizer in every_optimizer(side.optimizer).items():
        if isinstance(optimizer, keras.optimizers.Optimizer):
            optimizer.build(part_of(side.model, part).trainable_variables)
    step = side.step or train_step
    if eager or side.as_written:
        return Built(side, step, muted=muted, precision=precision)
    try:
        return Built(side, compile_step(side, step, examples), compiled=True, muted=muted, precision=precision)
    except Exception:  # what cannot be traced may still run eagerly; if it does not, that error is the clearer one
        return Built(side, step, compiled=False, muted=muted, precision=precision)


def _first_call(side: Side, batch: dict) -> None:
    try:
        evaluate(side, batch)
    except NoEvaluationError:
        side.loss(side.model, batch, training=True)  # a model that gives a loss in training only


def remember(built: Built) -> Built:
    """With its initial state, which it has now: a side that makes a single run needs no copy of it."""
    return replace(built, initial=[(held, held.native()) for held in map(weights.Parameter, _stateful(built.side))])


def reset(built: Built, initial_weights: Mapping[str, np.ndarray]) -> None:
    """Reset to the initial state that was remembered, and to `initial_weights`, canonical arrays by name."""
    runtime.set_precision(built.precision)  # a side of another precision may have been built since
    for held, value in built.initial:
        held.set(value)
    weights.load_weights(built.side.model, initial_weights)


def _stateful(side: Side) -> list:
    """Every variable that a run changes."""
    # differs: PyTorch's schedule counts its own steps; a Keras schedule is a function of the optimizer's count.
    # An optimizer of a port's own may be any object; a port is built anew for each run.
    optimizers = every_optimizer(side.optimizer).values()
    keras_own = [each for each in optimizers if isinstance(each, keras.optimizers.Optimizer)]
    return [*every_variable(side.model), *(variable for each in keras_own for variable in each.variables)]
