"""What to record next, where two recorded loops part and nothing can be run again."""

from __future__ import annotations

from compare.judging.comparison import Comparison
from compare.judging.stages import StageRow
from compare.traces.step import END

UNEXPLAINED = ("loss", "state", "update", "buffer")  # where outputs and gradients would say more


def what_to_record(comparison: Comparison, first: StageRow | None) -> list[str]:
    """What to do next."""
    if first is not None and first.step in comparison.pair.tf.header.from_outside and first.stage in UNEXPLAINED:
        shows = f"tf_impl.Recorder(..., audits=[{first.step}]) shows the outputs and gradients of that step"
        return [f"{shows}, which runs eagerly then"]
    if first is None or first.step is END:
        at = comparison.parting.step if comparison.parting else len(comparison.gap) - 1
        return [f"record around that step: Recorder(..., audits=range({max(0, at - 2)}, {at + 1})) on both sides"]
    start = first.step == min(row.step for row in comparison.rows)
    if start and first.stage == "batch":
        return ["the two loops were not given the same data: feed both from the same file of arrays, in the same order"]
    if start and first.stage == "weights":
        return [
            "the two loops started from different weights: call tf_impl.start_from on the tf side, and record again"
        ]
    audited = {row.step for row in comparison.rows if row.stage == "weights"}
    if first.step and first.stage in ("weights", "buffer") and first.step - 1 not in audited:
        return [f"step {first.step - 1} was not audited: Recorder(..., audits=range({max(0, first.step - 2)}, ...))"]
    return []
