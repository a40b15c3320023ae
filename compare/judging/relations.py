"""What two values themselves show of each other, in half a sentence; nothing that they do not prove."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from compare.traces.operations import Value

MOST_FACTOR = 10**7
FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "its square": np.square,
    "its root": np.sqrt,
    "its magnitude": np.abs,
    "its exponential": np.exp,
    "its logarithm": np.log,
    "1 minus it": lambda values: 1 - values,
    "1 over it": lambda values: 1 / values,
    "its relu": lambda values: np.maximum(values, 0),
    "its sigmoid": lambda values: 1 / (1 + np.exp(-values)),
}
CLOSE = 1e-9  # relative; in float64, and more in float32
SOME = 3  # different numbers that a relation must explain; what has fewer has any factor


def relation(of: Value, value: Value, tolerance: float = CLOSE) -> str:
    """What `value` is of `of`, as "= 32 x"; empty where nothing simple is."""
    one, other = of.whole, value.whole
    if one is None or other is None:
        return _of_prints(of, value, tolerance)
    with np.errstate(all="ignore"):
        return next((said for said in _relations(one, other, tolerance) if said), "")


def is_another_form(of: Value, value: Value, signs: bool = False, tolerance: float = CLOSE) -> bool:
    """Whether one is the other's exponential or logarithm: two ways to write the same formula; so is a negative, where
    `signs` are taken elsewhere."""
    one, other = of.whole, value.whole
    if one is None or other is None or one.squeeze().shape != other.squeeze().shape or not _tells(one):
        return False
    one, other = one.squeeze(), other.squeeze()
    with np.errstate(all="ignore"):
        forms = [np.exp(one), np.log(one), np.exp(-one), -np.log(one), *([-one] if signs else [])]
        return any(close(form, other, tolerance) for form in forms)


def _relations(one: np.ndarray, other: np.ndarray, tolerance: float) -> Iterator[str]:
    yield _not_finite(one, other)
    yield _rearranged(one, other, tolerance)
    yield _reduced(one, other, tolerance)
    yield _reduced(other, one, tolerance, "its {} is the other's")
    if one.squeeze().shape == other.squeeze().shape:
        one, other = one.squeeze(), other.squeeze()
        yield factor(one, other, tolerance)
        yield _offset(one, other, tolerance)
        yield _function(one, other, tolerance)
        yield _in_part(one, other, tolerance)


def _not_finite(one: np.ndarray, other: np.ndarray) -> str:
    if np.isnan(other).any() and not np.isnan(one).any():
        return "NaN"
    return "infinite" if np.isinf(other).any() and not np.isinf(one).any() else ""


def close(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    """Whether two arrays of one shape are equal but for rounding, by the largest of them."""
    if one.shape != other.shape or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return False
    return bool(np.abs(one - other).max(initial=0) <= tolerance * max(np.abs(one).max(initial=0), 1e-300))


def _tells(values: np.ndarray) -> bool:
    return len(np.unique(values)) >= SOME


def factor(one: np.ndarray, other: np.ndarray, tolerance: float) -> str:
    """ "= 32 x"; of few numbers only where the factor is a whole number or one over it."""
    scale = float(np.sum(one * other) / np.sum(one * one))
    if not np.isfinite(scale) or not scale or not close(other, scale * one, tolerance):
        return ""
    simple = _simple(scale, tolerance)
    if scale == 1 or simple == "1" or not (simple or _tells(one)):
        return ""
    return "the negative" if simple == "-1" else f"= {simple or f'{scale:.6g}'} x"


def _simple(scale: float, tolerance: float) -> str:
    """A factor as a whole number, or as one over it; empty where it is neither."""
    for number, text in ((scale, "{}"), (1 / scale, "1/{}")):
        whole = round(number)
        if 1 <= abs(whole) <= MOST_FACTOR and abs(number - whole) <= 4 * tolerance * abs(whole):
            return text.format(whole) if abs(whole) > 1 or text == "{}" else ""
    return ""


def _offset(one: np.ndarray, other: np.ndarray, tolerance: float) -> str:
    """ "+ 0.5"; of few numbers only where the offset is round."""
    offset = float(np.mean(other - one))
    if not np.isfinite(offset) or not offset or not close(other, one + offset, tolerance):
        return ""
    round_number = abs(offset * 4 - round(offset * 4)) < 4 * tolerance * max(1.0, abs(offset)) and round(offset * 4)
    if not (_tells(one) or round_number):
        return ""
    return f"{'+' if offset > 0 else '-'} {abs(offset):.6g}"


def _function(one: np.ndarray, other: np.ndarray, tolerance: float) -> str:
    if not _tells(one):
        return ""
    for said, given, wanted in (("{}", one, other), ("{} is the other's", other, one)):
        for name, function in FUNCTIONS.items():
            if close(function(given), wanted, tolerance):
                return said.format(name)
    return ""


def _rearranged(one: np.ndarray, other: np.ndarray, tolerance: float) -> str:
    """The same numbers elsewhere: transposed, shifted, reversed, in another order."""
    if one.size != other.size or not _tells(one):
        return ""
    if not close(np.sort(one, axis=None), np.sort(other, axis=None), tolerance):
        return ""
    if one.ndim == other.ndim == 2 and close(one.T, other, tolerance):
        return "transposed"
    for axis in range(one.ndim) if one.shape == other.shape else ():
        if close(np.flip(one, axis), other, tolerance):
            return f"reversed along axis {axis}"
        for by in range(1, one.shape[axis]):
            if close(np.roll(one, by, axis), other, tolerance):
                back = one.shape[axis] - by
                return f"shifted by {by if by <= back else -back} along axis {axis}"
    return "the same numbers in another order"


def _reduced(one: np.ndarray, other: np.ndarray, tolerance: float, said: str = "its {}") -> str:
    """A mean, sum or maximum over axes."""
    if one.size <= other.size or not one.ndim or not _tells(one):
        return ""
    every = [(axis,) for axis in range(one.ndim)] + ([tuple(range(one.ndim))] if one.ndim > 1 else [])
    for axes in every:
        where = "" if len(axes) == one.ndim else f" over axis {axes[0]}"
        for name in ("mean", "sum", "max"):
            if close(getattr(one, name)(axis=axes).squeeze(), other.squeeze(), tolerance):
                return said.format(f"{name}{where}")
    return ""


def _in_part(one: np.ndarray, other: np.ndarray, tolerance: float) -> str:
    """Equal but for some elements, which are zero, or cut off at a bound."""
    apart = np.abs(one - other) > tolerance * np.abs(one).max(initial=0)
    count = int(apart.sum())
    if not 0 < count < apart.size or apart.size < 2 * SOME:
        return ""
    share = f"{count} of {apart.size}"
    if not other[apart].any():
        return f"0 in {share}"
    if not one[apart].any():
        return f"not 0 in {share}"
    bounds = np.unique(other[apart])
    if _tells(other) and len(bounds) <= 2 and count > len(bounds) and np.isin(bounds, [other.max(), other.min()]).all():
        return f"cut off at {' and '.join(f'{bound:.4g}' for bound in bounds)}"
    return f"different in {share}"


def _of_prints(of: Value, value: Value, tolerance: float) -> str:
    """Of large values, what their sums show."""
    one, other = of.print, value.print
    if one is None or other is None:
        return ""
    if sorted(size for size in of.shape if size > 1) != sorted(size for size in value.shape if size > 1):
        return ""
    names = ("total", "highest", "lowest", "by_axes") if one.total else ("highest", "by_axes")
    scales = [getattr(other, name) / getattr(one, name) for name in names if getattr(one, name)]
    if scales and np.ptp(scales) <= 4 * tolerance * abs(scales[0]) and abs(scales[0] - 1) > 4 * tolerance:
        return f"= {_simple(scales[0], tolerance) or f'{scales[0]:.6g}'} x" if scales[0] > 0 else ""
    return ""
