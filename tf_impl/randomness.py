"""Switches off what each framework makes random in training: two sides cannot have the same dropout masks."""

import keras

from tf_impl.weights.layers import every_layer

RATES = ("rate", "stddev", "dropout", "recurrent_dropout", "_dropout")
RANDOM = (keras.Layer,)


def mute(model) -> dict[str, float]:
    """Set the rate of every dropout layer to zero; returns the rates that they had, by the layer's path."""
    had = {}
    for path, layer in every_layer(model).items():
        inside = layer._flatten_layers() if path and isinstance(layer, RANDOM) else ()
        for inner in (each for each in inside if _is_keras_own(each)):
            for attribute in RATES:
                rate = vars(inner).get(attribute)
                if isinstance(rate, (int, float)) and rate > 0:
                    had[path] = float(rate)
                    object.__setattr__(inner, attribute, 0.0)
    return had


def _is_keras_own(layer) -> bool:
    """Whether it is one of Keras' layers, or derives from one: in a user's own layer `rate` may mean anything."""
    return any(
        each.__module__.startswith("keras.src.layers.") and each is not keras.Layer for each in type(layer).__mro__
    )
