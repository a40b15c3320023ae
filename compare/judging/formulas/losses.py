"""A loss as a formula of what the model put out and what the batch holds: the one that gives torch's, and tf's.

Notice that nothing is fitted: of a few hundred formulas without a number of their own, hardly one gives a loss to
rounding by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_softmax, softmax

from compare.judging import tolerances
from compare.judging.formulas.evidence import Evidence
from compare.traces.trace import Trace

Array = np.ndarray
LAST = 3  # outputs: behind the last there may be an activation, or another head
MOST_BROADCAST = 1024  # values: where they broadcast, there are as many squared


class Formula(NamedTuple):
    """A loss of each example or element, in words, of outputs z and targets y."""

    words: str
    of: Callable[[Array, Array], Array]


def _picked(log_p: Array, labels: Array) -> Array:
    return -np.take_along_axis(log_p, labels[..., None].astype(np.int64), axis=-1)[..., 0]


def _softplus(z: Array) -> Array:
    return np.logaddexp(0, z)


OF_CLASSES = (
    Formula("the cross-entropy of {z}", lambda z, y: _picked(log_softmax(z, axis=-1), y)),
    Formula(
        "the cross-entropy of the softmax of {z}, taken for logits,",
        lambda z, y: _picked(log_softmax(softmax(z, axis=-1), axis=-1), y),
    ),
    Formula(
        "the negative logarithm of {z}, taken for probabilities,",
        lambda z, y: _picked(np.log(np.clip(z / z.sum(-1, keepdims=True), 1e-7, 1 - 1e-7)), y),
    ),
    Formula("minus {z} of the class, taken for its logarithm,", _picked),
)
OF_VALUES = (
    Formula("the squared error of {z}", lambda z, y: (z - y) ** 2),
    Formula("the absolute error of {z}", lambda z, y: np.abs(z - y)),
    Formula("half the squared error of {z}", lambda z, y: (z - y) ** 2 / 2),
    Formula(
        "the smooth absolute error of {z}",
        lambda z, y: np.where(np.abs(z - y) < 1, (z - y) ** 2 / 2, np.abs(z - y) - 0.5),
    ),
    Formula("the squared error of the logarithms of {z}", lambda z, y: (np.log1p(z) - np.log1p(y)) ** 2),
    Formula(
        "the logarithm of the hyperbolic cosine of {z}'s error", lambda z, y: np.logaddexp(z - y, y - z) - np.log(2)
    ),
    Formula("the squared error of the sigmoid of {z}", lambda z, y: (expit(z) - y) ** 2),
    Formula("the squared error of the softmax of {z}", lambda z, y: (softmax(z, axis=-1) - y) ** 2),
    Formula("the binary cross-entropy of {z}, taken for logits,", lambda z, y: _softplus(z) - y * z),
    Formula(
        "the binary cross-entropy of the sigmoid of {z}, taken for logits,",
        lambda z, y: _softplus(expit(z)) - y * expit(z),
    ),
    Formula(
        "the binary cross-entropy of {z}, taken for probabilities,",
        lambda z, y: -(y * np.log(z) + (1 - y) * np.log(1 - z)),
    ),
    Formula("the cross-entropy of {z} with all classes' targets", lambda z, y: -(y * log_softmax(z, axis=-1)).sum(-1)),
    Formula("the Poisson loss of {z}, taken for a logarithm,", lambda z, y: np.exp(z) - y * z),
    Formula("the Poisson loss of {z}", lambda z, y: z - y * np.log(z)),
    Formula("the hinge loss of {z}", lambda z, y: np.maximum(0, 1 - y * z)),
)
REDUCED: tuple[tuple[str, Callable[[Array], float]], ...] = (
    ("the mean", np.mean),
    ("the sum", np.sum),
    ("the sum over an example, averaged over the examples,", lambda each: np.sum(each) / len(each)),
    ("the mean over an example, summed over the examples,", lambda each: np.mean(each) * len(each)),
    ("the root of the mean", lambda each: np.sqrt(np.mean(each))),
    ("the median", np.median),
)


def by_formula(evidence: Evidence) -> Iterator[str]:
    """The formulas of the losses of both sides, or that of tf's, where they are not the same."""
    step, allowed = evidence.first.step, min(evidence.first.allowed, tolerances.SAME_LOSS)
    assert isinstance(step, int)
    torch, tf = (_words(trace, step, float(trace.curves["loss"][step]), allowed) for trace in evidence.pair)
    if tf and torch != tf:
        found = zip(evidence.sides, (torch, tf), strict=True)
        yield ", ".join(f"{side}'s loss is {words}" for side, words in found if words)


def _words(trace: Trace, step: int, loss: float, allowed: float) -> str:
    """The formula that gives this loss; empty where none does."""
    found = (words for words, value in _every(trace, step) if abs(value - loss) <= allowed * abs(loss))
    return next(found, "")


def _every(trace: Trace, step: int) -> Iterator[tuple[str, float]]:
    """Of each of the last outputs and each array of the batch, what the formulas that fit them give."""
    outputs = [key for key in trace.keys if key[:2] == (step, "forward")]
    targets = [key for key in trace.keys if key[:2] == (step, "batch")]
    for output, target in product(outputs[: -LAST - 1 : -1], targets):
        for words, each in _of_each(trace[output], trace[target]):
            of = words.format(z=output[2], y=target[2])
            yield from ((f"{how} of {of}", float(reduced(np.atleast_1d(each)))) for how, reduced in REDUCED)


def _of_each(output: Array, target: Array) -> Iterator[tuple[str, Array]]:
    """The formulas that fit the shapes, and the loss that each gives for every example or element."""
    if output.dtype.kind != "f" or not output.ndim or target.dtype.kind not in "fiub":
        return
    z, y = (each.astype(np.float64) for each in (output, target))
    with np.errstate(all="ignore"):
        for axis in dict.fromkeys((z.ndim - 1, 1)):
            if axis < z.ndim and z.shape[axis] > 1:
                yield from _of_classes(np.moveaxis(z, axis, -1), target)
        if z.size == y.size:
            yield from ((f"{each.words} against {{y}}", each.of(z.reshape(y.shape), y)) for each in OF_VALUES)
        if z.size == y.size != len(z) ** 2 and {z.ndim, y.ndim} == {1, 2} and z.size <= MOST_BROADCAST:
            yield from ((f"{each.words} against every example's {{y}}", each.of(z, y)) for each in OF_VALUES)


def _of_classes(z: Array, labels: Array) -> Iterator[tuple[str, Array]]:
    if labels.dtype.kind in "iu" and labels.shape == z.shape[:-1] and np.isin(labels, range(z.shape[-1])).all():
        yield from ((f"{each.words} against {{y}}", each.of(z, labels)) for each in OF_CLASSES)


RULES = (by_formula,)
