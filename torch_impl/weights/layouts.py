"""PyTorch's layouts are the canonical ones: nothing moves. Read it beside tf_impl/weights/layouts.py."""

from collections.abc import Callable

import numpy as np


def as_it_is(array: np.ndarray) -> np.ndarray:
    """The layout is canonical already."""
    return array


def scatter(layout: Callable, native: np.ndarray, canonical: np.ndarray) -> np.ndarray:
    """`native` with the elements that `layout` chooses replaced by those of `canonical`."""
    numbers = layout(np.arange(native.size).reshape(native.shape))
    changed = native.copy().reshape(-1)
    changed[numbers.reshape(-1)] = canonical.reshape(-1)
    return changed.reshape(native.shape)
