"""Both sides note the lines that make layers and optimizers, under the subjects of their settings."""

import inspect

import keras
import pytest
import tensorflow as tf
import torch
from keras import layers
from torch import nn

from compare.inputs.side import Side
from tf_impl import prepare as tf_prepare
from tf_impl import settings as tf_settings
from torch_impl import prepare as torch_prepare
from torch_impl import settings as torch_settings


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)  # inner

    def forward(self, x):
        return self.inner(x)


class BlockOfKeras(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(3)  # inner

    def call(self, x):
        return self.inner(x)


def torch_side(_):
    model = nn.Sequential(
        Block(),
        nn.Dropout(0.5),  # dropout
    )
    for parameter in model.parameters():
        parameter.requires_grad = parameter.ndim > 1  # flag
    optimizer = torch.optim.Adam(model.parameters())  # optimizer
    return Side(model, lambda model, batch, training: (model(batch["x"]).sum(), {}), optimizer)


def tf_side(_):
    model = keras.Sequential(
        [
            BlockOfKeras(),
            layers.Dropout(0.5),  # dropout
        ]
    )
    model.layers[0].trainable = False  # Keras passes over what is so already
    model.layers[0].trainable = True  # flag
    optimizer = keras.optimizers.Adam()  # optimizer
    return Side(
        model, lambda model, batch, training: (tf.reduce_sum(model(batch["x"], training=training)), {}), optimizer
    )


SIDES = {
    "torch": (torch_prepare, torch_settings, torch_side, Block, torch.ones(2, 3)),
    "tf": (tf_prepare, tf_settings, tf_side, BlockOfKeras, tf.ones((2, 3))),
}


def line(comment, *functions):
    """The number of the line with a comment."""
    for function in functions:
        lines, first = inspect.getsourcelines(function)
        for number, text in enumerate(lines, first):
            if text.rstrip().endswith(f"# {comment}"):
                return number
    raise AssertionError(comment)


@pytest.mark.parametrize("side", SIDES)
def test_a_layer_and_an_optimizer_have_the_lines_that_made_them(side):
    prepare, settings, make, block, x = SIDES[side]
    built = prepare.build(make, {}, "float32", [{"x": x}], eager=True)
    made = settings.made_at(built.side.model, built.side.optimizer)
    described = {each.subject for each in settings.describe(built.side.model, built.side.optimizer)}
    assert {*made} <= described
    found = sorted(places[0].line for places in made.values())
    assert found == sorted(line(comment, make, block) for comment in ("inner", "dropout", "optimizer"))


@pytest.mark.parametrize("side", SIDES)
def test_a_layer_within_another_has_the_line_that_set_whether_it_trains(side):
    prepare, settings, make, _, x = SIDES[side]
    built = prepare.build(make, {}, "float32", [{"x": x}], eager=True)
    [(subject, place)] = settings.flags_set_at(built.side.model).items()
    assert subject in settings.made_at(built.side.model, built.side.optimizer)
    assert place.line == line("flag", make)


def test_a_module_is_frozen_by_one_call_and_keeps_what_it_says_of_its_weights():
    def make(_):
        model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
        model[0].requires_grad_(False)  # call
        return Side(
            model, lambda model, batch, training: (model(batch["x"]).sum(), {}), torch.optim.SGD(model[1].parameters())
        )

    model = torch_prepare.build(make, {}, "float32", [{"x": torch.ones(2, 3)}]).side.model
    assert [each.line for each in torch_settings.flags_set_at(model).values()] == [line("call", make)]
    assert [each.requires_grad for each in model.parameters()] == [False, False, True, True]
    assert "requires_grad" not in vars(nn.Parameter)


@pytest.mark.parametrize("side", SIDES)
def test_of_what_was_made_before_nothing_is_known(side):
    _, settings, make, *_ = SIDES[side]
    made = make({})
    assert settings.made_at(made.model, made.optimizer) == {}
    assert settings.flags_set_at(made.model) == {}
