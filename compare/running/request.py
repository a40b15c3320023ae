"""What a study asks for: runs of one or both sides; and what it is told when one of them fails."""

from __future__ import annotations

from dataclasses import dataclass

AUDITS = (0, 1, 2)
SIDES = ("torch", "tf")


@dataclass(frozen=True)
class Start:
    """The initial weights of a run, where they are not the case's own.

    `weights` is an .npz file of arrays under PyTorch's names; `names` says for TensorFlow which of its tensors begins
    as which of them: (tf name, expression of torch names).
    """

    weights: str
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Run:
    """A run asked of `sides`; `steps` ends it early.

    `eager` runs TensorFlow's step as it is written, never as a graph. `draw` is asked of a port that has no inputs yet:
    at most how many batches it shall be made to yield.
    """

    precision: str
    nudge: str | None = None
    audits: tuple[int, ...] = AUDITS
    steps: int | None = None
    sides: tuple[str, ...] = SIDES
    start: Start | None = None
    eager: bool = False
    draw: int | None = None


class RunFailedError(Exception):
    """A run that did not end well: thrown into the study that asked for it."""

    def __init__(self, side: str, message: str):
        super().__init__(f"{side}: {message}")
        self.side = side
