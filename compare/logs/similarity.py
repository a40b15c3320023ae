"""What two curves have in common although their values differ: a factor, the ups and downs, the level, a trend."""

from __future__ import annotations

import math

import numpy as np

from compare.judging import tolerances

Curve = np.ndarray  # one value per step
KNOWN_FACTORS = {
    2.0: "one formula has a factor of 1/2, or two terms where the other has one",
    math.log(2): "logarithms to base 2 and to base e",
    math.log(10): "logarithms to base 10 and to base e",
}


def same_batches(left: Curve, right: Curve) -> bool | None:
    """Whether the losses change together from step to step, as on the same batches; None where it is unclear."""
    shared = slice(tolerances.STEPS_BEFORE_CHAOS)
    changes = [_relative_changes(curve[shared]) for curve in (left, right)]
    if len(left) < tolerances.STEPS_NEEDED or min(change.std() for change in changes) <= tolerances.ulp("float32"):
        return None
    correlation = np.corrcoef(changes[0], changes[1])[0, 1]
    if correlation >= tolerances.STEPS_TOGETHER:
        return True
    return False if correlation < tolerances.STEPS_UNRELATED else None


def far_smoother(left: Curve, right: Curve) -> int | None:
    """Which curve, 0 or 1, changes from step to step by a fraction of what the other does; None where neither does."""
    if min(len(left), len(right)) < tolerances.STEPS_NEEDED:
        return None
    shared = slice(tolerances.STEPS_BEFORE_CHAOS)
    sizes = [float(np.median(np.abs(np.diff(_relative_changes(curve[shared]))))) for curve in (left, right)]
    if not min(sizes) or max(sizes) < tolerances.SMOOTHER * min(sizes):
        return None
    return int(sizes[1] < sizes[0])


def _relative_changes(curve: Curve) -> Curve:
    """From each step to the next, relative to the loss there: a loss that falls slowly weighs as much at the end."""
    level = np.abs(curve[1:]) + np.abs(curve[:-1])
    return np.diff(curve) / np.where(level > 0, level, 1)


def same_level(left: Curve, right: Curve) -> bool:
    """Whether the curves differ, in each quarter, by less than the noise from step to step."""
    noise = min(_residuals(curve).std() for curve in (left, right))
    return all(abs(part.mean()) <= tolerances.SAME_LEVEL * noise for part in np.array_split(left - right, 4))


def stays_within(curve: Curve, tolerance: Curve) -> bool:
    """Whether a curve stays at its first value, within a tolerance for each step."""
    return bool((np.abs(curve - curve[0]) <= tolerance).all())


def only_first_falls(first: Curve, second: Curve) -> bool:
    """Whether `first` falls by more than chance and `second` hardly at all, each relative to its first value."""
    if min(len(first), len(second)) < tolerances.STEPS_NEEDED:
        return False
    (fall, noise), (other_fall, other_noise) = _relative_fall(first), _relative_fall(second)
    hardly = max(4 * other_noise, tolerances.FLAT_PART * fall)
    return bool(fall > 8 * noise and abs(other_fall) < hardly < fall / 2)


def _relative_fall(curve: Curve) -> tuple[float, float]:
    """How far the last quarter's mean is below the first's, and the standard error of that, relative to the first."""
    quarter = len(curve) // 4
    first, last = curve[:quarter].mean(), curve[-quarter:].mean()
    standard_error = _residuals(curve).std() * math.sqrt(2 / quarter)
    return float((first - last) / abs(first)), float(standard_error / abs(first))


def explain_factor(factor: float, tolerance: float, batch_size: int | None) -> str:
    """What a factor between two losses may mean; "" where it is not a known number within the relative tolerance."""
    large = factor if abs(factor) >= 1 else 1 / factor

    def close(known: float) -> bool:
        return abs(large - known) <= tolerance * known

    if batch_size and close(batch_size):
        return f"{batch_size} is the batch size: a sum over the examples on one side, a mean on the other"
    for known, meaning in KNOWN_FACTORS.items():
        if close(known) or (known < 1 and close(1 / known)):
            return meaning
    if large > 2.5 and close(round(large)):
        return (
            f"{round(large)} is a count: of examples, classes or outputs, summed on one side and averaged on the other"
        )
    return ""


def _residuals(curve: Curve) -> Curve:
    """The curve less its moving average."""
    width = max(len(curve) // 20, 2) * 2 + 1
    if len(curve) <= width:
        return curve - curve.mean()
    padded = np.pad(curve, width // 2, mode="reflect", reflect_type="odd")
    return curve - np.convolve(padded, np.full(width, 1 / width), "valid")
