"""What a side's check of a component is given: the inputs, and the bytes for weights and cotangents.

Notice that weights are taken from one pool in the order in which a layer holds them, whatever they are called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import Path

import numpy as np

from compare.components.spec import Spec
from compare.inputs.arrays import cast, generators, nudge

POOL = 1 << 16  # values: more than all the weights of any component
SPREAD = 0.5  # of the pool's values: large enough that a wrong one shows, small enough that no gate saturates


@dataclass(frozen=True)
class Given:
    """The arrays of one component in the precision of its run."""

    inputs: Mapping[str, np.ndarray]
    pool: np.ndarray
    cotangents: np.ndarray
    precision: str

    def weights(self, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
        """An array for each shape, one after another from the pool."""
        return _cut(self.pool, shapes)

    def buffers(self, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
        """Positive ones, for a running variance is."""
        return [np.abs(array) + 0.5 for array in _cut(self.pool[::-1], shapes)]

    def cotangent(self, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
        """What each output is multiplied by, before the sum is taken whose gradient is compared."""
        return _cut(self.cotangents, shapes)


def _cut(pool: np.ndarray, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    ends = np.cumsum([prod(shape) for shape in shapes])
    if len(shapes) and ends[-1] > pool.size:
        raise ValueError(f"{ends[-1]} values are wanted, the pool has {pool.size}: make the component smaller")
    return [pool[end - prod(shape) : end].reshape(shape).copy() for end, shape in zip(ends, shapes, strict=True)]


def write(specs: Mapping[str, Spec], path: Path) -> None:
    """Draw the arrays of all these components into one file."""
    generator = generators(0)
    arrays = {name: generator(name).normal(0, SPREAD, POOL) for name in ("pool", "cotangents")}
    arrays |= {f"{key}/{name}": array for key, spec in specs.items() for name, array in spec.draw(key).items()}
    np.savez(path, **arrays)


def read(path: Path, key: str, precision: str, ulp_of: str | None = None) -> Given:
    """The arrays of one component; those that are not whole numbers nudged by an ulp of `ulp_of`, where it is given."""
    masters = _masters(path, path.stat().st_mtime_ns)
    arrays = cast({f"input {name}": array for name, array in masters.get(key, {}).items()}, precision)
    arrays |= cast({"pool": masters[""]["pool"]}, precision)
    if ulp_of:
        arrays |= nudge({name: array for name, array in arrays.items() if array.dtype.kind == "f"}, 0, ulp_of)
    pool = arrays.pop("pool")
    inputs = {name.removeprefix("input "): array.copy() for name, array in arrays.items()}  # a side may write into them
    return Given(inputs, pool, masters[""]["cotangents"].astype(precision), precision)


@lru_cache(maxsize=1)
def _masters(path: Path, written: int) -> dict[str, dict[str, np.ndarray]]:
    """The arrays of a file, `written` then, by component and name; what all share, under ""."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(path, allow_pickle=False) as file:
        for full in file.files:
            key, _, name = full.rpartition("/")
            found.setdefault(key, {})[name] = file[full]
    return found
