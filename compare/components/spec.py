"""What a component is fed: the arrays of its inputs, the same on both sides, and how it is called.

Notice that each array has its own generator, seeded by component and input name: no entry changes another's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import ArrayLike

from compare.inputs.arrays import generators

SAMPLED_VALUES = 1 << 17  # of an initializer: enough to show a standard deviation that is 2% off
MOST_SAMPLES = 300


@dataclass(frozen=True)
class Input:
    """One array. An image is (N, C, ...); its channels are moved last for TensorFlow.

    Gradients are compared with respect to it where it is of floating type and `differentiable`.
    """

    draw: Callable[[np.random.Generator], np.ndarray]
    is_image: bool = False
    differentiable: bool = True


def normal(*shape: int, scale: float = 1) -> Input:
    """Normal samples, mean 0."""
    return Input(lambda generator: generator.normal(0, scale, shape))


def uniform(*shape: int, low: float = 0, high: float = 1) -> Input:
    return Input(lambda generator: generator.uniform(low, high, shape))


def image(*shape: int) -> Input:
    """Normal samples as a batch of images (N, C, ...), of one, two or three dimensions."""
    return replace(normal(*shape), is_image=True)


def probabilities(*shape: int) -> Input:
    """Rows (last axis) of positive numbers that sum to 1."""

    def draw(generator: np.random.Generator) -> np.ndarray:
        weights = generator.uniform(0.05, 1, shape)
        return weights / weights.sum(-1, keepdims=True)

    return Input(draw)


def signs(*shape: int) -> Input:
    """-1.0 or 1.0: a target, without a gradient."""
    return Input(lambda generator: generator.choice([-1.0, 1.0], shape), differentiable=False)


def binary(*shape: int) -> Input:
    """0.0 or 1.0: a target, without a gradient."""
    return Input(lambda generator: generator.choice([0.0, 1.0], shape), differentiable=False)


def labels(*shape: int, below: int) -> Input:
    """int64 from 0 to below - 1."""
    return Input(lambda generator: generator.integers(0, below, shape))


def mask(*shape: int) -> Input:
    """Booleans; the first of each row (last axis) is always True, so that no row is empty."""

    def draw(generator: np.random.Generator) -> np.ndarray:
        kept = generator.random(shape) < 0.7
        kept[..., 0] = True
        return kept

    return Input(draw)


def values(array: ArrayLike) -> Input:
    """These values: floats become float64, integers int64, booleans stay booleans."""
    kept = np.array(array)
    kept = kept.astype({"f": np.float64, "i": np.int64}.get(kept.dtype.kind, kept.dtype))
    return Input(lambda generator: kept)


def fixed(array: Input) -> Input:
    """The same array without a gradient: targets, weights of classes."""
    return replace(array, differentiable=False)


def as_image(array: Input) -> Input:
    """The same array as images (N, C, ...), channels last for TensorFlow: the targets of a segmentation."""
    return replace(array, is_image=True)


class Spec:
    """What a component is fed. All keyword arguments but the options are inputs, passed in this order.

    training     None, or the flag that the layer is called with
    precision    "float64", or "float32" where a side cannot compute it in float64; `why` gives the reason, a sentence
    output       whether TensorFlow's outputs are images, channels last: "image", "as is", or "auto" (images if an input
                 is an image with the same number of axes)
    own_buffers  whether the layer's buffers keep their own values (a table of sines); otherwise both sides' are filled
                 with the same positive numbers

    Initializers: the entry is called with `shape`, PyTorch's with (out, in, height, width), TensorFlow's with (height,
    width, in, out), or both with the same, where `transposed` is False (an embedding). `exact` compares value by value,
    not as a distribution; `orthogonal` also compares the products of the rows (or of the columns, if they are fewer).
    Schedules: an input `loss` of 50 values is passed to `.step(loss)`, one per step. Optimizers need no input.
    Steps: the first axis of every input is 50, one batch per step; the loss is the mean squared error of model(x) and
    y, the model linear, from x's last axis to y's.

    Raises ValueError for an unknown option, and where `why` and `precision` contradict each other.
    """

    def __init__(
        self,
        *,
        training: bool | None = None,
        precision: str = "float64",
        why: str = "",
        output: str = "auto",
        own_buffers: bool = False,
        shape: tuple[int, ...] = (),
        exact: bool = False,
        orthogonal: bool = False,
        transposed: bool = True,
        **inputs: Input,
    ):
        _check("precision", precision, ("float32", "float64"))
        _check("output", output, ("auto", "image", "as is"))
        if (precision == "float32") != bool(why):
            raise ValueError(f"precision {precision!r}, why {why!r}: give a reason for float32, and only for float32")
        self.training, self.precision, self.why, self.output = training, precision, why, output
        self.own_buffers, self.shape, self.exact = own_buffers, shape, exact
        self.orthogonal, self.transposed, self.inputs = orthogonal, transposed, inputs

    def draw(self, key: str) -> dict[str, np.ndarray]:
        """The arrays by name, in float64 (or integers, or booleans)."""
        generator = generators(0)
        return {name: array.draw(generator(f"{key}/{name}")) for name, array in self.inputs.items()}

    def further_samples(self, size: int) -> int:
        """How often an initializer is called beyond its first sample, which has `size` values."""
        return 0 if self.exact else min(ceil(SAMPLED_VALUES / size), MOST_SAMPLES) - 1


def _check(option: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{option} {value!r}: expected one of {', '.join(map(repr, allowed))}")
