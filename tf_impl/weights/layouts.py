"""From Keras' layouts to PyTorch's: every transpose of the project.

Each takes an array in the layout of Keras' variable, and only moves, reorders or selects elements.
"""

import math

import numpy as np


def matrix(array: np.ndarray) -> np.ndarray:
    """(in, out) to (out, in)."""
    return array.T


def rows_and_columns(array: np.ndarray, rows: tuple[int, ...], columns: tuple[int, ...]) -> np.ndarray:
    """Any kernel to (out, in): the axes of the outputs become its rows, those of the inputs its columns."""
    moved = array.transpose(*rows, *columns)
    return moved.reshape(math.prod(moved.shape[: len(rows)]), -1)


def flat(array: np.ndarray) -> np.ndarray:
    """(heads, size) to (heads * size,)."""
    return array.reshape(-1)


def convolution(array: np.ndarray) -> np.ndarray:
    """(..., in, out) to (out, in, ...); a transposed convolution's (..., out, in) to (in, out, ...)."""
    return np.moveaxis(array, (-1, -2), (0, 1))


def depthwise(array: np.ndarray) -> np.ndarray:
    """(..., in, multiplier) to (in * multiplier, 1, ...)."""
    moved = np.moveaxis(array, (-2, -1), (0, 1))
    return moved.reshape(-1, 1, *moved.shape[2:])


def channels_first(array: np.ndarray) -> np.ndarray:
    """(height, width, channels) to (channels, height, width); arrays of one or two axes stay as they are."""
    return np.moveaxis(array, -1, 0) if array.ndim > 2 else array


def per_channel(array: np.ndarray) -> np.ndarray:
    """(1, 1, channels) to (channels,)."""
    kept = tuple(size for size in array.shape if size > 1)
    return array.reshape(kept or (1,)) if len(kept) < 2 else array


def gates(array: np.ndarray) -> np.ndarray:
    """The last axis: update, reset, new to reset, update, new."""
    update, reset, new = np.split(array, 3, -1)
    return np.concatenate((reset, update, new), -1)


def gates_matrix(array: np.ndarray) -> np.ndarray:
    """(in, 3 * out) to (3 * out, in), the gates reordered."""
    return gates(array).T


def first_bias(array: np.ndarray) -> np.ndarray:
    """(2, 3 * out): the bias beside the inputs."""
    return gates(array[0])


def second_bias(array: np.ndarray) -> np.ndarray:
    """(2, 3 * out): the bias beside the hidden state."""
    return gates(array[1])


def heads_in(array: np.ndarray) -> np.ndarray:
    """(in, heads, size) to (heads * size, in)."""
    return array.reshape(array.shape[0], -1).T


def heads_out(array: np.ndarray) -> np.ndarray:
    """(heads, size, out) to (out, heads * size)."""
    return array.reshape(array.shape[0] * array.shape[1], -1).T
