"""What a component is fed: the arrays of its inputs, drawn once for both sides, and how it is called.

Notice that arrays are drawn in float64 from (component, name of the input): no entry changes another's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from compare.inputs.arrays import generators


@dataclass(frozen=True)
class Input:
    """One array. An `image` is (N, C, ...), and its channels are moved last for TensorFlow.

    A gradient is asked for where it is of floating type and `differentiable`.
    """

    draw: Callable[[np.random.Generator], np.ndarray]
    is_image: bool = False
    differentiable: bool = True


def normal(*shape: int, scale: float = 1) -> Input:
    """Normal numbers around 0."""
    return Input(lambda generator: generator.normal(0, scale, shape))


def uniform(*shape: int, low: float = 0, high: float = 1) -> Input:
    return Input(lambda generator: generator.uniform(low, high, shape))


def image(*shape: int) -> Input:
    """Normal numbers as a batch of images (N, C, ...), of one, two or three dimensions."""
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
        drawn = generator.random(shape) < 0.7
        drawn[..., 0] = True
        return drawn

    return Input(draw)


def values(array) -> Input:
    """Written out: floats become float64, integers int64, booleans stay."""
    kept = np.array(array)
    kept = kept.astype({"f": np.float64, "i": np.int64}.get(kept.dtype.kind, kept.dtype))
    return Input(lambda generator: kept)


def fixed(given: Input) -> Input:
    """The same as data: no gradient with respect to it is asked for (targets, weights of classes)."""
    return replace(given, differentiable=False)


def as_image(given: Input) -> Input:
    """The same as images (N, C, ...), their channels moved last for TensorFlow: targets of a segmentation, say."""
    return replace(given, is_image=True)


class Spec:
    """What a component is fed. All keyword arguments but the options are inputs, passed in this order.

    training   None, or the flag that the layer is called with
    precision  "float64", or "float32" where a side cannot compute it in float64; then `why` says so, in a sentence
    output     whether TensorFlow's outputs are images with their channels last: "image", "as is"; "auto" is an image
               where an input is one, and the output has as many axes
    own_buffers  the layer's buffers keep the values that it made them with (a table of sines, say);
               else they are filled with positive numbers, the same on both sides

    Initializers: the entry is called with `shape`, PyTorch's with (out, in, height, width), TensorFlow's with (height,
    width, in, out); or both alike, where `transposed` is False (an embedding). `exact` compares value by value, not as
    a distribution; `orthogonal` compares also the products of the rows (or columns, the fewer) with each other.
    Schedules: an input `loss` of 50 values is given to `.step(loss)`, one a step. Optimizers need no input.
    Steps: every input has 50 in front, one batch a step, and the loss is the mean squared error of model(x) against y,
    the model linear, from x's last axis to y's.
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
        if precision not in ("float32", "float64") or output not in ("auto", "image", "as is"):
            raise ValueError(f"precision {precision!r}, output {output!r}: no such")
        if (precision == "float32") != bool(why):
            raise ValueError("float32 wants a reason, float64 none: why=...")
        self.training, self.precision, self.why, self.output = training, precision, why, output
        self.own_buffers, self.shape, self.exact = own_buffers, shape, exact
        self.orthogonal, self.transposed, self.inputs = orthogonal, transposed, inputs

    def draw(self, key: str) -> dict[str, np.ndarray]:
        """The arrays by name, in float64 (or integers, or booleans)."""
        generator = generators(0)
        return {name: given.draw(generator(f"{key}/{name}")) for name, given in self.inputs.items()}
