"""The findings of a comparison, in sentences: where two sides part, where a loss breaks off, what else to know."""

from __future__ import annotations

import numpy as np

from compare.judging import tolerances
from compare.judging.comparison import EQUIVALENT, NONE, Comparison
from compare.judging.stages import StageRow, last_agreement
from compare.running.request import SIDES
from compare.traces.step import END, Step
from compare.traces.trace import EVALUATION, TracePair

NOT_MEASURED = (
    "rounding was not measured, for there were no nudged runs (--no-nudge): a fixed "
    f"{tolerances.ENVELOPE_FACTOR * tolerances.FLOOR_ULPS} ulps are allowed, and whether a gap beyond is a bug, "
    "amplified rounding or a constant rounded to float32 cannot be told"
)
FLOAT32_ALONE = "judged in float32 only, where a small bug can hide in the rounding"


def divergence_finding(verdict: str, comparison: Comparison, first: StageRow | None) -> str:
    """The finding on a comparison that is apart; where that does not make the port wrong, it begins with the reason."""
    parting = parting_sentence(comparison, first)
    if verdict != EQUIVALENT:
        return parting
    small = first is not None and first.difference.max_rel < tolerances.SMALLEST_LEAK
    return f"{'digits lost by a formula that cancels' if small else 'leak of float32 precision'}: {parting}"


def parting_sentence(comparison: Comparison, first: StageRow | None) -> str:
    """The first divergence in a sentence."""
    if first is None:
        curve, step = comparison.parts_in, comparison.parts_at
        if curve is None or step is None:
            raise AssertionError("sides that are apart without a divergence have a curve that parts")
        return (
            f"the {curve} parts at step {step} ({_values_at(comparison.pair, curve, step)}), but no audited tensor does"
        )
    found = first.difference
    facts = [
        found.kind if found.kind not in ("value", "dtype") else "",
        f"gap {found.max_rel:.1e}, allowed {first.allowed:.1e}" if np.isfinite(found.max_rel) else "",
        found.detail,
        "one rounded to float32" if found.rounded else "",
    ]
    agreed = last_agreement(comparison.rows, first)
    last = f"; the last that agreed: {agreed}" if agreed else ""
    return f"parts at {first} ({', '.join(filter(None, facts))}){last}{_goes_on(comparison, first.step)}"


def _goes_on(comparison: Comparison, step: Step) -> str:
    """How far apart the loss is 1, 10 and 100 steps later, and at the end."""
    if step is END:
        return ""
    last = len(comparison.gap) - 1
    later = sorted({min(max(step, 0) + ahead, last) for ahead in (1, 10, 100)} | {last})
    gaps = [f"{comparison.gap[at]:.1e} at step {at}" for at in later if at > step]
    return f"; the loss is then apart by {', '.join(gaps)}" if gaps else ""


def break_sentence(comparison: Comparison) -> str:
    """The first step at which a loss is not finite, or missing on one side."""
    step = int(np.argmin(np.isfinite(comparison.gap)))
    return f"the loss breaks off at step {step} ({_values_at(comparison.pair, 'loss', step)})"


def _values_at(pair: TracePair, curve: str, step: int) -> str:
    """The values of both sides in a curve at a step."""
    at = int(np.searchsorted(pair.torch.curves.get(EVALUATION[0], NONE), step)) if curve in EVALUATION else step
    return ", ".join(
        f"{side} {trace.curves[curve][at]}" if at < len(trace.curves.get(curve, ())) else f"missing in {side}"
        for side, trace in zip(SIDES, pair, strict=True)
    )
