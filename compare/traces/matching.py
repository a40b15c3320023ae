"""Which of several layers alike is which: by name where names agree, by what they hold and train, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from compare.traces.names import agreeing
from compare.traces.weights import WeightGroup

Pair = tuple[WeightGroup, WeightGroup]  # torch, tf
Fits = Callable[[WeightGroup, WeightGroup], bool]


def match(
    torch: Sequence[WeightGroup],
    tf: Sequence[WeightGroup],
    fits: Fits,
    alike: Callable[[WeightGroup], Any],
    named: bool,
    behind: Mapping[int, int] = MappingProxyType({}),
) -> list[Pair]:
    """Pairs of groups that fit, in tf's order; names count where it is `named`. Groups of tf may be `alike`.

    `behind` is the number of the pair that the group before each is in, by the id of the group, where that is known.
    The sides may run branches in another order, so one that does not fit is no reason for another to have no partner.
    """
    free, left, pairs = list(torch), list(tf), []
    while left:
        like = [group for group in left if alike(group) == alike(left[0])]
        left = [group for group in left if alike(group) != alike(like[0])]
        found = _among_alike([group for group in free if fits(group, like[0])], like, named, behind)
        taken = {id(group) for group, _ in found}
        free = [group for group in free if id(group) not in taken]
        pairs += found
    place = {id(group): number for number, group in enumerate(tf)}
    return sorted(pairs, key=lambda pair: place[id(pair[1])])


def fits(torch: WeightGroup, tf: WeightGroup) -> bool:
    """Whether the weights that both have agree in shape, and no more is left over than a layer can do without."""
    used: set[str] = set()
    for role, tensor in tf.tensors.items():
        parts = [part for part in role.split(" + ") if part in torch.tensors]
        equal = all(torch.tensors[part].shape == tensor.shape for part in parts)
        if not tensor.buffer and not (equal and (parts or is_dispensable(tf, role))):
            return False
        used |= set(parts) if equal else set()
    left = [role for role, tensor in torch.tensors.items() if role not in used and not tensor.buffer]
    return bool(used) and all(is_dispensable(torch, role) for role in left)


def is_dispensable(group: WeightGroup, role: str) -> bool:
    """Whether a layer of this kind may be made without that weight: a bias, or the scale of a normalisation."""
    return role.startswith("bias") or (role == "weight" and group.kind.endswith("Norm"))


def of_a_shape(group: WeightGroup) -> tuple:
    """Groups of tf for which this is equal fit the same groups of torch."""
    needed = [(role, tensor.shape) for role, tensor in group.tensors.items() if not is_dispensable(group, role)]
    # All weights of a normalisation have one shape.
    return tuple(needed) if not group.kind.endswith("Norm") else (next(iter(group.tensors.values())).shape,)


def _among_alike(torch: list[WeightGroup], tf: list[WeightGroup], named: bool, behind: Mapping[int, int]) -> list[Pair]:
    by_name = agreeing(torch, tf, path_of) if named else []
    known = {id(group) for groups in by_name for each in groups for group in each}
    rest = tuple([group for group in each if id(group) not in known] for each in (torch, tf))
    return [pair for of_torch, of_tf in [*by_name, rest] for pair in _in_order(of_torch, of_tf, behind)]


def _in_order(torch: list[WeightGroup], tf: list[WeightGroup], behind: Mapping[int, int]) -> list[Pair]:
    """In order; if as many of both sides come behind layers that are a pair, have the same weights, or are frozen,
    these apart from the others."""

    def place(group: WeightGroup) -> int:
        return behind.get(id(group), -1)

    keys: tuple[Callable[[WeightGroup], Any], ...] = (
        lambda group: (place(group), _roles(group), _trains(group)),
        lambda group: (_roles(group), _trains(group)),
        place,
        _roles,
        _trains,
    )
    for key in keys:
        if Counter(map(key, torch)) == Counter(map(key, tf)):
            return list(zip(sorted(torch, key=key), sorted(tf, key=key), strict=True))
    return list(zip(torch, tf, strict=False))


def _trains(group: WeightGroup) -> bool:
    return any(tensor.trainable for tensor in group.tensors.values())


def _roles(group: WeightGroup) -> str:
    trained = (role for role, tensor in group.tensors.items() if not tensor.buffer)
    return " ".join(sorted(part for role in trained for part in role.split(" + ")))


def path_of(group: WeightGroup) -> str:
    return group.path


def without_effect(role: str) -> float:
    """The value with which a dispensable weight does nothing."""
    return 1.0 if role == "weight" else 0.0
