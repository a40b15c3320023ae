"""Models by name or in lists become one; what is no model is refused with what to give instead."""

import re
from collections import namedtuple

import pytest

from compare.inputs.given_model import Accepted, as_one, parts_of


class Model:
    pass


class Agent:
    def __init__(self):
        self.actor, self.critic, self.rate = Model(), Model(), 0.1


class Sgd:
    param_groups = ()


def one(given):
    return as_one(
        given, Accepted(lambda part: part if isinstance(part, Model) else None, dict, "a Model", ("own", "tensorflow"))
    )


ACTOR, CRITIC = Model(), Model()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ACTOR, ACTOR),
        ({"actor": ACTOR, "critic": CRITIC}, {"actor": ACTOR, "critic": CRITIC}),
        ([ACTOR, CRITIC], {"0": ACTOR, "1": CRITIC}),
        ((ACTOR,), {"0": ACTOR}),
        (namedtuple("Both", "actor critic")(ACTOR, CRITIC), {"actor": ACTOR, "critic": CRITIC}),
        ({"actors": [ACTOR, {3: CRITIC}]}, {"actors": {"0": ACTOR, "1": {"3": CRITIC}}}),
        ({"actor": ACTOR, "name": "x", "width": 3, "bias": None}, {"actor": ACTOR}),
    ],
)
def test_what_is_given_is_found_by_name_or_by_place_and_settings_beside_it_are_left_out(given, expected):
    assert one(given) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "model is None: give a Model"),
        (Model, "model is the class Model: give an instance of it, Model(...)"),
        ({"a": ACTOR, "b": Model}, "model['b'] is the class Model"),
        ([[ACTOR, Sgd()]], "model['0']['1'] is an optimizer (Sgd): the model comes first"),
        (iter([ACTOR]), "model is an iterator (list_iterator), which is used up"),
        ({}, "model is a dict without weights: give a Model"),
        ({"width": 3}, "model is a dict without weights"),
        (Agent(), '{"actor": agent.actor, "critic": agent.critic}'),
        (one, "model is the function one: give what holds the weights that it uses, a Model"),
        (
            type("_UserObject", (), {"__module__": "tensorflow.python"})(),
            "a SavedModel as tf.saved_model.load gives it",
        ),
        (3.5, "model is of the type float, which is not a model: give a Model"),
    ],
)
def test_what_is_no_model_is_refused_with_what_to_give_instead(given, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        one(given)


@pytest.mark.parametrize(
    ("module", "said"),
    [("jax.numpy", "JAX is not"), ("torch.nn", "torch_impl.Recorder"), ("keras.src", "tf_impl.Recorder")],
)
def test_a_model_of_another_framework_is_told_where_it_belongs(module, said):
    foreign = type("Foreign", (), {"__module__": module})()
    with pytest.raises(ValueError, match=said):
        one(foreign)


def test_a_single_object_has_no_parts():
    assert parts_of(ACTOR) is None
