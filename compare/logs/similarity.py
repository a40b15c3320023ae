"""In what two curves are alike although their values differ: a factor, an offset, the ups and downs, or a trend."""

from __future__ import annotations

import math

import numpy as np

from compare.judging import tolerances

Curve = np.ndarray  # a value a step
FACTORS = {
    2.0: "a half that one formula has, or two terms for one",
    math.log(2): "logarithms to base 2 and to base e",
    math.log(10): "logarithms to base 10 and to base e",
}


def batches_alike(left: Curve, right: Curve) -> bool | None:
    """Whether the losses change together from step to step, as the same batches make them; None if nothing tells."""
    shared = slice(tolerances.STEPS_BEFORE_CHAOS)
    changes = [_changes(curve[shared]) for curve in (left, right)]
    if len(left) < tolerances.STEPS_NEEDED or min(change.std() for change in changes) <= tolerances.ulp("float32"):
        return None
    together = np.corrcoef(*changes)[0, 1]
    return True if together >= tolerances.STEPS_TOGETHER else False if together < tolerances.STEPS_UNRELATED else None


def _changes(curve: Curve) -> Curve:
    """From each step to the next, relative to the loss there: what falls slowly weighs as much at the end."""
    level = np.abs(curve[1:]) + np.abs(curve[:-1])
    return np.diff(curve) / np.where(level > 0, level, 1)


def same_level(left: Curve, right: Curve) -> bool:
    """Whether the curves differ less, from part to part, than noise makes each differ from step to step."""
    noise = min(_residuals(curve).std() for curve in (left, right))
    return all(abs(part.mean()) <= tolerances.SAME_LEVEL * noise for part in np.array_split(left - right, 4))


def flat(curve: Curve, moved_by_rounding: Curve) -> bool:
    """Whether a curve moves by no more than rounding."""
    return bool((np.abs(curve - curve[0]) <= moved_by_rounding).all())


def learns_alone(one: Curve, other: Curve) -> bool:
    """Whether `one` falls beyond chance, and `other` hardly at all, each for its own size."""
    if min(len(one), len(other)) < tolerances.STEPS_NEEDED:
        return False
    (fell, chance), (fell_too, chance_too) = _fall(one), _fall(other)
    still = max(4 * chance_too, tolerances.FLAT_PART * fell)
    return bool(fell > 8 * chance and abs(fell_too) < still < fell / 2)


def _fall(curve: Curve) -> tuple[float, float]:
    """How far the last quarter's mean lies below the first's, and how far chance moves that, relative to the first."""
    quarter = len(curve) // 4
    first, last = curve[:quarter].mean(), curve[-quarter:].mean()
    chance = _residuals(curve).std() * math.sqrt(2 / quarter)
    return float((first - last) / abs(first)), float(chance / abs(first))


def name_of_factor(factor: float, tolerance: float, batch_size: int | None) -> str:
    """What a factor may be, or nothing where it is no number that is known."""
    large = factor if abs(factor) >= 1 else 1 / factor

    def close(known: float) -> bool:
        return abs(large - known) <= tolerance * known

    if batch_size and close(batch_size):
        return f"{batch_size} is the batch size: a sum over the examples on one side, a mean on the other"
    for known, name in FACTORS.items():
        if close(known) or (known < 1 and close(1 / known)):
            return name
    if large > 2.5 and close(round(large)):
        return (
            f"{round(large)} is a count: of examples, classes or outputs, summed on one side and averaged on the other"
        )
    return ""


def _residuals(curve: Curve) -> Curve:
    """The curve less its moving average."""
    width = max(len(curve) // 20, 2) * 2 + 1
    padded = np.pad(curve, width // 2, mode="reflect", reflect_type="odd") if len(curve) > width else curve
    return curve - (np.convolve(padded, np.full(width, 1 / width), "valid") if len(curve) > width else curve.mean())
