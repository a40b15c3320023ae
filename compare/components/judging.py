"""Whether the two sides of a component agree: what came of their checks, held against each other, makes a row.

Notice the order: an error, missing or unlike tensors, NaN, dtype, and only then the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from compare.components.draws import compare_draws
from compare.components.spec import Spec
from compare.inputs.arrays import Arrays
from compare.judging import tolerances
from compare.judging.difference import Difference, difference

EQUAL, AGREES, DIFFERS, ERROR = "equal", "agrees", "differs", "error"
SIDES = ("torch", "tf")


@dataclass(frozen=True)
class Row:
    """One component: the gaps of what it computes, and what is made of them.

    `why` says why it is not compared in float64, or where it differs, or what failed.
    """

    key: str
    kind: str
    precision: str
    forward_gap: float | None
    gradient_gap: float | None
    allowed: float | None
    verdict: str
    why: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of one component: the arrays of each side, plain and (in float32) nudged, or the errors."""

    plain: Mapping[str, Arrays]
    nudged: Mapping[str, Arrays]
    errors: tuple[str, ...] = ()


def judge(kind: str, key: str, spec: Spec, outcome: Outcome) -> Row:
    """The row of one component."""
    if outcome.errors:
        return Row(key, kind, spec.precision, None, None, None, ERROR, "; ".join(outcome.errors))
    torch, tf = (outcome.plain[side] for side in SIDES)
    if kind == "initializers" and not spec.exact:
        gap, allowed, trouble = compare_draws(torch["forward/values"], tf["forward/values"], spec.orthogonal)
        return Row(key, kind, spec.precision, gap, None, allowed, DIFFERS if trouble else AGREES, trouble)
    gaps = {group: worst(torch, tf, group) for group in ("weights", "forward", "gradient")}
    if gaps["forward"][0] is None:
        return Row(key, kind, spec.precision, None, None, None, ERROR, "neither side put out a tensor")
    allowed = _allowed(spec, outcome)
    trouble = [text for gap, text, structural in gaps.values() if gap is not None and (structural or gap > allowed)]
    numbers = gaps["forward"][0], gaps["gradient"][0]
    verdict = DIFFERS if trouble else AGREES if any(numbers) else EQUAL
    return Row(key, kind, spec.precision, *numbers, allowed, verdict, "; ".join(trouble) or spec.why)


def worst(torch: Arrays, tf: Arrays, group: str) -> tuple[float | None, str, bool]:
    """The widest gap among the tensors of a group, that tensor in words, and whether it is none of values.

    What is nothing but rounding beside the largest tensor of its group (the gradient of a bias that a normalization
    takes out again) is measured by that one.
    """
    names = [name for name in dict.fromkeys((*torch, *tf)) if name.startswith(f"{group}/")]
    if not names:
        return None, "", False
    largest = max((_magnitude(arrays.get(name)) for name in names for arrays in (torch, tf)), default=0.0)
    found = []
    for name in names:
        one = difference(torch.get(name), tf.get(name))
        gap = one.max_rel
        if 0 < one.max_abs < np.inf and (scale := one.max_abs / one.max_rel) < _rounding(torch[name]) * largest:
            gap *= scale / largest
        found.append((gap, _words(name, one), one.structural or one.kind == "dtype"))
    return max(found, key=lambda one: (one[2], one[0]))


def _allowed(spec: Spec, outcome: Outcome) -> float:
    if spec.precision == "float64":
        return tolerances.COMPONENT_LIMIT
    pairs = [(outcome.plain[side], outcome.nudged[side]) for side in SIDES]
    gaps = [worst(*pair, group)[0] for pair in pairs for group in ("forward", "gradient")]
    finite = [gap for gap in gaps if gap is not None and np.isfinite(gap)]
    return float(tolerances.allowed(max(finite, default=0.0), spec.precision))


def _magnitude(array: np.ndarray | None) -> float:
    if array is None or not array.size or array.dtype.kind not in "fi":
        return 0.0
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max(initial=0))


def _rounding(array: np.ndarray) -> float:
    return float(tolerances.allowed(0, array.dtype.name)) if array.dtype.kind == "f" else 0.0


def _words(name: str, one: Difference) -> str:
    what = name.replace("/", " ")
    return (
        f"{what}: {one.kind} {one.detail}".strip()
        if one.kind != "value"
        else f"{what}: gap {one.max_rel:.1e}, {one.detail}"
    )
