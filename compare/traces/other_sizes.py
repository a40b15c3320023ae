"""Layers that would be partners but for their sizes: of the same kinds, in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compare.traces.weights import WeightGroup

FEW = 3


def say_other_sizes(torch: Sequence[WeightGroup], tf: Sequence[WeightGroup]) -> str:
    """Which of the layers left over stands against which, and their sizes; empty where kinds or order differ."""
    if [_kind(group) for group in torch] != [_kind(group) for group in tf]:
        return ""
    apart = [said for pair in zip(torch, tf, strict=True) for said in _apart(*pair)]
    if not apart:
        return ""
    more = f"; and {len(apart) - FEW} more" if len(apart) > FEW else ""
    return f"layers of the same kinds and in the same order have other sizes: {'; '.join(apart[:FEW])}{more}"


def _kind(group: WeightGroup) -> tuple:
    return group.kind, tuple(group.tensors), tuple(len(each.shape) for each in group.tensors.values())


def _apart(torch: WeightGroup, tf: WeightGroup) -> Iterable[str]:
    """The first tensor of two layers whose sizes differ."""
    for role, one in torch.tensors.items():
        other = tf.tensors[role]
        if one.shape != other.shape:
            yield f"{one.name} of torch is {_size(one.shape)}, {other.name} of tf {_size(other.shape)}"
            return


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a single number"
