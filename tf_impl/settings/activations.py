"""The settings of activations, in PyTorch's terms, as layers or as an argument of a layer."""

import keras
from keras import layers

from compare.traces.settings.values import in_words
from tf_impl.keras_internals import called_on, calls_around, is_of_keras
from tf_impl.keras_versions import is_layer, like
from tf_impl.weights.layers import is_linear, kind


def activation(layer, before=None) -> dict:
    """An elementwise layer, or a softmax."""
    settings = {
        "LeakyReLU": {"negative_slope": 0.2},
        "ReLU6": {"min_val": 0.0, "max_val": 6.0},
        "Hardtanh": {"min_val": -1.0, "max_val": 1.0},
        **{name: {"alpha": 1.0} for name in ("ELU", "CELU")},
        **{name: {"lambd": 0.5} for name in ("Softshrink", "Hardshrink")},
        **{name: {"dim": -1} for name in ("Softmax", "LogSoftmax", "GLU")},
        "Softplus": {"beta": 1.0},
        "GELU": {"approximate": "none"},
    }.get(kind(layer), {})
    names = {"negative_slope": "negative_slope", "alpha": "alpha", "max_value": "max_val", "threshold": "threshold"}
    names |= {"axis": "dim"} if like(layer, "Softmax") else {}
    own = {
        name: getattr(layer, key) for key, name in names.items() if isinstance(getattr(layer, key, None), (int, float))
    }
    settings = settings | {name: value for name, value in own.items() if value or name in settings}
    shape = called_on(layer)
    if settings.get("dim") == -1 and len(shape) != 3 and shape:  # with two axes, or channels, 1 is the last one
        settings["dim"] = 1
    return settings


def activation_after(layer, after) -> str | None:
    """The activation right after a layer, in words; None where it is not known."""
    if is_activation(layer):
        return None
    function = getattr(layer, "activation", None)
    if function is not None and not is_linear(function):
        return activation_name(layers.Activation(function, name="activation"))
    return activation_name(after) if is_activation(after) else None


# An activation has the same effect before them and behind them; what they are followed by is looked at in their place.
TRANSPARENT = ("Dropout", "MaxPool", "AdaptiveMaxPool", "Flatten", "Identity", "Upsample")
WITH_WEIGHTS = (
    "Linear",
    "Conv",
    "SeparableConv",
    "BatchNorm",
    "LayerNorm",
    "GroupNorm",
    "RMSNorm",
    "RNN",
    "LSTM",
    "GRU",
)


def ends_without(layer, outermost) -> bool:
    """Whether it is certain that no activation acts on the output of a layer with weights inside its model.

    `outermost` are the layers of the model itself: what follows a model inside it, that model's layers do not show.
    """
    function = getattr(layer, "activation", keras.activations.linear)
    if not kind(layer).startswith(WITH_WEIGHTS) or not is_linear(function):
        return False
    reached = [layer]
    while reached:
        ways = [calls_around(each) for each in reached]
        ends = [each for each, (_, out) in zip(reached, ways, strict=True) if not out]
        if not all(into for into, _ in ways) or not all(any(each is one for one in outermost) for each in ends):
            return False
        after = [each for _, out in ways for each in out if not kind(each).startswith(WITH_WEIGHTS)]
        if not all(is_layer(each) and kind(each).startswith(TRANSPARENT) for each in after):
            return False
        reached = after
    return True


def is_activation(layer) -> bool:
    """Whether a layer is an activation."""
    return like(layer, "Activation") or is_of_keras(type(layer), "layers.activations")


def activation_name(layer) -> str | None:
    """An activation with its settings: "LeakyReLU(negative_slope=0.01)"."""
    if kind(layer) == "Activation":  # a function that is not known
        return None
    settings = {name: value for name, value in activation(layer).items() if name != "dim"}
    return in_words(kind(layer), settings) if settings else kind(layer)
