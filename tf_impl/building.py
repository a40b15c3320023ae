"""Calls a model once, so that its weights exist, and puts back what that call moves. PyTorch has no such file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from tf_impl.weights.layers import every_layer
from tf_impl.weights.tensors import Parameter


@dataclass
class Kept:
    """A variable, or a plain number in an attribute of a layer, with the value that it had before the call."""

    read: Callable[[], Any]
    write: Callable[[Any], Any]
    before: Any
    existed: bool = True  # False where the call made it: its `build` may have set the value afterwards

    @property
    def moved(self) -> bool:
        return not np.array_equal(self.read(), self.before)


@contextmanager
def building() -> Iterator[Callable[[Any, Callable[[], Any]], None]]:
    """Inside, a side is made; `call_once(model, call)` then makes its weights: all else is then as before."""
    made: list[tf.Variable] = []  # before the call
    kept: list[Kept] | None = None  # from then on

    def remember(create: Callable, **options):
        variable = create(**options)
        if not tf.executing_eagerly():
            return variable
        if kept is None:
            made.append(variable)
        else:
            kept.append(_variable(variable, existed=False))
        return variable

    def call_once(model, call: Callable[[], Any]) -> None:
        nonlocal kept
        kept = [_variable(variable, existed=True) for variable in made]
        numbers = _numbers(model)
        call()
        _put_back([*kept, *numbers], call)

    with tf.variable_creator_scope(remember):
        yield call_once


def _put_back(kept: list[Kept], call: Callable[[], Any]) -> None:
    """What changed may have been set while layers were built: what a call moves, a second call moves again."""
    if doubtful := [each for each in kept if each.moved and not each.existed]:
        after = [each.read() for each in doubtful]
        call()
        for each, value in zip(doubtful, after, strict=True):
            if np.array_equal(each.read(), value):
                each.before = value
    for each in kept:
        if each.moved:
            each.write(each.before)


def _variable(variable: tf.Variable, existed: bool) -> Kept:
    read = Parameter(variable).native
    return Kept(read, variable.assign, read(), existed)


def _numbers(model) -> list[Kept]:
    """The plain numbers that layers hold: a count of calls in Python is one, a width that `build` sets another."""
    return [
        Kept(partial(getattr, layer, name), partial(setattr, layer, name), value, existed=False)
        for layer in every_layer(model).values()
        for name, value in vars(layer).items()
        if type(value) in (int, float)
    ]
