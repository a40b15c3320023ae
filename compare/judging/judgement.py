"""What a study calls to make runs, and the judgement that it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from compare.judging.comparison import Comparison
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.running.request import SIDES, Training
from compare.traces.trace import TracePair


class Run(Protocol):
    """Makes runs on both sides, or on one; blocks until their traces are written, one pair per run.

    Raises RequestFailedError when the first fails.
    """

    def __call__(self, trainings: Sequence[Training], sides: Sequence[str] = SIDES) -> list[TracePair]: ...


@dataclass(frozen=True)
class Judgement:
    """The result of a study; `comparisons` by precision, the deciding one first."""

    verdict: str
    findings: tuple[str, ...]
    comparisons: dict[str, Comparison]
    first_divergence: StageRow | None
    settings: tuple[SettingRow, ...] = ()
