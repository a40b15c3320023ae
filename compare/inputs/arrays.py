"""Arrays by name, as both sides share them: seeded, cast to the precision of a run, nudged by one ulp."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]
Generators = Callable[[str], np.random.Generator]  # array name -> its own generator


def generators(seed: int) -> Generators:
    """One independent generator per array, seeded by (seed, array name): a new array changes none of the others."""
    return lambda name: np.random.default_rng(_words(seed, name))


def _words(seed: int, name: str) -> np.ndarray | list[int]:
    """[seed, *name]; as an array, which NumPy takes in a third of the time, where the seed is a single word too."""
    words = [seed, *name.encode()]
    return np.array(words, np.uint32) if 0 <= seed < 2**32 else words


def sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cast(arrays: Mapping[str, np.ndarray], precision: str) -> Arrays:
    """Floating arrays in `precision` ("float32" or "float64"); all others unchanged."""
    return {
        name: array.astype(precision, copy=False) if np.issubdtype(array.dtype, np.floating) else array
        for name, array in arrays.items()
    }


def ulp(dtype: str) -> float:
    """The relative spacing of a dtype's numbers; NumPy has no "bfloat16", a float32 without its last 16 bits."""
    return 2.0**-7 if dtype == "bfloat16" else float(np.finfo(dtype).eps)


def _spacing(array: np.ndarray, dtype: str) -> np.ndarray:
    """The distance from each magnitude to the next that the dtype holds."""
    magnitude = np.abs(array)
    if dtype == "bfloat16":
        return np.asarray(np.spacing(magnitude.astype(np.float32)) * 2**16)
    return np.asarray(np.spacing(magnitude.astype(dtype, copy=False)))


def nudge(weights: Mapping[str, np.ndarray], seed: int, ulp_of: str, sample: str = "", ulps: int = 1) -> Arrays:
    """Each weight moved by `ulps` of the dtype `ulp_of`, up or down at random, seeded by (seed, name, sample).

    The arrays keep their dtype: float64 weights moved by a float32 ulp show what a constant rounded to float32 can do.
    A zero stays zero: it has no magnitude for an ulp to be relative to.
    """
    generator = generators(seed)
    return {
        name: _moved(array, generator(f"nudge/{name}{sample}"), ulp_of, ulps) if array.dtype.kind == "f" else array
        for name, array in weights.items()
    }


def _moved(array: np.ndarray, generator: np.random.Generator, ulp_of: str, ulps: int) -> np.ndarray:
    """In few passes: every step of a run that follows moves all weights, and a large model has many."""
    step = _spacing(array, ulp_of)
    bits = np.frombuffer(generator.bytes(-(-array.size // 8)), np.uint8)
    up = np.unpackbits(bits, count=array.size).reshape(array.shape)
    step *= np.array([-ulps, ulps], step.dtype)[up]
    step[array == 0] = 0
    return np.asarray(array + step, array.dtype)  # which of one number NumPy computes a scalar
