"""Whether the loss of a run falls: a statement of its own, beside the one that two sides are equivalent.

The best witness is one batch: its loss at the first step, and once more after the last. Means of steps have to be
told from the noise of their batches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from compare.inputs.port_inputs import FEWEST_STEPS
from compare.judging import tolerances
from compare.running.request import SIDES
from compare.traces.trace import ONCE_MORE, Trace

FIRST_BATCH, QUARTERS = "loss of the first batch, before and after", "mean loss of the first and the last quarter"


class Fall(NamedTuple):
    """What was measured before and after, and whether it fell; None where there were too few steps to tell."""

    falls: bool | None
    measured: str
    before: float
    after: float


Falls = Mapping[str, tuple[Fall, Fall]]  # by precision: of torch, of tf


def falls(plain: Trace, nudged: Trace | None = None) -> Fall:
    """Whether the loss falls by more than a nudge moves it and, for a mean, by more than its noise."""
    once_more, means = _of_first_batch(plain, nudged), _of_quarters(plain, nudged)
    if once_more is None or (means.falls and not once_more.falls):
        return means
    return once_more._replace(falls=once_more.falls or means.falls)


def _of_first_batch(plain: Trace, nudged: Trace | None) -> Fall | None:
    if ONCE_MORE not in plain.curves:
        return None
    before, after = (float(plain.curves[name][0]) for name in ("loss", ONCE_MORE))
    moved = float(nudged.curves[ONCE_MORE][0]) if nudged and ONCE_MORE in nudged.curves else after
    return Fall(before - after > _rounding(after, moved), FIRST_BATCH, before, after)


def _of_quarters(plain: Trace, nudged: Trace | None) -> Fall:
    loss = plain.curves["loss"]
    first, last = loss[: max(1, len(loss) // 4)], loss[-max(1, len(loss) // 4) :]
    before, after = float(first.mean()), float(last.mean())
    if len(loss) < FEWEST_STEPS:
        return Fall(None, QUARTERS, before, after)
    moved = float(nudged.curves["loss"][-len(last) :].mean()) if nudged else after
    rounding = _rounding(after, moved)
    noise = tolerances.NOISE_OF_A_MEAN * _standard_error(first, last)
    if abs(before - after) <= noise and noise > rounding and len(loss) < tolerances.FALL_SHOWS_AFTER:
        return Fall(None, QUARTERS, before, after)
    return Fall(before - after > max(noise, rounding), QUARTERS, before, after)


def _standard_error(first: np.ndarray, last: np.ndarray) -> float:
    """Of the difference of two means of equally many steps.

    The noise is that from step to step, which a trend hardly adds to: so a loss that never rises is seen to fall.
    """
    with np.errstate(invalid="ignore"):
        apart = np.abs(np.concatenate((np.diff(first), np.diff(last)))).mean()
    noise = apart * np.sqrt(np.pi) / 2  # normal noise of deviation 1 makes steps 2 / sqrt(pi) apart
    return float(noise * np.sqrt(2 / len(last)))


def _rounding(value: float, moved: float) -> float:
    """What a nudge moves a loss, and never less than an ulp of float32."""
    return max(abs(value - moved), tolerances.ulp("float32") * abs(value))


def not_falling(found: Falls) -> bool:
    """Whether any run does not fall."""
    return any(fall.falls is False for pair in found.values() for fall in pair)


def say_falling(found: Falls, agree: bool, must_fall: bool) -> list[str]:
    """The finding on losses of which one or both do not fall, or cannot be judged; both only where the sides agree."""
    for precision, pair in found.items():
        answers = [fall.falls for fall in pair]
        if set(answers) == {True, False}:  # of two that agree, it is chance which falls
            said = f"only {SIDES[answers.index(True)]}'s loss falls {_values(precision, pair)}"
            return [said] if must_fall or not agree else []
        if False in answers and agree:
            advice = "" if must_fall else "; if it must, say so: MUST_FALL = True in a port, or --must-fall"
            return [f"the loss falls on neither side {_values(precision, pair)}{advice}"]
    if agree and any(fall.falls is None for pair in found.values() for fall in pair):
        return ["too short to judge whether the loss falls"]
    return []


def _values(precision: str, pair: tuple[Fall, Fall]) -> str:
    values = ", ".join(f"{side} {fall.before:.4g}, {fall.after:.4g}" for side, fall in zip(SIDES, pair, strict=True))
    return f"({pair[0].measured}, in {precision}: {values})"
