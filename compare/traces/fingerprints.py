"""What a tensor is told by, whatever the layout: a few sums that no transpose and no axis of size 1 changes.

Another order of the rows changes two of them, `by_axes` and `in_order`, and of these a reshape the first only.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

FILL, SMALL = 1e5, 1e3  # what is as large, beside what is as small, only fills a place


class Fingerprint(NamedTuple):
    """The sums of a tensor, in which what is not finite counts as 0; `not_finite` says how much of it there is.

    `by_axes` weighs each element by the product of numbers that hang on its index along each axis, so that the axes may
    come in any order; `in_order` by a number that hangs on its place in the flat tensor. `moved` is that of
    the same images with their channels last. `shape` and `moved_shape` tell the sizes other than 1 of both, in their
    order.
    """

    size: float
    total: float
    squares: float
    magnitudes: float
    highest: float
    lowest: float
    by_axes: float
    in_order: float
    not_finite: float
    shape: float
    moved: float
    moved_shape: float = 0.0

    @property
    def negative(self) -> Fingerprint:
        """That of the negative."""
        turned = {name: -getattr(self, name) for name in ("total", "by_axes", "in_order", "moved")}
        return self._replace(**turned, highest=-self.lowest, lowest=-self.highest)

    @property
    def is_constant(self) -> bool:
        """Whether all elements are the same; one alone is."""
        return self.highest == self.lowest

    @property
    def is_mask(self) -> bool:
        """Whether all elements are zeros and ones."""
        return self.lowest >= 0 and self.highest <= 1 and self.squares == self.total


@cache
def _numbers(count: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, count)


def weights(count: int) -> np.ndarray:
    """The first so many of the numbers that elements are weighed by."""
    return _numbers(1 << max(16, (count - 1).bit_length()))[:count]


def fingerprint(array: np.ndarray) -> Fingerprint:
    """The fingerprint of an array of numbers; a complex one is taken for its real and imaginary parts."""
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag])
    values = np.asarray(array, np.float64)
    if not values.size:
        return Fingerprint(*([0.0] * len(Fingerprint._fields)))
    finite = np.isfinite(values)
    not_finite = 0.0 if finite.all() else float(values.size - finite.sum())
    if not_finite:
        values = np.where(finite, values, 0.0)
    values = _without_fill(values)
    flat = values.ravel()
    moved = np.moveaxis(values, 1, -1) if values.ndim > 3 else values
    with np.errstate(over="ignore", invalid="ignore"):
        return Fingerprint(
            size=float(flat.size),
            total=float(flat.sum()),
            squares=float(flat @ flat),
            magnitudes=float(np.abs(flat).sum()),
            highest=float(flat.max()),
            lowest=float(flat.min()),
            by_axes=_by_axes(values),
            in_order=float(flat @ weights(flat.size)),
            not_finite=not_finite,
            shape=_shape(values.shape),
            moved=float(moved.ravel() @ weights(flat.size)),
            moved_shape=_shape(moved.shape),
        )


def _without_fill(values: np.ndarray) -> np.ndarray:
    """The values, those of a mask's fill (-1e9, say) by their logarithm: no sum would show what stands beside them."""
    if max(values.max(), -values.min()) < FILL:
        return values
    magnitudes = np.abs(values)
    if not ((magnitudes > 0) & (magnitudes < SMALL)).any():
        return values
    return np.where(magnitudes < FILL, values, np.sign(values) * np.log10(np.maximum(magnitudes, 1.0)))


def _by_axes(values: np.ndarray) -> float:
    for size in reversed([size for size in values.shape if size > 1]):
        values = values.reshape(-1, size) @ weights(size)
    return float(values.reshape(-1)[0])


def _shape(sizes: tuple[int, ...]) -> float:
    code = 0.0
    for size in sizes:
        code = code * 1009 + size if size > 1 else code
    return code
