"""The operations of a functional model have the lines where it was put together, and not that of its call alone."""

import inspect

import keras
import numpy as np
import pytest
from keras import layers, ops

from tf_impl.functional import written_down
from tf_impl.operations import Recording

X = np.random.default_rng(1).normal(size=(4, 3))


class Doubled(keras.Layer):
    def call(self, x):
        return x * 2  # inside


def inner():
    x = keras.Input((3,))
    return keras.Model(x, ops.tanh(x))  # the inner model


def functional():
    x = keras.Input((3,))
    y = layers.Activation("relu")(x)  # the activation
    y = Doubled()(y)  # the doubling
    y = inner()(y)  # the nested call
    return keras.Model(x, ops.sum(y, axis=1))  # the sum


def call(model):
    return model(X)  # the call


def line(function, comment):
    lines, first = inspect.getsourcelines(function)
    return next(first + number for number, each in enumerate(lines) if each.rstrip().endswith(f"# {comment}"))


def stacks(model):
    """The lines of each operation of a step that calls a model, innermost first, up to the call, by its name."""
    recording = Recording()
    recording.start({})
    try:
        call(model)
    finally:
        recording.stop()
    at = line(call, "the call")
    found = {}
    for each in recording.log.end().operations:
        lines = [place.line for place in each.stack]
        found[each.name] = lines[: lines.index(at) + 1]
        assert len(each.calls) == len(each.stack)
    return found


@pytest.fixture
def made():
    with written_down():
        return functional()


def test_each_operation_has_the_line_that_put_it_into_the_model(made):
    found, at = stacks(made), line(call, "the call")
    assert found["Relu"] == [line(functional, "the activation"), at]
    assert found["Sum"] == [line(functional, "the sum"), at]


def test_what_a_layer_of_the_users_own_runs_has_its_own_line_first(made):
    within = line(Doubled, "inside")
    assert stacks(made)["Mul"] == [within, line(functional, "the doubling"), line(call, "the call")]


def test_a_model_within_has_the_lines_of_both(made):
    lines = [line(inner, "the inner model"), line(functional, "the nested call"), line(call, "the call")]
    assert stacks(made)["Tanh"] == lines


def test_a_model_that_was_made_before_has_the_line_of_its_call_alone():
    assert stacks(functional())["Relu"] == [line(call, "the call")]


def test_nothing_is_left_behind(made):
    assert stacks(made)["Relu"][1:] == [line(call, "the call")]
    assert not hasattr(functional().layers[-1]._inbound_nodes[0].arguments, "made_at")
