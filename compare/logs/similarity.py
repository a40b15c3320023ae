"""What two curves have in common although their values differ: a factor, the ups and downs, the level, a trend."""

from __future__ import annotations

import math

import numpy as np

from compare.judging import tolerances

Curve = np.ndarray  # one value per step
LINES_OF_QUARTERS = 4
# From line to line, what two trainings on the same batches are apart by changes by less than this part of itself, and
# it has one sign in all but a few lines; on other batches it changes by half of itself and more.
STEADY, ON_ONE_SIDE = 0.4, 0.8
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
    if len(left) < tolerances.LINES_WITH_NOISE:
        return False
    noise = min(_residuals(curve).std() for curve in (left, right))
    return all(abs(part.mean()) <= tolerances.SAME_LEVEL * noise for part in np.array_split(left - right, 4))


def closes(left: Curve, right: Curve) -> bool:
    """Whether curves that were apart come together in their last quarter."""
    apart = trend_apart(left, right)
    return bool(abs(apart[-1]) < tolerances.CLOSES * np.abs(apart[:-1]).max()) if len(apart) > 1 else False


def trend_apart(left: Curve, right: Curve) -> Curve:
    """How far right is above left in each quarter, relative to the loss there: (4,), or less where lines are few."""
    parts = [np.array_split(curve, min(4, len(curve))) for curve in (left, right)]
    levels = [np.array([part.mean() for part in each]) for each in parts]
    scale = np.maximum(np.abs(levels[0]), np.abs(levels[1]))
    return (levels[1] - levels[0]) / np.where(scale > 0, scale, 1)


def moves_as_a_term(left: Curve, right: Curve, every_step: bool) -> bool:
    """Whether the difference of two curves is as a term's: it has one sign, and does not know the batches."""
    apart = right - left
    low, high = sorted((apart.min(), apart.max()), key=abs)
    if len(left) < 3 or low * high <= 0:
        return False
    if every_step and len(left) >= tolerances.STEPS_NEEDED:
        noise = [np.median(np.abs(np.diff(curve, 2))) for curve in (apart, left, right)]
        return bool(noise[0] < tolerances.TERM_NOISE * min(noise[1:]))
    even = abs(high) <= tolerances.TERM_EVEN * abs(low)
    return bool(even and np.ptp(apart) < tolerances.FLAT_PART * min(np.ptp(left), np.ptp(right)))


def steadily_apart(left: Curve, right: Curve) -> bool:
    """Whether a curve stays on one side of the other and follows it: other batches make it jump back and forth."""
    size = np.maximum(np.abs(left), np.abs(right))
    apart = (right - left) / np.where(size > 0, size, 1)
    mean = np.abs(apart).mean()
    on_one_side = (np.sign(apart) == np.sign(apart.sum())).mean() >= ON_ONE_SIDE
    return bool(on_one_side and (len(apart) < 2 or np.abs(np.diff(apart)).mean() < STEADY * mean))


def many_times_apart(left: Curve, right: Curve) -> bool:
    """Whether one curve is a multiple of the other in each quarter, though not the same multiple."""
    apart = trend_apart(left, right)
    least = 1 - 1 / tolerances.COUNTED_FACTOR
    return bool((left > 0).all() and (right > 0).all() and ((apart >= least).all() or (apart <= -least).all()))


def counted_factor(left: Curve, right: Curve) -> float | None:
    """The factor, right over left, of curves that are many times apart throughout; None where they are not."""
    if len(left) < 3 or (left <= 0).any() or (right <= 0).any():
        return None
    factors = right / left
    factor = float(np.median(factors))
    even = (np.abs(factors / factor - 1) <= tolerances.COUNTED_FACTOR_EVEN).all()
    return factor if even and max(factor, 1 / factor) >= tolerances.COUNTED_FACTOR else None


def stays_within(curve: Curve, tolerance: Curve) -> bool:
    """Whether a curve stays at its first value, within a tolerance for each step."""
    return bool((np.abs(curve - curve[0]) <= tolerance).all())


def only_first_falls(first: Curve, second: Curve) -> bool:
    """Whether `first` falls by more than chance and `second` hardly at all, each relative to its first value."""
    if min(len(first), len(second)) < tolerances.LINES_WITH_NOISE:
        return len(first) >= 3 and _moves_hardly(second, first)
    (fall, noise), (other_fall, other_noise) = _relative_fall(first), _relative_fall(second)
    hardly = max(4 * other_noise, tolerances.FLAT_PART * fall)
    return bool(fall > 8 * noise and abs(other_fall) < hardly < fall / 2)


def falls(curve: Curve, rounding: float) -> bool | None:
    """Whether a curve falls by more than its noise, and than a relative rounding; None where its lines do not tell."""
    if len(curve) < LINES_OF_QUARTERS:
        return None
    fall, standard_error = _relative_fall(curve)
    noise = tolerances.NOISE_OF_A_MEAN * standard_error
    if abs(fall) <= noise and noise > rounding and len(curve) < tolerances.FALL_SHOWS_AFTER:
        return None
    return fall > max(noise, rounding)


def _moves_hardly(curve: Curve, falling: Curve) -> bool:
    """The same of a few lines, whose noise is not known: neither falls nor rises by more than a small part."""
    fall = (falling[0] - falling[-1]) / abs(falling[0]) if falling[0] else 0.0
    return bool(fall > 0 and np.ptp(curve) < tolerances.FLAT_PART * fall * abs(curve[0]))


def _relative_fall(curve: Curve) -> tuple[float, float]:
    """How far the last quarter's mean is below the first's, and the standard error of that, relative to the first; to
    the largest magnitude, where that is zero."""
    quarter = len(curve) // 4
    first, last = curve[:quarter].mean(), curve[-quarter:].mean()
    standard_error = _residuals(curve).std() * math.sqrt(2 / quarter)
    scale = abs(first) or np.abs(curve).max() or 1.0
    return float((first - last) / scale), float(standard_error / scale)


def explain_factor(factor: float, tolerance: float, batch_size: int | None) -> str:
    """What a factor between two losses may mean; "" where it is not a known number within the relative tolerance."""
    large = factor if abs(factor) >= 1 else 1 / factor

    def close(known: float) -> bool:
        return abs(large - known) <= tolerance * known

    if batch_size and close(batch_size):
        return f"{batch_size} is the batch size: a sum over the examples on one side, a mean on the other"
    if tolerance * large > tolerances.KNOWN_BY_CHANCE:
        return ""
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
