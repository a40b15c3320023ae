"""The layers of a model, how they are found. Read it beside torch_impl/weights/layers.py."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import keras
import tensorflow as tf
from keras import layers

from tf_impl.layers.recurrent import RNNBase
from tf_impl.weights.kinds import ACTIVATIONS, kind
from tf_impl.weights.outputs import output_to_canonical, to_numpy

__all__ = ["every_layer", "is_whole", "kind", "named_kinds", "named_layers", "output_to_canonical", "to_numpy"]

# Kinds that count as one layer, whatever they hold.
WHOLE = (layers.MultiHeadAttention, layers.GroupQueryAttention, layers.RNN, layers.Bidirectional, RNNBase)

# The attributes that Keras gives to every model: none of the user's layers is named by them.
KERAS_OWN = set(vars(keras.Model()))


def named_layers(model) -> dict:
    """The layers that hold no other layer, by their path of attributes ("encoder.fc1"), in order of definition."""
    return {path: layer for path, layer in every_layer(model).items() if is_whole(layer) or not children(layer)}


def every_layer(model) -> dict:
    """The model itself (its path is "") and all that is inside, each once; the insides of whole layers are left out."""
    found, seen = {}, set()

    def visit(path: str, layer) -> None:
        if id(layer) in seen:
            return
        seen.add(id(layer))
        found[path] = layer
        for name, inner in [] if is_whole(layer) else children(layer):
            visit(f"{path}.{name}" if path else name, inner)

    visit("", model)
    return found


def named_kinds(model) -> dict[str, str]:
    """The kind of whatever puts something out, by its name in the forward stage."""
    # differs: a Keras layer may end with an activation; what goes into that is what PyTorch's layer puts out.
    found = {}
    for path, layer in named_layers(model).items():
        found[path] = kind(layer)
        if (activation := own_activation(layer)) is not None:
            found[activation_name(path)] = ACTIVATIONS.get(getattr(activation, "__name__", ""), "Activation")
    return found


def own_activation(layer):
    """The activation that a layer with weights ends with, or None."""
    activation = getattr(layer, "activation", None)
    plain = activation is None or activation is keras.activations.linear
    return None if plain or is_whole(layer) or not layer.weights or isinstance(layer, layers.Activation) else activation


def activation_name(path: str) -> str:
    """What the output of a layer's own activation is called; the layer's name is for what goes in."""
    return f"{path} activation"


def children(layer) -> list[tuple]:
    """The layers directly inside one, by the name of the attribute (or, in a functional model, of the layer)."""
    listed = isinstance(layer, (keras.Sequential, keras.src.models.Functional))
    found = [(inner.name, inner) for inner in layer.layers] if listed else []
    found += [
        (name, inner) for name, inner in attributes(layer, (keras.Layer, tf.Module)) if not (listed and name[0] == "_")
    ]
    found += [] if listed else [(inner.name, inner) for inner in getattr(layer, "_layers", [])]
    return [(name, inner) for name, inner in found if not isinstance(inner, layers.InputLayer)]


def is_whole(layer) -> bool:
    """Whether a layer counts as one, although it may hold others."""
    repeated = isinstance(layer, layers.TimeDistributed) and not children(layer.layer)
    return repeated or isinstance(layer, WHOLE)


def is_built(model) -> bool:
    """Whether its weights exist; a model that only holds others, each called for itself, is never built itself."""
    inside = [layer for _, layer in children(model)]
    return getattr(model, "built", True) or (bool(inside) and all(map(is_built, inside)))


def attributes(layer, wanted: tuple[type, ...]) -> Iterator[tuple]:
    """What a layer's attributes hold of the types that are wanted, also in lists and dictionaries."""
    for name, value in vars(layer).items():
        if name not in KERAS_OWN and not name.startswith("_self_"):  # those are TensorFlow's
            yield from _inside(name, value, wanted)


def _inside(name: str, value, wanted: tuple[type, ...]) -> Iterator[tuple]:
    if isinstance(value, wanted):
        yield name, value
    elif isinstance(value, (list, tuple, Mapping)):
        for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _inside(f"{name}.{key}", inner, wanted)


@contextmanager
def evaluating(model) -> Iterator[None]:
    """The model in evaluation mode, for a loss that takes no `training`."""
    # differs: PyTorch's model is switched to evaluation; in Keras each layer's `training` is replaced as it is called.
    inside = [layer for layer in every_layer(model).values() if isinstance(layer, keras.Layer)]
    undo = [wrap(layer, "call", _not_training(layer.call)) for layer in inside]
    # A user's tf.function would keep the graph that is traced here, and train by it.
    eagerly = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(eagerly)
        for back in undo:
            back()


def wrap(instance, attribute: str, wrapper: Callable) -> Callable[[], None]:
    """Put `wrapper` in place of an attribute of one instance; returns what undoes it."""
    # object's own setter, for Keras' would track the attribute.
    own = vars(instance).get(attribute)
    object.__setattr__(instance, attribute, wrapper)
    if own is None:
        return lambda: object.__delattr__(instance, attribute)
    return lambda: object.__setattr__(instance, attribute, own)


def _not_training(call: Callable) -> Callable:
    return lambda *arguments, **options: call(
        *arguments, **{name: False if name == "training" else value for name, value in options.items()}
    )
