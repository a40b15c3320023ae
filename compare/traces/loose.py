"""Weights of layers of a user's own, which have no rule: one by one, and in whichever layout fits.

Where two layouts fit, the one of a kernel (in, out) beside a layer of the framework, else as it is; a probe proves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from itertools import product
from math import prod
from typing import NamedTuple

from compare.traces.fitting import AS_IT_IS, is_moved, is_reshaped, layouts
from compare.traces.matching import Pair, match, path_of
from compare.traces.names import agreeing
from compare.traces.weights import Tensor, WeightGroup

OWN = frozenset(("Parameter", "Buffer"))  # the kinds of tensors that no rule names


class Loose(NamedTuple):
    """Pairs of single weights, and the layout of torch's by tf name."""

    pairs: list[Pair]
    layouts: dict[str, str]


def match_loose(torch: Iterable[WeightGroup], tf: Iterable[WeightGroup], named: bool, turned: bool) -> Loose:
    """Pair what is left of both models; `turned` prefers the other layout wherever two fit."""
    free, every = _without_doubtful_buffers(_one_by_one(torch), _one_by_one(tf), named)
    left, found = every, Loose([], {})
    for axes, other in product((True, False), (turned, not turned)):  # equal numbers of axes first
        layout = partial(_layout, turned=other, axes=axes)
        pairs = match(free, left, partial(_fits, layout=layout), _alike, named)
        found.pairs.extend(pairs)
        found.layouts.update({tensor_of(group).name: layout(one, group) or AS_IT_IS for one, group in pairs})
        taken = {id(group) for pair in pairs for group in pair}
        free, left = ([group for group in groups if id(group) not in taken] for groups in (free, left))
    place = {id(group): number for number, group in enumerate(every)}
    found.pairs.sort(key=lambda pair: place[id(pair[1])])
    return found


def tensor_of(group: WeightGroup) -> Tensor:
    """The one tensor of a group that has one."""
    return next(iter(group.tensors.values()))


def _one_by_one(groups: Iterable[WeightGroup]) -> list[WeightGroup]:
    """Each tensor as a group of its own; its kind says whether it has a rule."""
    return [
        WeightGroup(group.kind, tensor.name if group.kind in OWN else f"{group.path}.{role}", {"weight": tensor})
        for group in groups
        for role, tensor in group.tensors.items()
    ]


def _without_doubtful_buffers(
    torch: list[WeightGroup], tf: list[WeightGroup], named: bool
) -> tuple[list[WeightGroup], list[WeightGroup]]:
    """Both without the buffers that the other side has more or fewer of, unless their names agree.

    A framework keeps what it likes beside its running statistics, and order says nothing among such.
    """
    buffers = [[group for group in side if tensor_of(group).buffer] for side in (torch, tf)]
    sizes = [Counter(map(_size, side)) for side in buffers]
    doubtful = {size for size in sizes[0] | sizes[1] if sizes[0][size] != sizes[1][size]}
    kept = set()
    for size in doubtful if named else ():
        of_torch, of_tf = ([group for group in side if _size(group) == size] for side in buffers)
        kept |= {id(group) for pair in agreeing(of_torch, of_tf, path_of) for each in pair for group in each}

    def certain(group: WeightGroup) -> bool:
        return not tensor_of(group).buffer or _size(group) not in doubtful or id(group) in kept

    return list(filter(certain, torch)), list(filter(certain, tf))


def _size(group: WeightGroup) -> int:
    return prod(tensor_of(group).shape)


def _alike(group: WeightGroup) -> tuple:
    return group.kind in OWN, tensor_of(group).buffer, tensor_of(group).shape


def _fits(torch: WeightGroup, tf: WeightGroup, layout: Callable[[WeightGroup, WeightGroup], str | None]) -> bool:
    return layout(torch, tf) is not None


def _layout(torch: WeightGroup, tf: WeightGroup, turned: bool, axes: bool) -> str | None:
    """The layout of torch's weight; None where it does not fit, or both have a rule, which then must agree.

    Where it is for equal `axes`, a reshaped one does not fit.
    """
    one, other = tensor_of(torch), tensor_of(tf)
    own = [group.kind in OWN for group in (torch, tf)]
    if not any(own) or one.buffer != other.buffer:
        return None
    fitting = [layout for layout in layouts(one.shape, other.shape) if not (axes and is_reshaped(layout))]
    if not any(map(is_moved, fitting)) and len(one.shape) < 2:
        return fitting[0] if fitting else None
    moved = (own[0] != own[1]) != turned
    return next((layout for layout in fitting if is_moved(layout) == moved), None)
