"""The settings of Keras' and TensorFlow's losses, be they objects or functions, in PyTorch's terms."""

import inspect
from functools import cache, partial

import keras
import tensorflow as tf
from keras.losses import Loss

from compare.traces.settings.loss_calls import LossCalls
from compare.traces.settings.values import OVER_EXAMPLES, OVER_WEIGHTS, attempt, plain, simple
from tf_impl.keras_internals import compiled_loss_code, is_of_keras, loss_arguments, loss_weights

# What a loss is of, and arguments that change no value.
NO_SETTINGS = {
    "name", "axis", "y_true", "y_pred", "target", "output", "labels", "logits", "label_length", "logit_length",
    "target_length", "output_length", "logits_time_major", "unique", "dtype",
}  # fmt: skip


def one_loss(loss) -> tuple[str, dict]:
    """PyTorch's name of a loss object, and its settings."""
    return described(_name(loss), loss.get_config() | loss_arguments(loss) | {"reduction": loss.reduction})


def _name(loss) -> str:
    """The name of a loss's class; where `compile` was given a function, or its name, of the class that holds it."""
    held = getattr(loss, "fn", None)
    if type(loss).__name__ != "LossFunctionWrapper" or held is None:
        return type(loss).__name__
    return next((name for function, name in _held_functions() if function is held), getattr(held, "__name__", "loss"))


def described(name, values, **known) -> tuple[str, dict]:
    """PyTorch's name of a loss, and the settings among an object's or the arguments of its function.

    A function has no reduction: what is made of its rows is written behind it.
    """
    settings = {name: value for name, value in (known | values).items() if name not in NO_SETTINGS and simple(value)}
    kind = loss_kind(name, settings)
    reduction = settings.get("reduction")
    settings["reduction"] = {"sum_over_batch_size": "mean", "mean_with_sample_weight": "mean", None: "none"}.get(
        reduction, reduction
    )
    for ignored in ("ignore_class", "blank_index", "mask_index"):
        if ignored in settings:
            settings["ignore_index" if ignored == "ignore_class" else "blank"] = settings.pop(ignored)
    if "pos_weight" in values:
        settings["pos_weight"] = plain(keras.ops.convert_to_numpy(values["pos_weight"]).tolist())
    # Keras' mean is over the batch, PyTorch's "mean" over all elements.
    if kind == "KLDivLoss" and settings["reduction"] == "mean":
        settings["reduction"] = "batchmean"
    return kind, settings


def loss_kind(name, config) -> str:
    """PyTorch's name of a kind of loss."""
    if name == "BinaryCrossentropy":
        return "BCEWithLogitsLoss" if config.get("from_logits") else "BCELoss"
    return {
        "CategoricalCrossentropy": "CrossEntropyLoss",
        "SparseCategoricalCrossentropy": "CrossEntropyLoss",
        "MeanSquaredError": "MSELoss",
        "MeanAbsoluteError": "L1Loss",
        "Huber": "HuberLoss",
        "KLDivergence": "KLDivLoss",
        "Poisson": "PoissonNLLLoss",
        "CTC": "CTCLoss",
    }.get(name, name)


def loss_calls() -> LossCalls:
    """What watches the calls of losses: of Keras' objects, of their functions, and of the operations behind these."""
    silent = {keras.metrics.Metric.__call__.__code__, keras.metrics.MeanMetricWrapper.update_state.__code__}
    readers = {_code(function): partial(described, name, **known) for function, name, known in _functions()}
    objects = _Objects()
    of_compile = dict.fromkeys(compiled_loss_code(), objects.begin)
    return LossCalls({**readers, Loss.__call__.__code__: objects.called, **of_compile}, silent)


# What the sum of the weighed rows is divided by.
MEANS = {"sum_over_batch_size": OVER_EXAMPLES, "mean": OVER_EXAMPLES, "mean_with_sample_weight": OVER_WEIGHTS}


class _Objects:
    """The calls of loss objects, those that `compile` was given with the factor that it was given for each."""

    def __init__(self):
        self._compiled = None  # what calls the losses that a model was compiled with

    def begin(self, arguments) -> None:
        self._compiled = arguments["self"]

    def called(self, arguments) -> tuple[str, dict] | None:
        """A loss object of Keras' own; None of a user's, which calls others, as Keras' own for several outputs does."""
        loss = arguments["self"]
        if not is_of_keras(type(loss), "losses"):
            return None
        kind, settings = one_loss(loss)
        if _weighs(arguments.get("sample_weight")):
            # differs: PyTorch divides by the weights of the targets, Keras by the number of examples.
            settings["weight"] = MEANS.get(loss.reduction, True)
        factors = {plain(factor) for factor in loss_weights(self._compiled, loss)}
        return kind, settings | ({"loss_weights": factors.pop()} if len(factors) == 1 else {})


def _weighs(weights) -> bool:
    """Whether these are weights, as far as they have values: a fit with several outputs needs some for each of them."""
    if weights is None:
        return False
    return not attempt(lambda: bool((keras.ops.convert_to_numpy(weights) == 1).all()), False)


def _functions() -> list[tuple]:
    """Every function that is a loss, the name of its class in Keras, and the settings that are in its name."""
    with_logits = {"from_logits": True}
    return [
        *((function, name, {}) for function, name in _held_functions()),
        (keras.ops.binary_crossentropy, "BinaryCrossentropy", {}),
        (keras.ops.categorical_crossentropy, "CategoricalCrossentropy", {}),
        (keras.ops.sparse_categorical_crossentropy, "SparseCategoricalCrossentropy", {}),
        (keras.ops.ctc_loss, "CTC", {}),
        (tf.nn.sigmoid_cross_entropy_with_logits, "BinaryCrossentropy", with_logits),
        (tf.nn.weighted_cross_entropy_with_logits, "BinaryCrossentropy", with_logits),
        (tf.nn.softmax_cross_entropy_with_logits, "CategoricalCrossentropy", with_logits),
        (tf.nn.sparse_softmax_cross_entropy_with_logits, "SparseCategoricalCrossentropy", with_logits),
        (tf.nn.ctc_loss, "CTC", {}),
    ]


@cache
def _held_functions() -> list[tuple]:
    """The functions that Keras' losses hold as their formulas, and the names of their classes."""
    return [(each().fn, name) for name, each in vars(keras.losses).items() if _has_function(each)]


def _has_function(definition) -> bool:
    """Whether it is one of the classes of losses that hold their formula as a function."""
    if not (isinstance(definition, type) and issubclass(definition, Loss) and definition is not Loss):
        return False
    return hasattr(definition(), "fn")


def _code(function):
    return inspect.unwrap(function).__code__
