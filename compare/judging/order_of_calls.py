"""Layers that a step calls several times, by each side in an order of its own: which call is which, their outputs say.

So it is with a discriminator that is shown what is real first, or what is generated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import difference_in_any_layout
from compare.traces.calls import split_call
from compare.traces.pairing import Pairing
from compare.traces.step import END, Step
from compare.traces.trace import Trace


def in_order_of_calls(pairing: Pairing, torch: Trace, tf: Trace) -> Pairing:
    """The pairing under which a call of tf's is that of torch's whose output in the first step is the same.

    What has no such partner stays in order.
    """
    step = min((step for step, stage, _ in torch.keys if stage == "forward" and step is not END), default=END)
    plain = replace(pairing, calls={}) if pairing.calls else pairing
    calls: dict[str, str] = {}
    for group in _groups(plain):
        calls |= _by_outputs(group, step, torch, tf)
    return replace(plain, calls=calls) if calls else plain


def _groups(pairing: Pairing) -> Iterable[list[tuple[str, str]]]:
    """The calls, tf's and torch's, of each layer with weights, and of each kind without any."""
    found: dict[str, list[tuple[str, str]]] = {}
    layers = pairing.layers
    for of_tf, of_torch in pairing.outputs.items():
        layer, _ = split_call(of_tf)
        found.setdefault(f"layer {layer}" if layer in layers else pairing.tf.kinds[layer], []).append((of_tf, of_torch))
    return (group for group in found.values() if len(group) > 1)


def _by_outputs(group: list[tuple[str, str]], step: Step, torch: Trace, tf: Trace) -> dict[str, str]:
    """The calls of torch's by tf's, where these are others than in order."""

    @cache
    def is_same(of_tf: str, of_torch: str) -> bool:
        return _is_same(torch.get((step, "forward", of_torch)), tf.get((step, "forward", of_tf)))

    unlike = [pair for pair in group if not is_same(*pair)]
    free = [of_torch for _, of_torch in unlike]
    found: dict[str, str] = {}
    for of_tf, _ in unlike:
        partner = next((each for each in free if is_same(of_tf, each)), None)
        if partner is not None:
            free.remove(partner)
            found[of_tf] = partner
    left = (of_tf for of_tf, _ in unlike if of_tf not in found)
    return (found | dict(zip(left, free, strict=True))) if found else {}


def _is_same(torch: np.ndarray | None, tf: np.ndarray | None) -> bool:
    if torch is None or tf is None or torch.size != tf.size or _are_apart(torch, tf):
        return False
    return difference_in_any_layout(torch, tf, tolerances.SAME_PART).max_rel <= tolerances.SAME_PART


def _are_apart(torch: np.ndarray, tf: np.ndarray) -> bool:
    """Whether sums show that two arrays cannot be the same in any layout, which takes a while to see otherwise."""
    sums = [(array.sum(dtype=float), np.abs(array).sum(dtype=float)) for array in (torch, tf)]
    most = tolerances.SAME_PART * max(magnitudes for _, magnitudes in sums)
    return any(abs(one - other) > most for one, other in zip(*sums, strict=True))
