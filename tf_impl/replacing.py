"""PyTorch's arrays in place of this side's tensors, without losing the way back of their gradients."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf

from compare.traces.exchange import Axes, agree, axes_between
from tf_impl.weights.outputs import order_of_axes
from tf_impl.weights.tensors import to_numpy


def is_given(value) -> bool:
    """Whether an argument is a tensor that a layer computes with; a mask of booleans is not."""
    return isinstance(value, tf.Tensor) and hasattr(value, "numpy") and value.dtype != tf.bool


@dataclass(frozen=True)
class Given:
    """One argument of a layer, beside PyTorch's."""

    layer: Any
    label: str
    own: tf.Tensor
    theirs: np.ndarray

    @cached_property
    def value(self) -> np.ndarray:
        return to_numpy(self.own)

    @cached_property
    def axes(self) -> Axes | None:
        return axes_between(self.theirs, self.value, order_of_axes(self.layer, self.value.ndim))

    @property
    def agrees(self) -> bool:
        return self.axes is not None and agree(self.axes.to_own(self.theirs), self.value)

    @property
    def shown(self) -> np.ndarray:
        """This side's, in PyTorch's layout; as it is where its shape is no other order of PyTorch's."""
        return self.value if self.axes is None else self.axes.to_other(self.value, self.theirs.shape)

    @property
    def replaced(self) -> tf.Tensor:
        if self.axes is None:
            return self.own
        theirs = tf.constant(self.axes.to_own(self.theirs), self.own.dtype)
        return with_gradient(self.own, theirs, lambda gradient: gradient) if self.own.dtype.is_floating else theirs


def with_gradient(tensor: tf.Tensor, value: tf.Tensor, back: Callable) -> tf.Tensor:
    """`value` in place of a tensor; the gradient that comes back goes through `back` to what the tensor came from."""

    @tf.custom_gradient
    def replaced(_):
        return tf.identity(value), back

    return replaced(tensor)


def with_replaced(replaced: Mapping[int, tf.Tensor], structure):
    """The same, with each tensor of these ids replaced."""
    return tf.nest.map_structure(lambda each: replaced.get(id(each), each), structure)
