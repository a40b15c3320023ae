"""Which layers' outputs and variables reach which layer, or the loss, with no other layer between: their values, and
from which of them gradients come on.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import wraps
from typing import NamedTuple
from unittest.mock import patch

import tensorflow as tf

from tf_impl.tensorflow_internals import number_of_tensor, on_each_operation
from tf_impl.weights.tensors import Parameter, resource

CUT = ("StopGradient", "PreventGradient")  # operations through which no gradient comes back


class Sources(NamedTuple):
    """What a tensor was made of, and what of that gets its gradient."""

    values: frozenset[str] = frozenset()
    gradients: frozenset[str] = frozenset()


class Flow:
    """Follows values from operation to operation while a step runs eagerly."""

    def __init__(self) -> None:
        self._sources: dict[int, Sources] = {}  # by tensor
        self.reached: dict[str, set[str]] = {}  # by what is reached
        self.gradients: dict[str, set[str]] = {}  # the same

    def watch(self, parameters: Mapping[str, Parameter]) -> Callable[[], None]:
        """Begin a pass; returns what ends it."""
        held = {name: resource(parameter.variable) for name, parameter in parameters.items()}
        self._sources = {number_of_tensor(each.handle): _only(name) for name, each in held.items() if each is not None}
        self.differentiated: list[tf.Tensor] = []
        undo = ExitStack()
        undo.callback(on_each_operation(self._passes))
        undo.enter_context(patch.object(tf.GradientTape, "gradient", self._noting(tf.GradientTape.gradient)))
        return undo.close

    def _noting(self, gradient: Callable) -> Callable:
        """A tape's method, that keeps what is differentiated."""

        @wraps(gradient)
        def noting(tape, target, *arguments, **named):
            self.differentiated += filter(tf.is_tensor, tf.nest.flatten(target))
            return gradient(tape, target, *arguments, **named)

        return noting

    def starts(self, name: str, tensor: tf.Tensor) -> None:
        """A tensor is what a layer hands on."""
        self._sources[number_of_tensor(tensor)] = _only(name)

    def reaches(self, name: str, tensors: Iterable[tf.Tensor]) -> None:
        """These tensors are what a layer is given, or the loss."""
        found = self._of(tensors := list(tensors))
        self.reached.setdefault(name, set()).update(found.values)
        self.comes_from(name, tensors)

    def comes_from(self, name: str, tensors: Iterable[tf.Tensor]) -> None:
        """The gradient of these tensors, of what a layer makes, comes on."""
        self.gradients.setdefault(name, set()).update(self._of(tensors).gradients)

    def stands_for(self, tensor: tf.Tensor, other: tf.Tensor) -> None:
        """A tensor takes the place of another."""
        self._sources[number_of_tensor(tensor)] = self._of([other])

    def _of(self, tensors: Iterable[tf.Tensor]) -> Sources:
        found = [self._sources.get(number_of_tensor(each), Sources()) for each in tensors]
        return Sources(*(frozenset().union(*each) for each in zip(*found, strict=True))) if found else Sources()

    def _passes(self, operation: str, inputs: Iterable[tf.Tensor], outputs: Iterable[tf.Tensor]) -> None:
        sources = self._of(inputs)
        for each in outputs if sources.values else ():
            is_cut = operation in CUT or each.dtype.is_integer or each.dtype.is_bool
            self._sources[number_of_tensor(each)] = sources._replace(gradients=frozenset()) if is_cut else sources


def _only(name: str) -> Sources:
    return Sources(frozenset((name,)), frozenset((name,)))
