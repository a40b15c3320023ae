"""Switches dropout off: two frameworks cannot generate the same masks."""

import keras

from tf_impl.keras_internals import RATES, is_of_keras, mute_rate, with_all_inside
from tf_impl.weights.layers import every_layer


def mute(model) -> dict[str, dict[str, float]]:
    """Set the rate of every dropout layer to zero; returns the former rates by the layer's path and by setting."""
    had: dict[str, dict[str, float]] = {}
    for path, layer in every_layer(model).items():
        inside = with_all_inside(layer) if path and isinstance(layer, keras.Layer) else ()
        for inner in (each for each in inside if _is_keras_own(each)):
            for name, setting in RATES.items():
                if (rate := mute_rate(inner, name)) is not None:
                    had.setdefault(path, {}).setdefault(setting, rate)
    return had


def _is_keras_own(layer) -> bool:
    """Whether it is one of Keras' layers, or derives from one: in a user's own layer `rate` may mean anything."""
    return any(is_of_keras(each, "layers") and each is not keras.Layer for each in type(layer).__mro__)
