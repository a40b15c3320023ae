"""Every private attribute of Keras that this project uses. "Gone:" says what happens without it.

Those of TensorFlow are in tensorflow_internals.py. Written for Keras 3.15. Where a guess could be wrong unnoticed,
KerasChangedError names the version and the attribute.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from importlib import import_module
from typing import Any
from unittest.mock import patch

import keras
from keras import layers, optimizers

from tf_impl.keras_versions import is_layer, is_of_version_2, is_optimizer, like

# How `__module__` begins in Keras' own classes; the formulas of other classes are not known.
ROOT = keras.Layer.__module__.partition(".layers.")[0]

# The attributes of Keras' layers that are a dropout rate, and the names of these settings.
RATES = {
    "rate": "p",
    "stddev": "self.stddev",
    "dropout": "input dropout",
    "recurrent_dropout": "recurrent dropout",
    "_dropout": "dropout",
}

# Kind of optimizer: its list of slots, or its one number, and PyTorch's name for the entry. Subclasses are of its kind.
# Adafactor's factors are left out: they belong to the rows and columns of Keras' kernel, not of PyTorch's weight.
# Gone: state that this side cannot show, which the judge remarks on.
_ADAM = (("iterations", "step"), ("_momentums", "exp_avg"), ("_velocities", "exp_avg_sq"))
SLOTS = {
    optimizers.SGD: (("momentums", "momentum_buffer"),),
    optimizers.Adam: (*_ADAM, ("_velocity_hats", "max_exp_avg_sq")),
    optimizers.Adamax: (("iterations", "step"), ("_m", "exp_avg"), ("_u", "exp_inf")),
    optimizers.Nadam: (("iterations", "step"), ("_u_product", "mu_product"), *_ADAM[1:]),
    optimizers.Adagrad: (("iterations", "step"), ("_accumulators", "sum")),
    optimizers.Adadelta: (
        ("iterations", "step"),
        ("_accumulated_grads", "square_avg"),
        ("_accumulated_delta_vars", "acc_delta"),
    ),
    optimizers.RMSprop: (
        ("iterations", "step"),
        ("_velocities", "square_avg"),
        ("_momentums", "momentum_buffer"),
        ("_average_gradients", "grad_avg"),
    ),
    optimizers.Adafactor: (("iterations", "step"),),
    optimizers.Lion: (("_momentums", "exp_avg"),),
    optimizers.Lamb: _ADAM,
    optimizers.Ftrl: (("_accumulators", "sum"), ("_linears", "linear")),
}
if hasattr(optimizers, "Muon"):
    SLOTS[optimizers.Muon] = (("momentums", "momentum_buffer"), ("adam_velocities", "exp_avg_sq"))
if hasattr(optimizers, "ScheduleFreeAdamW"):
    SLOTS[optimizers.ScheduleFreeAdamW] = (("_momentums", "z"), ("_velocities", "exp_avg_sq"))

TRACKED = "_self_"  # how the attributes begin that TensorFlow adds to what it tracks. Gone: more are looked into.


class KerasChangedError(Exception):
    """The installed Keras lacks a private attribute that this project reads; the message names both."""

    def __init__(self, where: str, name: str):
        super().__init__(
            f"{where} of Keras {keras.__version__} has no {name}, which this project reads: install Keras 3.15, or "
            "replace it in tf_impl/keras_internals.py"
        )


@cache
def of_every_model(root: str) -> set[str]:
    """The attributes that a Keras ("keras", "tf_keras") gives to every model, which never name a user's layer."""
    return set(vars(import_module(root).Model()))


def steps_per_execution(model: keras.Model) -> int:
    """How many steps `fit` makes at once; Keras 2 holds it in a variable of its own. Gone: 1."""
    held = getattr(model, "steps_per_execution", None)
    held = getattr(model, "_steps_per_execution", None) if held is None else held
    return 1 if held is None else int(held)


def is_of_keras(definition, package: str) -> bool:
    """Whether a class or a function is Keras' own, in "layers", "layers.activations" or "optimizers"."""
    return definition.__module__.startswith(f"{ROOT}.{package}.")


def with_all_inside(layer: keras.Layer) -> list[keras.Layer]:
    """A layer and every layer inside of it, however it is held. AttributeError where it is not one of Keras'."""
    return list(_needed(layer, "_flatten_layers")())


def listed_layers(layer) -> list[keras.Layer]:
    """The layers that Keras lists in a layer. Gone: only those in attributes are found."""
    return list(getattr(layer, "_layers", []))


def own_variables(layer, trainable: bool) -> list:
    """The variables that a layer itself holds, frozen or not; empty for what is not a Keras layer."""
    name = ("_trainable_" if trainable else "_non_trainable_") + ("weights" if is_of_version_2(layer) else "variables")
    return list(_needed(layer, name)) if is_layer(layer) else []


def projection(attention, part: str) -> keras.Layer | None:
    """The dense layer of an attention for "query", "key", "value" or "output"; None before it is built."""
    return _needed(attention, f"_{part}_dense") if attention.built else None


def depthwise_kernel(layer):
    """The kernel of a depthwise convolution, which Keras 2 calls by another name."""
    return layer.kernel if hasattr(layer, "kernel") else layer.depthwise_kernel


def mute_rate(layer: keras.Layer, name: str) -> float | None:
    """Set a rate to zero, past Keras' own setter; returns what it was, None where there is none."""
    if name == "_dropout" and like(layer, "MultiHeadAttention", "GroupQueryAttention"):
        _needed(layer, name)
    rate = vars(layer).get(name)
    if not isinstance(rate, (int, float)) or rate <= 0:
        return None
    object.__setattr__(layer, name, 0.0)
    return float(rate)


def is_seed(variable) -> bool:
    """Whether a variable is the state of a generator of random numbers. Gone: what such a layer samples is not seen."""
    return getattr(variable, "name", "").partition(":")[0] == "seed_generator_state"


def dropout_kernel() -> tuple:
    """Where all functions of dropout come to, a module and a name: (x, rate, ...). Gone: they are not switched off."""
    module = import_module("tensorflow.python.ops.nn_ops")
    return (module, "_dropout") if hasattr(module, "_dropout") else (None, "")


def calls_around(layer: keras.Layer) -> tuple[list, list]:
    """The operations before and after the call of a layer. Gone: the order is not known."""
    into = [parent.operation for node in getattr(layer, "_inbound_nodes", []) for parent in node.parent_nodes]
    return into, [node.operation for node in getattr(layer, "_outbound_nodes", [])]


def called_on(layer: keras.Layer) -> tuple:
    """The shape of a layer's symbolic input. Gone, or never called on one: ()."""
    return tuple(layer.input.shape) if getattr(layer, "_inbound_nodes", None) else ()


def built_for(layer: keras.Layer) -> tuple:
    """The shape of the input that a layer was built for. Gone, or not built: ()."""
    shape = getattr(layer, "_build_input_shape", None) if is_of_version_2(layer) else None
    return tuple(shape or (getattr(layer, "_build_shapes_dict", None) or {}).get("input_shape") or ())


def mask_of(tensor):
    """The mask that Keras passes on with a tensor, or None. Gone: a call with a state needs its mask as an argument."""
    return getattr(tensor, "_keras_mask", None)


def has_stock_moments(layer: layers.BatchNormalization) -> bool:
    """Whether a batch norm's mean and variance are computed as Keras does. Gone: the formula is not known."""
    stock = getattr(layers.BatchNormalization, "_moments", None)
    return stock is not None and type(layer)._moments is stock


def loss_arguments(loss: keras.losses.Loss) -> dict:
    """What a loss object passes to its function. Gone: settings that `get_config` does not have are left out."""
    return getattr(loss, "_fn_kwargs", {})


def compiled_loss_code() -> list:
    """The code of what calls the losses given to `compile`. Gone: their factors are not seen."""
    compiled = getattr(import_module("keras.src.trainers.compile_utils"), "CompileLoss", None)
    return [compiled.__call__.__code__] if compiled else []


def loss_weights(compiled, loss) -> list:
    """The factors that `compile` was given for a loss, one for each output that has it. Gone: they are not seen."""
    listed = getattr(compiled, "_flat_losses", None) or []
    return [each.loss_weights for each in listed if each.loss is loss and each.loss_weights is not None]


def optimizer_variables(optimizer) -> list:
    """The variables that an optimizer was built for, in the order of its slots; empty for what is not Keras 3's."""
    return list(_needed(optimizer, "_trainable_variables")) if isinstance(optimizer, optimizers.Optimizer) else []


def places_in_slots(optimizer) -> Callable[[Any], int | None]:
    """What gives the place of a variable in the lists of an optimizer's slots; None where it was not built for it."""
    if not is_of_version_2(optimizer):
        places = {id(each): place for place, each in enumerate(optimizer_variables(optimizer))}
        return lambda variable: places.get(id(variable))
    by_key = getattr(optimizer, "_index_dict", {})  # gone, or not built: state that this side cannot show
    return lambda variable: by_key.get(optimizer._var_key(variable)) if by_key else None


def rate_or_schedule(optimizer):
    """The learning rate as given to an optimizer: a variable, schedule or function; None for what is not Keras'."""
    return _needed(optimizer, "_learning_rate") if is_optimizer(optimizer) else None


def count_of_updates(optimizer: optimizers.Optimizer):
    """The variable that counts an optimizer's updates, and that its schedule is called with."""
    return optimizer.iterations if is_of_version_2(optimizer) else _needed(optimizer, "_iterations")


def place_of(optimizer: optimizers.Optimizer, variable) -> int:
    """The place of a variable in the lists of an optimizer's slots."""
    return _needed(optimizer, "_get_variable_index")(variable)


def gathered_gradient(optimizer: optimizers.Optimizer, variable):
    """The sum of the gradients of a variable that an optimizer has gathered since its last update."""
    return _needed(optimizer, "_accumulated_gradients")[place_of(optimizer, variable)].value


def decays(optimizer: optimizers.Optimizer, variable) -> bool:
    """Whether a variable was not left out by `exclude_from_weight_decay`."""
    return _needed(optimizer, "_use_weight_decay")(variable)


def optimizers_inside(optimizer) -> list:
    """The optimizers that an optimizer wraps. Gone, or not a wrapper: empty."""
    return list(getattr(optimizer, "_inner_optimizers", []))


def without_decay(optimizer) -> tuple[str | None, int]:
    """The pattern and the number of the weights that do not decay. Gone: (None, 0)."""
    pattern = getattr(optimizer, "_exclude_from_weight_decay_pattern", None)
    return pattern and pattern.pattern, len(getattr(optimizer, "_exclude_from_weight_decay", ()))


def _needed(instance, name: str):
    """A private attribute; KerasChangedError where one of Keras' own objects lacks it."""
    if isinstance(instance, (keras.Layer, optimizers.Optimizer)) and not hasattr(instance, name):
        raise KerasChangedError(type(instance).__name__, name)
    return getattr(instance, name)


@contextmanager
def kept_at_nodes(place: Callable[[], Any]) -> Iterator[None]:
    """Inside, what is put into a functional model keeps the place where that was done.

    Gone: lines of functional models are not known, but that of the call of the model.
    """
    node = _class("keras.src.ops.node", "Node")
    if node is None:
        yield
        return
    make = node.__init__

    def make_and_keep(self, *arguments, **options):
        make(self, *arguments, **options)
        self.arguments.made_at = place()

    with patch.object(node, "__init__", make_and_keep):
        yield


@contextmanager
def watched_nodes(around: Callable[[], AbstractContextManager], runs: Callable[[Any], None]) -> Iterator[None]:
    """Inside, each functional model runs within `around()`; `runs` is told what a node keeps, before that runs.

    Gone: as above.
    """
    function = _class("keras.src.ops.function", "Function")
    arguments = _class("keras.src.ops.symbolic_arguments", "SymbolicArguments")
    if not (hasattr(function, "_run_through_graph") and hasattr(arguments, "fill_in")):
        yield
        return
    run, fill_in = function._run_through_graph, arguments.fill_in

    def run_around(self, *given, **options):
        with around():
            return run(self, *given, **options)

    def tell_and_fill_in(self, tensors):
        runs(getattr(self, "made_at", None))
        return fill_in(self, tensors)

    with (
        patch.object(function, "_run_through_graph", run_around),
        patch.object(arguments, "fill_in", tell_and_fill_in),
    ):
        yield


def _class(module: str, name: str) -> type | None:
    try:
        return getattr(import_module(module), name, None)
    except ImportError:
        return None
