"""Whether the two sides of a component agree: compares the arrays that both computed, one row per component.

Notice the order: an error, missing tensors or different shapes, NaN, dtype, and only then the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from compare.components.spec import Spec
from compare.inputs.arrays import Arrays
from compare.judging import tolerances
from compare.judging.difference import Difference, difference
from compare.judging.distributions import allowed_distance, compare_distributions, compare_products

EQUAL, AGREES, DIFFERS, ERROR = "equal", "agrees", "differs", "error"
SIDES = ("torch", "tf")


@dataclass(frozen=True)
class ComponentRow:
    """One component: the gaps of what it computes, and the verdict.

    `why` says why it is not compared in float64, where it differs, or what failed.
    """

    key: str
    kind: str
    precision: str
    verdict: str
    why: str = ""
    forward_gap: float | None = None
    gradient_gap: float | None = None
    allowed: float | None = None


@dataclass(frozen=True)
class ComponentRuns:
    """The results of one component: the arrays of each side, plain and (in float32) nudged, or the errors."""

    plain: Mapping[str, Arrays]
    nudged: Mapping[str, Arrays]
    errors: tuple[str, ...] = ()


class Gap(NamedTuple):
    """How far one tensor differs; `structural` if it is missing, has another shape or dtype, or has a NaN."""

    size: float
    structural: bool
    description: str


def compare_component(kind: str, key: str, spec: Spec, runs: ComponentRuns) -> ComponentRow:
    """The row of one component."""
    row = partial(ComponentRow, key, kind, spec.precision)
    if runs.errors:
        return row(ERROR, "; ".join(runs.errors))
    torch, tf = (runs.plain[side] for side in SIDES)
    if kind == "initializers" and not spec.exact:
        distance, allowed, why = compare_samples(torch["forward/values"], tf["forward/values"], spec.orthogonal)
        return row(DIFFERS if why else AGREES, why, distance, None, allowed)
    weights, forward, gradient = (_widest_gap(torch, tf, group) for group in ("weights", "forward", "gradient"))
    if forward is None:
        return row(ERROR, "neither side returned a tensor")
    allowed = _allowed(spec, runs)
    gaps = [gap for gap in (weights, forward, gradient) if gap]
    why = "; ".join(gap.description for gap in gaps if gap.structural or gap.size > allowed)
    gradient_gap = gradient.size if gradient else None
    verdict = DIFFERS if why else AGREES if forward.size or gradient_gap else EQUAL
    return row(verdict, why or spec.why, forward.size, gradient_gap, allowed)


def compare_samples(torch: np.ndarray, tf: np.ndarray, orthogonal: bool) -> tuple[float, float, str]:
    """The distance of two initializers' distribution functions, the allowed distance, and how they differ, or "".

    Both arrays are (samples, *shape of one).
    """
    found = difference(torch, tf)
    if found.structural or found.kind == "dtype":
        return np.inf, 0.0, _describe("values", found)
    compared = compare_distributions(torch, tf, strict=True)
    reasons = [compared.reason, compare_products(torch, tf) if orthogonal else ""]
    return compared.distance, allowed_distance(torch.size, tf.size), "; ".join(filter(None, reasons))


def _widest_gap(torch: Arrays, tf: Arrays, group: str) -> Gap | None:
    """The widest gap among the tensors of a group; None where the group is empty.

    A tensor that is only rounding relative to the largest of its group (the gradient of a bias before a normalization)
    is measured relative to that one.
    """
    names = [name for name in dict.fromkeys((*torch, *tf)) if name.startswith(f"{group}/")]
    largest = max((_magnitude(arrays.get(name)) for name in names for arrays in (torch, tf)), default=0.0)
    gaps = [_gap(name, torch.get(name), tf.get(name), largest) for name in names]
    return max(gaps, key=lambda gap: (gap.structural, gap.size), default=None)


def _gap(name: str, torch: np.ndarray | None, tf: np.ndarray | None, largest: float) -> Gap:
    found = difference(torch, tf)
    size = found.max_rel
    if 0 < found.max_abs < np.inf and (scale := found.max_abs / found.max_rel) < _rounding(torch) * largest:
        size *= scale / largest
    return Gap(size, found.structural or found.kind == "dtype", _describe(name.replace("/", " "), found))


def _allowed(spec: Spec, runs: ComponentRuns) -> float:
    if spec.precision == "float64":
        return tolerances.COMPONENT_LIMIT
    gaps = [
        _widest_gap(runs.plain[side], runs.nudged[side], group) for side in SIDES for group in ("forward", "gradient")
    ]
    opened = max((gap.size for gap in gaps if gap and np.isfinite(gap.size)), default=0.0)
    return float(tolerances.allowed(opened, spec.precision))


def _magnitude(array: np.ndarray | None) -> float:
    if array is None or not array.size or array.dtype.kind not in "fi":
        return 0.0
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max(initial=0))


def _rounding(array: np.ndarray | None) -> float:
    if array is None or array.dtype.kind != "f":
        return 0.0
    return float(tolerances.allowed(0, array.dtype.name))


def _describe(tensor: str, found: Difference) -> str:
    if found.kind == "value":
        return f"{tensor}: gap {found.max_rel:.1e}, {found.detail}"
    return f"{tensor}: {found.kind} {found.detail}".strip()
