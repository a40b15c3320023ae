"""Gradients of which one side's are the other's, scaled, clipped, or with something more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from compare.judging import tolerances
from compare.judging.formulas.evidence import Both, Evidence, explains, times
from compare.judging.formulas.numbers import counted, is_round, shown

Arrays = Sequence[np.ndarray]


def clipped(evidence: Evidence) -> Iterator[str]:
    """One side's, cut off at a value, or scaled to a norm where theirs is larger: of all together, or of each."""
    ways = evidence.apart, [each.turned for each in evidence.apart]
    for (own, other), apart in zip((evidence.sides, evidence.sides[::-1]), ways, strict=True):
        given, made = [each.torch for each in apart], [each.tf for each in apart]
        most = max((float(np.abs(each).max()) for each in made), default=0.0)
        norm, norms = _norm(made), {shown(_norm([each])) for each in made}
        words = f"{other}'s gradients{evidence.which} are {own}'s"
        if is_round(most) and explains(apart, (np.clip(each, -most, most) for each in given)):
            yield f"{words}, cut off at {shown(most)}: it clips by value"
        elif is_round(norm) and norm < _norm(given) and explains(apart, _scaled_to(norm, given)):
            yield f"{words}, scaled to {shown(norm)}, the norm of all together: it clips by that"
        elif len(norms) == 1 and is_round(limit := float(*norms)) and explains(apart, _each_scaled_to(limit, given)):
            yield f"{words}, each scaled to a norm of {shown(limit)}: it clips by the norm of each"


def _scaled_to(norm: float, gradients: Arrays) -> Arrays:
    return [each * (norm / (_norm(gradients) or 1.0)) for each in gradients]


def _each_scaled_to(norm: float, gradients: Arrays) -> Arrays:
    return [each for one in gradients for each in _scaled_to(min(norm, _norm([one])), [one])]


def scaled(evidence: Evidence) -> Iterator[str]:
    """So many times the other's, all of them."""
    by = times([each.torch for each in evidence.apart], [each.tf for each in evidence.apart])
    if by and explains(evidence.apart, (by * each.torch for each in evidence.apart)):
        side, other = evidence.sides
        why = counted(by, evidence)
        yield f"{other}'s gradients{evidence.which} are {shown(by)} times {side}'s{why and f', {why}'}"


def with_more(evidence: Evidence) -> Iterator[str]:
    """The other's and something more: a multiple of the weight, of its sign, or the gradient of the step before."""
    side, other = evidence.sides
    weights = evidence.before("weights")
    if weights:
        for what, why, made in (
            ("the weight", "a penalty on its square, or a weight decay, that {} lacks", weights),
            ("the weight's sign", "a penalty on its magnitude that {} lacks", list(map(np.sign, weights))),
        ):
            by = _more(evidence.apart, made)
            if by:
                adding, lacking = (other, side) if by > 0 else (side, other)
                more = f"{adding}'s gradients{evidence.which} are {lacking}'s and {shown(abs(by))} times {what}"
                yield f"{more}: {why.format(lacking)}"
    earlier = evidence.before("gradient", back=1)
    by = _more(evidence.apart, earlier) if earlier else None
    if by and abs(abs(by) - 1) <= tolerances.SAME_FACTOR:
        adding, lacking = (other, side) if by > 0 else (side, other)
        yield (
            f"{adding}'s gradients{evidence.which} are {lacking}'s and those of the step before: it does not set them "
            "to zero in between"
        )


def late(evidence: Evidence) -> Iterator[str]:
    """Those of the step before, on one side."""
    earlier = evidence.before("gradient", back=1)
    if earlier and explains(evidence.apart, earlier):
        yield f"{evidence.sides[1]}'s gradients{evidence.which} are those of {evidence.sides[0]}'s step before"


def _more(apart: Sequence[Both], of: Arrays) -> float | None:
    """What these are times, to be what tf has more than torch; None where they are not."""
    by = times(of, [each.tf - each.torch for each in apart])
    made = (each.torch + (by or 0) * one for each, one in zip(apart, of, strict=True))
    return by if by and explains(apart, made) else None


def _norm(arrays: Arrays) -> float:
    return float(np.sqrt(sum(float(np.vdot(each, each)) for each in arrays)))


RULES = (clipped, scaled, with_more, late)
