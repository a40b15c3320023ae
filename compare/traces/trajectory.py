"""A trajectory: the weights and buffers of a run at the beginning of each step, for other runs to follow.

One record a step in one file, so that neither writing nor reading it takes memory that grows with the steps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from compare.inputs.arrays import Arrays

# A longer trajectory is kept up to here. 4 GB is that of a million float32 weights over 1,000 steps.
MOST_BYTES = 4e9


class TrajectoryWriter:
    """Writes one record after another, until they take `most` bytes, and at least those of one step.

    The last is the state after the last step.
    """

    def __init__(self, path: Path, most: float = MOST_BYTES):
        self._file = open(path, "wb")  # noqa: SIM115 - open for as long as the run
        self._most, self._added = most, 0

    def add(self, state: Mapping[str, np.ndarray]) -> None:
        """Add the state at the beginning of the next step; every record has the names and shapes of the first."""
        if not self._file.tell():
            fields = [(name, array.dtype.str, array.shape) for name, array in state.items()]
            self._file.write(json.dumps(fields).encode() + b"\n")
        self._added += 1
        if self._added <= 2 or self._file.tell() + sum(array.nbytes for array in state.values()) <= self._most:
            self._file.writelines(np.ascontiguousarray(array).data.cast("B") for array in state.values() if array.size)

    def close(self) -> None:
        self._file.close()


class Trajectory:
    """A trajectory read back, state by state."""

    def __init__(self, path: Path):
        """Raises OSError where there is none, ValueError where it is empty."""
        self._path = path
        with open(path, "rb") as file:
            fields = [(name, dtype, tuple(shape)) for name, dtype, shape in json.loads(file.readline())]
            self._names, self._record, self._start = [name for name, *_ in fields], np.dtype(fields), file.tell()
        self.states = (path.stat().st_size - self._start) // self._record.itemsize

    @property
    def steps(self) -> int:
        """How many steps can be followed: those whose next state is known too."""
        return self.states - 1

    def __getitem__(self, state: int) -> Arrays:
        """The state at the beginning of a step; the one after the last step is that of number `steps`."""
        offset = self._start + state * self._record.itemsize
        [record] = np.fromfile(self._path, self._record, count=1, offset=offset)
        return {name: record[name] for name in self._names}
