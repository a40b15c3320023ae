"""Which side is off in float32 where the two agree in float64: each against its own float64 run of the same step.

Both float64 runs follow the float32 trajectory, so that the step begins with the same weights in both precisions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from compare.judging import tolerances
from compare.judging.difference import difference
from compare.judging.run import Run
from compare.judging.stages import StageRow
from compare.running.request import SIDES, Training
from compare.traces.step import END
from compare.traces.trace import Trace

# The side that loses precision is off by far more than the other: which of two similar errors is larger is chance.
CLEARLY = 4


@dataclass(frozen=True)
class Off:
    """How far each side's float32 is from its own float64 at one tensor; `side` is the one clearly further, if any."""

    torch: float
    tf: float

    @property
    def side(self) -> str | None:
        floor = tolerances.ulp("float32")
        torch, tf = max(self.torch, floor), max(self.tf, floor)
        return "torch" if torch > CLEARLY * tf else "tf" if tf > CLEARLY * torch else None


def which_side_is_off(run: Run, first: StageRow | None) -> Off | None:
    """How far both sides are off where they first part in float32; None where that is no single tensor of a step."""
    if first is None or first.step is END or first.difference.structural:
        return None
    single = Training("float32", audits=(first.step,), steps=first.step + 1, follows="float32")
    double = replace(single, precision="float64")
    torch, torch_double, tf, tf_double = run(*((side, training) for side in SIDES for training in (single, double)))
    return Off(_error(torch, torch_double, first), _error(tf, tf_double, first))


def _error(single: Trace, double: Trace, row: StageRow) -> float:
    kept, lost = double.get(row.key), single.get(row.key)
    return difference(kept, lost).max_rel
