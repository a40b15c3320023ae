"""What a user trains, as one model: a model, several by name or in a list, variables without a model."""

from collections.abc import Mapping

import keras
import tensorflow as tf

from compare.inputs import given_model

VARIABLES = (keras.Variable, tf.Variable)
EXPECTED = (
    "a Keras model or a tf.Module, several by name ({'generator': ..., 'discriminator': ...}), or a list or dict of "
    "variables"
)


class Models:
    """Models and variables by name, as they are. A variable that is given by itself is a weight."""

    def __init__(self, parts: Mapping):
        self.parts = dict(parts)

    @property
    def trainable_variables(self) -> list:
        """Those of every part, for one optimizer that trains all."""
        own = [getattr(part, "trainable_variables", [part]) for part in self.parts.values()]
        return [variable for variables in own for variable in variables if variable.trainable]


def as_one(model):
    """The one model that holds all that is given; ValueError, which says what to give, where it cannot be recorded."""
    one = given_model.as_one(
        model, given_model.Accepted(_adapted, Models, EXPECTED, ("tensorflow", "keras", "tf_keras"))
    )
    return Models({"0": one}) if isinstance(one, VARIABLES) else one


def given_parts(model) -> list:
    """The models, and variables, that one consists of: itself, or what was given by name."""
    if not isinstance(model, Models):
        return [model]
    return [inner for part in model.parts.values() for inner in given_parts(part)]


def part_of(model, name):
    """The part of a model that an optimizer trains, by its attribute or name; all of it where none has that name."""
    part = model.parts.get(name) if isinstance(model, Models) else getattr(model, str(name), None)
    return part if hasattr(part, "trainable_variables") else model


def _adapted(part):
    return part if isinstance(part, (keras.Layer, tf.Module, *VARIABLES, Models)) else None
