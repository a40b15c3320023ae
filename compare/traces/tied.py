"""Weights of which torch has one in two places, and tf one in each: both begin as torch's, and are trained apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare.traces.fitting import layouts
from compare.traces.weights import Tensor


def untied(torch: Mapping[str, Tensor], left: Sequence[Tensor], tied: Mapping[str, str]) -> dict[str, str]:
    """The weights of tf's `left` that fit one of torch's which is `tied` (by its further name): their expressions.

    Each further name stands for one of them.
    """
    found: dict[str, str] = {}
    free = [name for name in tied.values() if name in torch]
    for one in left:
        fitting = ((name, layouts(torch[name].shape, one.shape)) for name in free)
        name, expressions = next((each for each in fitting if each[1]), ("", []))
        if expressions:
            free.remove(name)
            found[one.name] = name + expressions[0]
    return found
