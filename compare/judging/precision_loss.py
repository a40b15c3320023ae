"""Whether one side loses precision that the other keeps: each side's float32 runs against its own float64 run.

A float32 gap between the sides proves nothing: one ReLU that flips at 1e-6 is enough to open it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from compare.judging import tolerances
from compare.judging.difference import difference
from compare.traces.step import END
from compare.traces.trace import Key, Trace, TracePair


@dataclass(frozen=True)
class Unstable:
    """A side whose float32 error at one tensor is many times the other's."""

    side: str
    key: Key
    error: float
    other_error: float

    def __str__(self) -> str:
        step, stage, tensor = self.key
        return (
            f"unstable: {self.side} loses precision at step {step}, {stage}, {tensor} "
            f"(float32 off by {self.error:.1e}, the other side by {self.other_error:.1e})"
        )


def find_unstable(double: TracePair, singles: Iterable[TracePair]) -> Unstable | None:
    """The first tensor at which a side is unstable.

    Checked are forward and loss, in every float32 run: an instability shows in each of them, a ReLU that flips by
    chance does not.
    """
    singles = list(singles)
    for key in double.torch.keys:
        computed = key[0] is not END and key[1] in ("forward", "loss")
        if not computed or any(key not in trace for trace in (*double, *chain(*singles))):
            continue
        torch = _errors(double.torch, [pair.torch for pair in singles], key)
        tf = _errors(double.tf, [pair.tf for pair in singles], key)
        for side, errors, others in (("torch", torch, tf), ("tf", tf, torch)):
            if min(errors) > tolerances.UNSTABLE_RATIO * max(*others, tolerances.ulp("float32")):
                return Unstable(side, key, min(errors), max(others))
    return None


def _errors(double: Trace, singles: Iterable[Trace], key: Key) -> list[float]:
    return [difference(double[key], single[key]).max_rel for single in singles]
