"""Weights that one side has in one tensor and the other in several, as query, key and value: the line that pairs them.

Only what stands side by side in one layer is proposed, and only where it fills the tensor exactly.
"""

from __future__ import annotations

from collections.abc import Iterable

from compare.traces.fitting import Shape, layouts
from compare.traces.weights import Tensor


def slices_of(torch: Iterable[Tensor], tf: Iterable[Tensor]) -> tuple[dict[str, str], list[Tensor]]:
    """The slices of torch's tensors that are several of tf, by tf name; and the tensors that they are slices of."""
    found: dict[str, str] = {}
    used, free = [], list(torch)
    for parts in _side_by_side(tf):
        for whole in free:
            if written := _written(whole, parts):
                found |= written
                used.append(whole)
                free.remove(whole)
                break
    return found, used


def together(torch: Iterable[Tensor], tf: Iterable[Tensor]) -> tuple[dict[str, str], list[Tensor]]:
    """Several tensors of torch that are one of tf, by tf name; and those tensors."""
    found: dict[str, str] = {}
    used, free = [], list(tf)
    for parts in _side_by_side(torch):
        shape = (sum(part.shape[0] for part in parts), *parts[0].shape[1:])
        for whole in free:
            if fitting := layouts(shape, whole.shape):
                found[whole.name] = f"cat({', '.join(part.name for part in parts)}){fitting[0]}"
                used += parts
                free.remove(whole)
                break
    return found, used


def _written(whole: Tensor, parts: list[Tensor]) -> dict[str, str]:
    """The slices of a whole that the parts are, along its first or second axis; empty where they do not fill it."""
    for axis in range(min(len(whole.shape), 2)):
        size, rest = divmod(whole.shape[axis], len(parts))
        fitting = layouts(_with(whole.shape, axis, size), parts[0].shape)
        if fitting and not rest:
            before = ":, " * axis
            return {
                part.name: f"{whole.name}[{before}{number * size}:{(number + 1) * size}]{fitting[0]}"
                for number, part in enumerate(parts)
            }
    return {}


def _with(shape: Shape, axis: int, size: int) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])


def _side_by_side(tensors: Iterable[Tensor]) -> list[list[Tensor]]:
    """Two or more of one shape that differ in the name of the innermost layer only: "a.query.bias", "a.key.bias"."""
    groups: dict[tuple, list[Tensor]] = {}
    for one in tensors:
        *outer, _, role = ["", *one.name.split(".")]
        groups.setdefault((*outer, role, one.shape), []).append(one)
    return [group for group in groups.values() if len(group) > 1 and group[0].shape]
