"""What a result is about: a case, a port, or two recorded loops."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """Its name in the report, the seed of its inputs, and how many steps it was trained for."""

    name: str
    seed: int = 0
    steps: int = 0
    steps_per_epoch: int = 1
