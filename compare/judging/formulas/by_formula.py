"""The formula by which one side computes what parts first of the other, if a rule knows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from compare.judging.formulas import buffers, gradients, losses, updates
from compare.judging.formulas.evidence import Evidence
from compare.judging.stages import StageRow
from compare.traces.step import END
from compare.traces.trace import TracePair

RULES: Mapping = {
    "loss": losses.RULES,
    "gradient": gradients.RULES,
    "update": updates.RULES,
    "buffer": buffers.RULES,
}
BY_FORMULA = "by formula, "


def say_formula(
    pair: TracePair, first: StageRow | None, rows: Iterable[StageRow], sides: tuple[str, str] = ("torch", "tf")
) -> list[str]:
    """The sentence, of traces that are open; none where no formula gives what was recorded."""
    if first is None or first.step is END or first.difference.kind != "value":
        return []
    evidence = Evidence(pair, first, [row for row in rows if row.step == first.step], sides)
    said = chain.from_iterable(rule(evidence) for rule in RULES.get(first.stage, ()))
    return [f"{BY_FORMULA}{sentence}" for sentence in said][:1]
