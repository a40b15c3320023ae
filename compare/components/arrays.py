"""The arrays with which a side checks a component: its inputs, its weights, and the cotangents of its outputs.

Notice that weights are taken from one pool, in the order in which a layer holds them: their names do not matter.
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
SPREAD = 0.5  # of the pool's values: large enough that a wrong weight shows, small enough that no gate saturates


@dataclass(frozen=True)
class ComponentArrays:
    """The inputs of one component by name, and the pools (POOL,) of its weights and cotangents, in one precision."""

    inputs: Mapping[str, np.ndarray]
    weight_pool: np.ndarray
    cotangent_pool: np.ndarray
    precision: str

    def weights(self, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
        """An array for each shape, one after another. Raises ValueError where the pool is too small."""
        return _cut(self.weight_pool, shapes)

    def buffers(self, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
        """Positive arrays, because a running variance is positive."""
        return [np.abs(array) + 0.5 for array in _cut(self.weight_pool[::-1], shapes)]

    def cotangent(self, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
        """The factors of the outputs, of these shapes, in the sum whose gradient is compared."""
        return _cut(self.cotangent_pool, shapes)


def _cut(pool: np.ndarray, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
    ends = np.cumsum([prod(shape) for shape in shapes])
    if len(shapes) and ends[-1] > pool.size:
        raise ValueError(f"{ends[-1]} values are needed, the pool has {pool.size}: make the component smaller")
    return [pool[end - prod(shape) : end].reshape(shape).copy() for end, shape in zip(ends, shapes, strict=True)]


def write(specs: Mapping[str, Spec], path: Path) -> None:
    """Write the arrays of all these components into one file."""
    generator = generators(0)
    arrays = {name: generator(name).normal(0, SPREAD, POOL) for name in ("pool", "cotangents")}
    arrays |= {f"{key}/{name}": array for key, spec in specs.items() for name, array in spec.draw(key).items()}
    np.savez(path, allow_pickle=False, **arrays)


def read(path: Path, key: str, precision: str, ulp_of: str | None = None) -> ComponentArrays:
    """The arrays of one component; floating inputs and weights are moved by one ulp of `ulp_of`, if given."""
    float64_arrays = _read_file(path, path.stat().st_mtime_ns)
    arrays = cast({f"input {name}": array for name, array in float64_arrays.get(key, {}).items()}, precision)
    arrays |= cast({"pool": float64_arrays[""]["pool"]}, precision)
    if ulp_of:
        arrays |= nudge({name: array for name, array in arrays.items() if array.dtype.kind == "f"}, 0, ulp_of)
    pool = arrays.pop("pool")
    inputs = {name.removeprefix("input "): array.copy() for name, array in arrays.items()}  # a side may write into them
    return ComponentArrays(inputs, pool, float64_arrays[""]["cotangents"].astype(precision), precision)


@lru_cache(maxsize=1)
def _read_file(path: Path, modified: int) -> dict[str, dict[str, np.ndarray]]:
    """The arrays of a file, by component and name; the pools are under "". A file `modified` since is read again."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(path, allow_pickle=False) as file:
        for full_name in file.files:
            key, _, name = full_name.rpartition("/")
            found.setdefault(key, {})[name] = file[full_name]
    return found
