"""Switches dropout off: two frameworks cannot generate the same masks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import keras
import tensorflow as tf

from compare.inputs.side import Side, every_optimizer
from compare.traces.settings.dropout import DropoutCalls, mute_own
from tf_impl.keras_internals import RATES, dropout_kernel, is_of_keras, is_seed, mute_rate, with_all_inside
from tf_impl.keras_versions import is_layer
from tf_impl.runtime import set_seed
from tf_impl.weights import to_numpy
from tf_impl.weights.layers import every_layer, every_variable

_CALLS = DropoutCalls()


def mute(model) -> dict[str, dict[str, float]]:
    """Set the rate of every dropout layer to zero; returns the former rates by the layer's path and by setting."""
    had: dict[str, dict[str, float]] = {}
    for path, layer in reversed(every_layer(model).items()):  # each layer by its own path, before one that holds it
        inside = with_all_inside(layer) if path and is_layer(layer) else (layer,)
        for inner in inside:
            for setting, rate in (_mute_keras_own if _is_keras_own(inner) else _mute_users)(inner).items():
                had.setdefault(path, {}).setdefault(setting, rate)
    return dict(reversed(had.items()))


def _mute_keras_own(layer) -> dict[str, float]:
    muted = {setting: mute_rate(layer, name) for name, setting in RATES.items()}
    return {setting: rate for setting, rate in muted.items() if rate is not None}


def _mute_users(layer) -> dict[str, float]:
    # object's own setter, because Keras' would track the attribute.
    return mute_own(type(layer).__name__, vars(layer), lambda name, value: object.__setattr__(layer, name, value))


def restart(side: Side) -> Callable[[], None]:
    """What puts weights, buffers and the state of optimizers back to what they are now, and no random numbers."""
    optimizers = every_optimizer(side.optimizer).values()
    held = [variable for each in optimizers for variable in getattr(each, "variables", ())]
    kept = [variable for variable in [*every_variable(side.model), *held] if not is_seed(variable)]
    states = [(variable, to_numpy(variable)) for variable in kept]

    def back() -> None:
        for variable, value in states:
            variable.assign(value)

    return back


def reseed(side: Side, seed: int) -> None:
    """Give all random numbers that the side may draw another state."""
    set_seed(seed)
    # differs: PyTorch's layers draw from one generator; each of Keras' has a state of its own.
    for variable in filter(is_seed, every_variable(side.model)):
        variable.assign(tf.cast([seed, seed], variable.dtype))


@contextmanager
def switched_off() -> Iterator[DropoutCalls]:
    """Functions of dropout drop nothing inside; yields what notes the rates that they are called with."""
    module, name = dropout_kernel()
    if module is None:
        yield _CALLS
        return
    kernel = getattr(module, name)

    def dropping_nothing(x, rate, *others, **named):
        _CALLS.add(tf.get_static_value(rate))
        return kernel(x, 0.0, *others, **named)

    with patch.object(module, name, dropping_nothing):
        yield _CALLS


def _is_keras_own(layer) -> bool:
    """Whether it is one of Keras' layers, or derives from one: in a user's own layer `rate` may mean anything."""
    return any(is_of_keras(each, "layers") and each is not keras.Layer for each in type(layer).__mro__)
