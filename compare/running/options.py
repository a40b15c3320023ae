"""How to run a case, a port or components: precisions, nudges, and the workers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from compare.running.pool import Pool

WHEN = ("never", "apart", "always")  # "apart": where the sides part
MOST_PAIRS = 4  # unless more are asked for: each process holds a framework
PRECISIONS = {"both": ("float64", "float32"), "float64": ("float64",), "float32": ("float32",)}


@dataclass(frozen=True)
class Options:
    """Precisions and nudges to judge by, and each worker's Python, number of threads, and timeout in seconds."""

    precision: str = "both"  # one of PRECISIONS
    nudged: bool = True
    threads: int = 1
    timeout: float = 120
    torch_python: str | None = None
    tf_python: str | None = None
    falling: bool = True  # whether a case's losses must fall
    must_fall: bool = False  # whether a port's losses must fall
    differences: str = "apart"  # when every difference is looked for, one of WHEN
    explain: bool = False  # whether changes that make a port equivalent are searched, where it is not
    pairs: int | None = None  # of workers for several experiments; by default one per two cores

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(f"precision {self.precision!r}: expected one of {', '.join(PRECISIONS)}")
        if self.differences not in WHEN:
            raise ValueError(f"differences {self.differences!r}: expected one of {', '.join(WHEN)}")

    @property
    def precisions(self) -> tuple[str, ...]:
        """The precisions to run in; the first decides."""
        return PRECISIONS[self.precision]

    @property
    def runs_a_case(self) -> dict[str, int]:
        """How many runs each side makes of a case where nothing parts: tf free and following, torch free and nudged."""
        each = {"torch": 1 + 2 * self.nudged, "tf": 2}
        return {side: len(self.precisions) * count for side, count in each.items()}

    @property
    def pairs_at_once(self) -> int:
        """How many pairs of workers run at once."""
        if self.pairs is not None:
            return self.pairs
        return min(max(1, (os.cpu_count() or 1) // (2 * self.threads)), MOST_PAIRS)

    def pool(self, directory: Path, kept: int = 1) -> Pool:
        """The two workers; what they print goes to files in `directory`."""
        pythons = {"torch": self.torch_python, "tf": self.tf_python}
        return Pool(directory, pythons, self.threads, self.timeout, kept)
