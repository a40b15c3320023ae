"""The layers of a model, and how they are nested: in attributes, lists, dictionaries, functional models."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType, MethodType

import keras
import tensorflow as tf

from compare.traces import layers as walk
from tf_impl import keras_internals
from tf_impl.graph import eagerly
from tf_impl.keras_versions import is_layer, like, of_keras
from tf_impl.layers.recurrent import RNNBase
from tf_impl.one_model import VARIABLES, Models
from tf_impl.weights.kinds import ACTIVATIONS, kind
from tf_impl.weights.outputs import output_to_canonical
from tf_impl.weights.tensors import to_numpy

__all__ = ["every_layer", "is_whole", "kind", "named_kinds", "named_layers", "output_to_canonical", "to_numpy"]

# What holds nothing is most of what a layer has, and a model is walked through many times.
PLAIN = {str, int, float, bool, type(None), FunctionType, MethodType}

# Kinds that count as one layer, although they hold others.
WHOLE = ("MultiHeadAttention", "GroupQueryAttention", "RNN", "Bidirectional")


def named_layers(model) -> dict:
    """The layers that hold no other layer, by their path of attributes ("encoder.fc1"), in order of definition."""
    return walk.named_layers(model, inside)


def every_layer(model) -> dict:
    """The model itself (its path is "") and all layers inside, each once; none inside a layer that counts as one."""
    return walk.every_layer(model, inside)


def named_kinds(model) -> dict[str, str]:
    """The kind of every layer with outputs, by its name in the forward stage."""
    found = {}
    for path, layer in named_layers(model).items():
        found[path] = kind(layer)
        if (activation := own_activation(layer)) is not None:
            found[activation_name(path)] = ACTIVATIONS.get(getattr(activation, "__name__", ""), "Activation")
    return found


def own_activation(layer):
    """The activation that a layer with weights ends with, or None: a recurrent cell has it inside of its formula."""
    activation = getattr(layer, "activation", None)
    plain = activation is None or is_linear(activation) or not is_layer(layer) or hasattr(layer, "state_size")
    return None if plain or is_whole(layer) or not layer.weights or like(layer, "Activation") else activation


def is_linear(activation: Callable) -> bool:
    """Whether an activation does nothing; each Keras has a function of its own."""
    return getattr(activation, "__name__", "") == "linear"


def activation_name(path: str) -> str:
    """The name of the output of a layer's own activation; the layer's own name is for the activation's input."""
    return f"{path} activation"


def inside(layer) -> list[tuple]:
    """The layers directly inside one; none inside a whole one."""
    return [] if is_whole(layer) else children(layer)


def children(layer) -> list[tuple]:
    """The layers directly inside one, by the name of the attribute (or, in a functional model, of the layer)."""
    listed = like(layer, "Sequential", "Functional")
    found = [(inner.name, inner) for inner in layer.layers] if listed else []
    found += [
        (name, inner)
        for name, inner in attributes(layer, (keras.Layer, tf.Module, Models))
        if not (listed and name[0] == "_")
    ]
    found += [] if listed else [(inner.name, inner) for inner in keras_internals.listed_layers(layer)]
    return [(name, inner) for name, inner in found if not like(inner, "InputLayer")]


def is_whole(layer) -> bool:
    """Whether a layer counts as one, although it holds others."""
    repeated = like(layer, "TimeDistributed") and not children(layer.layer)
    return repeated or like(layer, *WHOLE) or isinstance(layer, RNNBase)


def is_built(model) -> bool:
    """Whether all weights exist; a model that only holds others, each called on its own, is never built itself."""
    if isinstance(model, tf.Module) and not is_layer(model):  # only its weights say that it has been called
        return bool(every_variable(model))
    inner = [layer for _, layer in children(model)]
    built = getattr(model, "built", bool(every_variable(model)))
    return built or (bool(inner) and all(map(is_built, inner)))


def attributes(layer, wanted: tuple[type, ...]) -> Iterator[tuple]:
    """The objects of the wanted types in a layer's attributes, also in lists and dictionaries."""
    for name, value in (layer.parts if isinstance(layer, Models) else own_attributes(layer)).items():
        if type(value) not in PLAIN:
            yield from _held_in(name, value, wanted)


def own_attributes(layer) -> dict:
    """What the user has put into a layer or a model, not what its framework has."""
    root = next((each.__module__.partition(".")[0] for each in of_keras(layer)), None)
    frameworks = keras_internals.of_every_model(root) if root else ()
    return {
        name: value
        for name, value in vars(layer).items()
        if name not in frameworks and not name.startswith(keras_internals.TRACKED)
    }


def every_variable(model) -> list:
    """Every variable of a model, integers and the state of random generators too, each once."""
    found = []
    for layer in every_layer(model).values():
        found += layer.variables if is_layer(layer) else []
        found += [variable for _, variable in attributes(layer, VARIABLES)]
    return list({id(variable): variable for variable in found}.values())


def keras_layers(model) -> list[keras.Layer]:
    """Every layer of Keras in a model, those inside of a whole one too, each once."""
    outer = [layer for layer in every_layer(model).values() if is_layer(layer)]
    found = [inner for layer in outer for inner in keras_internals.with_all_inside(layer)]
    return list({id(layer): layer for layer in found}.values())


def _held_in(name: str, value, wanted: tuple[type, ...]) -> Iterator[tuple]:
    if isinstance(value, wanted):
        yield name, value
    elif isinstance(value, (list, tuple, Mapping)):
        for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _held_in(f"{name}.{key}", inner, wanted)


@contextmanager
def evaluating(model) -> Iterator[None]:
    """The model in evaluation mode, for a loss without `training`: every call of a layer gets training=False."""
    every = [layer for layer in every_layer(model).values() if is_layer(layer)]
    undo = [wrap(layer, "call", _not_training(layer.call)) for layer in every]
    try:
        # A user's tf.function would keep the graph that is traced here, and use it for training.
        with eagerly():
            yield
    finally:
        for back in undo:
            back()


@contextmanager
def keeping_buffers(model) -> Iterator[None]:
    """What a call moves without training it (running statistics) is put back, for an evaluation in training mode."""
    before = [(variable, to_numpy(variable)) for variable in every_variable(model)]
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(value)


def wrap(instance, attribute: str, wrapper: Callable) -> Callable[[], None]:
    """Replace an attribute of one instance by `wrapper`; returns a function that undoes it."""
    # object's own setter, because Keras' would track the attribute.
    own = vars(instance).get(attribute)
    object.__setattr__(instance, attribute, wrapper)
    if own is None:
        return lambda: object.__delattr__(instance, attribute)
    return lambda: object.__setattr__(instance, attribute, own)


def _not_training(call: Callable) -> Callable:
    return lambda *arguments, **options: call(
        *arguments, **{name: False if name == "training" else value for name, value in options.items()}
    )
