"""What a study calls to make runs, and the judgement that it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from compare.judging.comparison import Comparison
from compare.judging.lines import Line
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.running.request import Training
from compare.traces.trace import Trace

Wanted = tuple[str, Training]  # "torch" or "tf", and what it is to run


class Run(Protocol):
    """Makes runs; blocks until all traces are written, and returns them in the same order.

    Both sides work at once, each on its own runs in their order. Raises RequestFailedError when the first fails.
    """

    def __call__(self, *wanted: Wanted) -> list[Trace]: ...


@dataclass(frozen=True)
class Judgement:
    """The result of a study; `comparisons` by precision, the deciding one first.

    `sides` are what the two are called: two loops of one framework have the names of their files. `names` are what the
    tf side calls the layers and weights of PyTorch, where the names differ. `lines` are the lines of code that part.
    """

    verdict: str
    findings: tuple[str, ...]
    comparisons: dict[str, Comparison]
    first_divergence: StageRow | None
    settings: tuple[SettingRow, ...] = ()
    sides: tuple[str, str] = ("torch", "tf")
    names: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
