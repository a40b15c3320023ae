"""Updates of which one side's are the other's with something more, and what an epsilon does in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from compare.judging.formulas.evidence import Both, Evidence, explains, times
from compare.judging.formulas.numbers import shown

Arrays = Sequence[np.ndarray]


def scaled(evidence: Evidence) -> Iterator[str]:
    """So many times the other's."""
    by = times([each.torch for each in evidence.apart], [each.tf for each in evidence.apart])
    if by and explains(evidence.apart, (by * each.torch for each in evidence.apart)):
        side, other = evidence.sides
        yield f"{other}'s updates{evidence.which} are {shown(by)} times {side}'s"


def with_more(evidence: Evidence) -> Iterator[str]:
    """The other's and so many times the weight, the gradient, or the update before."""
    side, other = evidence.sides
    for stage, back, what in (("weights", 0, "the weight"), ("gradient", 0, "the gradient"), ("update", 1, "the last")):
        of = evidence.before(stage, back)
        by = times(of, [each.tf - each.torch for each in evidence.apart]) if of else None
        if not of or not by:
            continue
        if explains(evidence.apart, (each.torch + by * one for each, one in zip(evidence.apart, of, strict=True))):
            more = f"{other}'s updates{evidence.which} are {side}'s and {shown(by)} times {what}"
            yield f"{more}{_as_decay(by, evidence) if stage == 'weights' else ''}"


def _as_decay(by: float, evidence: Evidence) -> str:
    """What a multiple of the weight is, given the rate."""
    if not (rate := _rate(evidence)):
        return ""
    adding, lacking = evidence.sides[::-1] if by < 0 else evidence.sides
    return f": {adding} has a weight decay of {shown(abs(by) / rate)} that {lacking} lacks"


def of_an_epsilon(evidence: Evidence) -> Iterator[str]:
    """In a first step, both the gradient over its magnitude and a small number: Adam and RMSprop without a memory."""
    gradients = evidence.before("gradient") if not _step(evidence) else None
    if not gradients:
        return
    ways = [each.turned for each in evidence.apart], evidence.apart
    found = [_epsilon(each, gradients) for each in ways]
    if None not in found:
        parts = (f"{side}'s |g| + {shown(each or 0)}" for side, each in zip(evidence.sides, found, strict=True))
        yield f"both updates{evidence.which} are a rate times g over a magnitude, {', '.join(parts)}: another epsilon"


def _epsilon(apart: Sequence[Both], gradients: Arrays) -> float | None:
    """The number e with which tf's updates are s * g / (|g| + e), whatever the scale s is; None where there is none."""
    given, made = (
        np.concatenate([each.ravel() for each in every]) for every in (gradients, [each.tf for each in apart])
    )
    (scale, epsilon), *_ = np.linalg.lstsq(np.stack([given, -made], axis=1), made * np.abs(given), rcond=None)
    fitted = (scale * each / (np.abs(each) + epsilon) for each in gradients)
    return float(epsilon) if epsilon > 0 and explains(apart, fitted) else None


def _step(evidence: Evidence) -> int:
    assert isinstance(evidence.first.step, int)
    return evidence.first.step


def _rate(evidence: Evidence) -> float:
    """Torch's learning rate of that step; 0 where it is not known, or one of several."""
    rates = evidence.pair.torch.curves.get("learning_rate")
    return 0.0 if rates is None or rates.ndim > 1 or _step(evidence) >= len(rates) else float(rates[_step(evidence)])


RULES = (scaled, with_more, of_an_epsilon)
