"""The findings of a comparison, in sentences: where two sides part, what was set aside, what else to know."""

from __future__ import annotations

import numpy as np

from compare.judging import tolerances
from compare.judging.comparison import Comparison
from compare.judging.difference import told_apart
from compare.judging.first_divergence import last_agreement
from compare.judging.precision_loss import Off
from compare.judging.stages import StageRow
from compare.judging.steps import smallest_update_seen
from compare.running.request import SIDES
from compare.traces.step import END, Step
from compare.traces.trajectory import MOST_BYTES

NOT_MEASURED = (
    "rounding was not measured, for there were no nudged runs (--no-nudge): a fixed "
    f"{tolerances.STEP_FACTOR * tolerances.FLOOR_ULPS} ulps are allowed, and whether a gap beyond is a bug, "
    "amplified rounding or a constant rounded to float32 cannot be told"
)


def float32_alone(comparison: Comparison) -> str:
    """What float32 alone can tell."""
    seen = smallest_update_seen(comparison.series)
    smallest = f": a difference of {seen:.0e} in the updates would have been seen" if seen else ""
    return f"judged in float32 only{smallest}"


def steps_left_out(comparison: Comparison) -> str:
    """Which steps were judged, where the trajectory was too long to keep."""
    return (
        f"in {comparison.precision}, steps 0 to {comparison.steps_judged - 1} of {comparison.pair.torch.steps} were "
        f"judged: the weights of all steps take more than {MOST_BYTES / 1e9:.0f} GB"
    )


def in_float32_only(double: Comparison, off: Off | None) -> str:
    """That only float32 diverged, and which side is off; `double` is the comparison in float64."""
    steps = f"the first {double.steps_judged} steps agree" if double.steps_left_out else "every step agrees"
    why = f"in float64 {steps}, so this is precision: a dtype, a formula that loses digits, or a policy"
    if off is None or off.side is None:
        return why
    ours, other = (off.torch, off.tf) if off.side == "torch" else (off.tf, off.torch)
    return f"{why}; {off.side} is off by {ours:.1e} from its own float64, the other side by {other:.1e}"


def leak_remark(comparison: Comparison, first: StageRow) -> str:
    """The remark on a first divergence that rounding a constant to float32 explains."""
    small = first.difference.max_rel < tolerances.SMALLEST_LEAK
    what = "digits that one side loses, in a constant or a formula" if small else "leak of float32 precision"
    what = "two ways to clip" if "clip_grad_norm_" in first.difference.detail else what
    return f"{what}: {_place_sentence(comparison, first)}"


def left_out(precision: str) -> str:
    """That a precision was not run."""
    return f"{precision} was not run: where a model this large parts in float64, it could show no more"


def parting_sentence(comparison: Comparison, first: StageRow | None) -> str:
    """The first divergence in a sentence, and how the free losses go on."""
    if first is None:
        return _no_tensor_parts(comparison)
    return f"{_place_sentence(comparison, first)}{_goes_on(comparison, first.step)}"


def _place_sentence(comparison: Comparison, first: StageRow) -> str:
    found = first.difference
    facts = [
        found.kind if found.kind not in ("value", "dtype") else "",
        f"gap {found.max_rel:.1e}, allowed {first.allowed:.1e}" if np.isfinite(found.max_rel) else "",
        found.detail,
        "one rounded to float32" if found.rounded else "",
    ]
    agreed = last_agreement(comparison.rows, first)
    last = f"; the last that agreed: {agreed}" if agreed else ""
    return f"parts at {first} ({', '.join(filter(None, facts))}){last}"


def _no_tensor_parts(comparison: Comparison) -> str:
    """Where a curve parts that no tensor explains, such as a metric; or where one side trains for longer."""
    parting = comparison.parting
    if parting is None or parting.step == comparison.breaks_off:
        torch, tf = (trace.steps for trace in comparison.pair)
        shorter = "tf" if tf < torch else "torch"
        return (
            f"{shorter} breaks off at step {min(torch, tf)}: torch trained {torch} steps, tf {tf}; as far as both go, "
            "nothing parts"
        )
    series, values = parting.series, parting.values
    texts = told_apart(*values) if values else ()
    what = f"{series.stage} of {series.tensor}" if series.stage in ("update", "buffer") else series.tensor
    shown = [
        f"missing in {side}" if value is None else f"{side} {text}"
        for side, value, text in zip(SIDES, values, texts, strict=False)
    ]
    facts = ", ".join(shown) or f"gap {parting.gap:.1e}"
    return f"the {what} parts at step {parting.step} ({facts}), but no audited tensor does"


def _goes_on(comparison: Comparison, step: Step) -> str:
    """How far apart the free losses are 1, 10 and 100 steps later, and at the end; not where a loop follows."""
    if step is END:
        return ""
    last = len(comparison.gap) - 1
    later = sorted({min(max(step, 0) + ahead, last) for ahead in (1, 10, 100)} | {last})
    gaps = [
        f"{comparison.gap[at]:.1e} at step {at}"
        for at in later
        if at > step and at not in comparison.pair.tf.header.followed
    ]
    return f"; the loss is then apart by {', '.join(gaps)}" if gaps else ""
