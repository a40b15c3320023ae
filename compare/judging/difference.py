"""How two tensors differ, judged in this order: missing, shape, NaN or infinity, dtype, value.

Notice that the worst element decides, never a mean, and that NaN on both sides is not agreement; equal infinities are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from compare.judging import tolerances
from compare.traces.exchange import FAR

FINDINGS_BEFORE_VALUES = ("missing in torch", "missing in tf", "shape", "not finite")

# What a side may leave out, or show in part, and still train as the other does: none of it is a weight or the loss.
SHOWN_AT_WILL = ("batch", "input", "forward", "upstream", "gradient", "rate", "state")
IN_PARTS = ("batch", "input", "forward", "upstream")  # one replica's, or one micro-batch's, beside the whole
CALLS = "calls"  # a layer puts out more in its calls of a step on one side than on the other
SELECTED = "selected"  # a side has it for other positions, or for the same in another order
NOT_SHOWN = ("not shown in torch", "not shown in tf", "batch size", CALLS, SELECTED)
# Stages whose axes each framework may order in its own way; weights have one layout, PyTorch's.
LAYOUT_IS_FREE = ("batch", "forward")


@dataclass(frozen=True)
class Difference:
    """How `torch` and `tf` differ; for values, at the element where they differ most.

    `max_rel` is the largest |torch - tf| over the largest magnitude in either tensor, `max_ulp` the same in units in
    the last place of that magnitude. Both are infinite where the difference is not one of values.
    """

    kind: str  # "value", "dtype", or one of FINDINGS_BEFORE_VALUES or NOT_SHOWN
    shape: str
    max_abs: float = np.inf
    max_rel: float = np.inf
    max_ulp: float = np.inf
    detail: str = ""
    rounded: bool = False  # whether one side's values are exactly the other's, rounded to float32
    elsewhere: Difference | None = None  # where both are NaN in the same places: how they differ in all others

    @property
    def structural(self) -> bool:
        """Whether it is a finding without looking at values."""
        return self.kind in FINDINGS_BEFORE_VALUES

    def tells_nothing(self, allowed: float) -> bool:
        """Whether both sides are NaN in the same places and agree elsewhere: no agreement, and no difference either."""
        return self.kind == "not finite" and self.elsewhere is not None and self.elsewhere.max_rel <= allowed


def difference(torch: np.ndarray | None, tf: np.ndarray | None) -> Difference:
    """Compare one tensor of the two sides; None is a missing tensor."""
    if torch is None:
        return Difference("missing in torch", _shape(tf))
    if tf is None:
        return Difference("missing in tf", _shape(torch))
    if torch.shape != tf.shape:
        detail = f"torch {_shape(torch)}, tf {_shape(tf)}"
        return Difference("shape", _shape(torch), detail=detail)
    # Tensors can be large: floating ones of the same dtype are subtracted without a conversion.
    alike = torch.dtype == tf.dtype and torch.dtype.kind == "f"
    common = np.int64 if {torch.dtype.kind, tf.dtype.kind} == {"i"} else np.float64
    left, right = (torch, tf) if alike else (torch.astype(common), tf.astype(common))
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(left - right)
    max_abs = float(apart.max(initial=0))
    if not np.isfinite(max_abs) and not (finite := np.isfinite(left) & np.isfinite(right)).all():
        agree = finite | (left == right)
        if not agree.all():
            same = bool((agree | (np.isnan(left) & np.isnan(right))).all())
            elsewhere = difference(*(np.where(agree, each, 0) for each in (torch, tf))) if same else None
            detail = _at(np.argmin(agree), torch, tf)
            return Difference("not finite", _shape(torch), detail=detail, elsewhere=elsewhere)
        left, right, apart = (np.where(finite, values, 0) for values in (left, right, apart))
        max_abs = float(apart.max(initial=0))
    kind = "dtype" if _kind(torch) != _kind(tf) else "value"
    if not max_abs:
        return Difference(kind, _shape(torch), 0.0, 0.0, 0.0, _dtypes(kind, torch, tf))
    scale = max(left.max(), -left.min(), right.max(), -right.min())
    max_rel = max_abs / float(scale)
    detail = ", ".join(filter(None, (_at(np.argmax(apart), torch, tf), _dtypes(kind, torch, tf))))
    return Difference(
        kind,
        _shape(torch),
        max_abs,
        max_rel,
        max_abs / float(np.spacing(np.float64(scale) if common == np.int64 else scale)),
        detail,
        _rounded(left, right, max_rel),
    )


def difference_at(stage: str, torch: np.ndarray | None, tf: np.ndarray | None, allowed: float) -> Difference:
    """As `difference`, by the rules of a stage: what one side may leave out, or show a part of, is not a finding."""
    found = difference_in_any_layout(torch, tf, allowed) if stage in LAYOUT_IS_FREE else difference(torch, tf)
    if stage == "batch" and found.tells_nothing(allowed):  # data that are missing on both sides are the same data
        return replace(found.elsewhere or found, elsewhere=found.elsewhere)
    if stage in SHOWN_AT_WILL and found.kind.startswith("missing in"):
        return replace(found, kind=found.kind.replace("missing", "not shown"))
    if torch is None or tf is None or stage not in IN_PARTS or found.kind != "shape":
        return found
    same_but_first = torch.ndim == tf.ndim and torch.ndim > 0 and torch.shape[1:] == tf.shape[1:]
    is_part = same_but_first and (stage != "batch" or _has_rows_of(torch, tf))
    return replace(found, kind="batch size") if is_part else found


def _has_rows_of(torch: np.ndarray, tf: np.ndarray) -> bool:
    """Whether every example of the smaller batch is one of the larger: else it is another batch, and no part of it."""
    rows = [
        {row.tobytes() for row in side.astype(np.float32 if side.dtype.kind == "f" else np.int64)}
        for side in sorted((torch, tf), key=len)
    ]
    return rows[0] <= rows[1]


def difference_in_any_layout(torch: np.ndarray | None, tf: np.ndarray | None, allowed: float) -> Difference:
    """As `difference`, for a batch or an output, whose axes each framework may order in its own way.

    Values that agree in another order of the axes differ in layout only, which is not a difference. So do those that
    are by FAR closer in another order: an epsilon makes them differ too.
    """
    found = difference(torch, tf)
    if torch is None or tf is None or found.max_rel <= allowed:
        return found
    if (labels := _as_labels(torch, tf)) is not None and (same := difference(*labels)).max_abs == 0:
        return replace(same, kind="value", detail="")
    if (broadcast := _broadcast(torch, tf)) is not None and (same := difference(*broadcast)).max_rel <= allowed:
        return same
    if torch.size != tf.size or max(torch.ndim, tf.ndim) < 3:
        return found
    if torch.ndim != tf.ndim:
        orders = [tf.reshape(torch.shape), _places_together(tf, torch.shape)]
    else:
        orders = [np.moveaxis(tf, -1, 1), np.moveaxis(tf, 1, -1), np.swapaxes(tf, 0, 1)]
    others = [difference(torch, moved) for moved in orders if moved.shape == torch.shape]
    agreeing = [other for other in others if other.max_rel <= allowed or other.tells_nothing(allowed)]
    closest = min(others, key=lambda other: other.max_rel, default=found)
    return agreeing[0] if agreeing else closest if FAR * closest.max_rel < found.max_rel else found


def _places_together(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """An image (N, C, ...) as a sequence of its places (N, L, C), or such a sequence as an image: of another number of
    axes than `shape`, which it is given."""
    if array.ndim > len(shape):
        return np.moveaxis(array, 1, -1).reshape(shape)
    batch, channels, *places = shape
    return np.moveaxis(array.reshape(batch, *places, channels), -1, 1)


def _as_labels(torch: np.ndarray, tf: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Both as numbers of classes, where one side has these and the other a one for each; None where it is not so."""
    fewer, more = sorted((torch, tf), key=np.ndim)
    if fewer.ndim + 1 != more.ndim or fewer.shape != more.shape[:-1] or more.shape[-1] < 2:
        return None
    if not (np.isin(more, (0, 1)).all() and (more.sum(axis=-1) == 1).all()):
        return None
    numbers = more.argmax(axis=-1)
    return (numbers, tf) if more is torch else (torch, numbers)


def _broadcast(torch: np.ndarray, tf: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Both in the shape of the larger, where the smaller repeats along its other axes; None where it does not.

    Of equally many axes it may be the first: the positions' embedding of a transformer is one example, or one of each.
    """
    if not min(torch.ndim, tf.ndim) or (torch.ndim == tf.ndim and torch.shape[1:] != tf.shape[1:]):
        return None
    try:
        left, right = np.broadcast_arrays(torch, tf)
    except ValueError:
        return None
    return (left, right) if left.shape in (torch.shape, tf.shape) else None


def _rounded(left: np.ndarray, right: np.ndarray, max_rel: float) -> bool:
    """Whether one is exactly the other rounded to float32; checked only where the gap is larger than rounding."""
    if left.dtype != np.float64 or not tolerances.allowed(0, "float64") < max_rel < tolerances.ulp("float32"):
        return False
    return any(np.array_equal(a.astype(np.float32).astype(np.float64), b) for a, b in ((left, right), (right, left)))


def relative_gap(torch: np.ndarray, tf: np.ndarray) -> np.ndarray:
    """Element by element, |torch - tf| over the greater magnitude; infinite where either is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        scale = np.maximum(np.abs(torch), np.abs(tf))
        gap = np.abs(torch - tf) / np.where(scale == 0, 1, scale)
    return np.where(np.isfinite(torch) & np.isfinite(tf), gap, np.inf)


def _kind(array: np.ndarray) -> str:
    """The dtype as it is compared: all integer widths count as one, floating widths do not."""
    return array.dtype.name if array.dtype.kind == "f" else array.dtype.kind


def _dtypes(kind: str, torch: np.ndarray, tf: np.ndarray) -> str:
    return f"dtypes torch {torch.dtype}, tf {tf.dtype}" if kind == "dtype" else ""


def _shape(array: np.ndarray | None) -> str:
    """Empty where there is no tensor."""
    return "" if array is None else "x".join(map(str, array.shape)) or "scalar"


def _at(position: np.intp, torch: np.ndarray, tf: np.ndarray) -> str:
    index = [int(i) for i in np.unravel_index(position, torch.shape)]
    where = f"at {index} " if index else ""
    values = told_apart(torch[tuple(index)], tf[tuple(index)])
    return f"{where}torch {values[0]}, tf {values[1]}"


def told_apart(torch: Any, tf: Any) -> tuple[str, str]:
    """Two numbers with the digits that tell them apart, at least two; what is no floating number as it is."""
    if isinstance(torch, float | np.floating) and isinstance(tf, float | np.floating):
        for digits in range(2, 17):
            if (left := f"{torch:.{digits}g}") != (right := f"{tf:.{digits}g}"):
                return left, right
    return str(torch), str(tf)
