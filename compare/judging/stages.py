"""One tensor at an audited step: how the two sides differ there, what rounding explains, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from compare.judging.difference import NOT_SHOWN, Difference
from compare.traces.calls import number_of_call, without_call
from compare.traces.step import END, Step
from compare.traces.trace import Key

# Recorded at each update: a weight may have several in one step.
OF_AN_UPDATE = ("gradient", "rate", "state")


class Harmless(NamedTuple):
    """Why a difference has no consequence; `lasting` where later steps, which may not show it, are believed too.

    `settings` are those of the optimizers that then differ and agree in effect.
    """

    why: str
    lasting: bool
    settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageRow:
    """One tensor at an audited step: how the sides differ, and what rounding explains."""

    step: Step
    stage: str
    tensor: str
    difference: Difference
    allowed: float
    harmless: Harmless | None = None

    @property
    def key(self) -> Key:
        return self.step, self.stage, self.tensor

    @property
    def within(self) -> bool:
        return self.difference.kind != "dtype" and self.difference.max_rel <= self.allowed

    @property
    def shown(self) -> bool:
        """Whether both sides show this tensor, and all of it: what one does not show is no difference."""
        return self.difference.kind not in NOT_SHOWN

    @property
    def beyond(self) -> bool:
        """Whether the sides differ here by more than rounding, and not harmlessly."""
        return self.shown and not self.within and not self.harmless and not self.tells_nothing

    @property
    def tells_nothing(self) -> bool:
        """Whether both sides are NaN in the same places and agree elsewhere."""
        return self.difference.tells_nothing(self.allowed)

    @property
    def verdict(self) -> str:
        if self.within:
            return "within"
        if self.harmless:
            return "harmless"
        return "beyond" if self.difference.kind == "value" else self.difference.kind

    def __str__(self) -> str:
        step = "the end" if self.step is END else f"step {self.step}"
        number = number_of_call(self.tensor)
        if self.stage not in OF_AN_UPDATE or number == 1:
            return f"{step}, {self.stage}, {self.tensor}"
        return f"{step}, {_ordinal(number)} {self.stage}, {without_call(self.tensor)}"


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")
