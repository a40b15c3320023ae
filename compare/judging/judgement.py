"""The judgement that a study returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compare.judging.causes.cause import Cause
from compare.judging.comparison import Comparison
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.line import Line
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow


@dataclass(frozen=True)
class Judgement:
    """The result of a study; `comparisons` by precision, the deciding one first.

    `sides` are what the two are called: two loops of one framework have the names of their files. `names` are what the
    tf side calls the layers and weights of PyTorch, where the names differ. `differences` are all that there are, each
    by itself, and `lines` the lines of code that part. `causes` are changes of tf's side that were tried, in their
    order; `patch` is all of them.
    """

    verdict: str
    findings: tuple[str, ...]
    comparisons: dict[str, Comparison]
    first_divergence: StageRow | None
    settings: tuple[SettingRow, ...] = ()
    sides: tuple[str, str] = ("torch", "tf")
    names: Mapping[str, str] = field(default_factory=dict)
    differences: tuple[IsolatedDifference, ...] = ()
    lines: tuple[Line, ...] = ()
    causes: tuple[Cause, ...] = ()
    patch: str = ""
