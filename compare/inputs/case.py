"""A case: one training problem, free of any framework.

It holds everything that could make two runs differ: data, batch order, initial weights, hyper-parameters. Both sides
receive the same arrays, never a seed: two frameworks make different random numbers from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from compare.inputs.arrays import Arrays, Generators


def unchanged(batch: Arrays) -> Arrays:
    return batch


@dataclass(frozen=True)
class Case:
    """One training problem.

    `data`, `weights`, `per_step` and `held_out` return arrays by name, float64 or integers. Weights have PyTorch's
    names and layouts: `fc1.weight` is (out, in), `conv1.weight` is (out, in, height, width).
    """

    name: str
    summary: str
    data: Callable[[Generators], Arrays]
    weights: Callable[[Generators], Arrays]
    settings: Mapping[str, float]
    epochs: int
    batch_size: int | None = None  # None: the whole data set is one batch
    drop_last: bool = False  # whether a last batch smaller than batch_size is left out
    shuffle: bool = False  # a new permutation every epoch, drawn once for both sides
    channels_first: tuple[str, ...] = ()  # the arrays of the batch that are (N, C, H, W)
    prepare: Callable[[Arrays], Arrays] = field(default=unchanged)  # each batch, in float64, before the cast
    read_data: Callable[[Path], Arrays] | None = None  # the real data set, from a directory
    # What belongs to a step and not to its examples (noise, masks, a switch): arrays (steps, ...).
    per_step: Callable[[Generators, int], Arrays] | None = None
    held_out: Callable[[Generators], Arrays] | None = None  # one batch, whose loss is evaluated after every epoch

    def batch_rows(self, examples: int) -> list[slice]:
        """Which positions of an epoch's order make each batch."""
        size = self.batch_size or examples
        stop = examples - examples % size if self.drop_last else examples
        return [slice(start, min(start + size, stop)) for start in range(0, stop, size)]
