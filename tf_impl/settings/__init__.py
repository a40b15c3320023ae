"""The settings of Keras' layers, optimizers and losses; compare.traces.settings collects them."""

import keras
from keras.losses import Loss

from compare.traces import settings
from compare.traces.settings.losses import loss_objects
from tf_impl.keras_versions import is_layer, like
from tf_impl.one_model import given_parts
from tf_impl.settings.activations import ends_without
from tf_impl.settings.axes import normalised_axes
from tf_impl.settings.layers import layer_settings, neighbours
from tf_impl.settings.losses import loss_calls, one_loss
from tf_impl.settings.optimizers import optimizer_settings
from tf_impl.weights.layers import every_layer, kind, named_layers
from tf_impl.weights.parameters import named_parameters

OVERWRITTEN = "overwrites the kernel, without a gradient"

# What prepares inputs, in Keras 3 and 2.
PREPROCESSING = ("DataLayer", "TFDataLayer", "PreprocessingLayer", "Rescaling", "Normalization", "Resizing")


class Settings(settings.Settings):
    """The settings of Keras' objects."""

    layers, kind, neighbours = map(staticmethod, (named_layers, kind, neighbours))
    of_layer, of_optimizer = map(staticmethod, (layer_settings, optimizer_settings))

    def of_places(self, model) -> dict[str, dict]:
        """The axis of a normalisation, and that no activation follows a layer."""
        named = named_layers(model)
        listed = (part for part in given_parts(model) if like(part, "Sequential", "Functional"))
        outermost = [layer for part in listed for layer in part.layers]
        axes = normalised_axes(named)
        return {
            path: axes.get(path, {}) | ({"activation": "none"} if ends_without(layer, outermost) else {})
            for path, layer in named.items()
        }

    def preparing(self, model) -> list[str]:
        """Keras' layers for it, as those of keras.applications."""
        return [_said(layer) for layer in named_layers(model).values() if like(layer, *PREPROCESSING)]

    def spectral_norm(self, model) -> str:
        """Keras' layer around another."""
        return OVERWRITTEN if any(like(layer, "SpectralNormalization") for layer in every_layer(model).values()) else ""

    def of_loss(self, loss) -> list[tuple[str, dict]]:
        """The losses of keras.losses that it is or uses."""
        return [one_loss(each) for each in loss_objects(loss, Loss)]

    def of_precision(self, model) -> dict:
        """The dtype of new layers, of the weights, and of each layer's policy."""
        dtypes = {keras.backend.standardize_dtype(variable.dtype) for variable in _variables(model)}
        with_weights = [layer for layer in named_layers(model).values() if _variables(layer)]
        compute = {layer.compute_dtype for layer in with_weights if is_layer(layer)} or dtypes
        return {
            "default dtype": keras.config.floatx(),
            "dtype of weights": sorted(dtypes),
            "compute dtype": sorted(compute),
        }

    def weights(self, layer) -> list[tuple[tuple[int, ...], bool]]:
        """By each variable's flag, which a layer's `trainable` sets."""
        return [(tuple(variable.shape), variable.trainable) for variable in _variables(layer)]

    def flagged(self, layer) -> list:
        """Its variables, and itself: a layer's `trainable` sets both."""
        return [*_variables(layer), layer]


describe, made_at, flags_set_at = Settings().describe, Settings().made_at, Settings().flags_set_at

__all__ = ["Settings", "describe", "flags_set_at", "loss_calls", "made_at"]


def _said(layer) -> str:
    values = {name: getattr(layer, name, None) for name in ("scale", "offset")}
    numbers = [f"{name}={value:g}" for name, value in values.items() if isinstance(value, (int, float))]
    return f"{type(layer).__name__}({', '.join(numbers)})"


def _variables(layer) -> list:
    """Everything in a layer or a model that can train, frozen or not, each once."""
    found = [parameter.variable for parameter in named_parameters(layer).values()]
    return list({id(variable): variable for variable in found}.values())
