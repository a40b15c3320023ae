"""How far both sides agree under a pairing of their weights: one run of tf, held against one of torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from compare.judging import tolerances
from compare.judging.first_divergence import by_value
from compare.judging.order_of_calls import in_order_of_calls
from compare.judging.run import Run
from compare.judging.stage_rows import stage_rows
from compare.judging.stages import StageRow
from compare.running.request import Start, Training
from compare.traces.pairing import Pairing
from compare.traces.renamed import rename_pair
from compare.traces.step import END, Step
from compare.traces.trace import Trace, TracePair

# In the first step what an optimizer makes of a gradient says nothing about which weight it is.
COMPUTED = ("forward", "loss", "gradient")
DECIDE = ("loss", "gradient", "update")
# A gradient that is zero in exact arithmetic (an attention's key bias) is noise, and proves nothing about a weight.
NOISE = 1e-6


class Probed(NamedTuple):
    """The pairing with its calls in order, the first tensor that differs (None where all agree), tf's trace, and how
    many gradients both sides show."""

    pairing: Pairing
    reached: StageRow | None
    tf: Trace
    gradients: int = 0

    def is_further_than(self, other: Probed) -> bool:
        """Whether more agrees. A network that learns, held against one that does not, would agree: nothing is shown."""
        if other.reached is None or self.gradients < other.gradients:
            return False
        return self.reached is None or how_far(self.pairing, self.reached) > how_far(other.pairing, other.reached)


@dataclass(frozen=True)
class Probe:
    """Runs tf under a pairing. What the first step uses alike, as twin critics, a later one may not: `until` it."""

    run: Run
    precision: str
    torch: Trace
    start: Start
    until: Step = 0

    def __call__(self, candidate: Pairing) -> Probed:
        [tf] = self.run(("tf", training_until(self.until, self.precision, under(candidate, self.start))))
        candidate = in_order_of_calls(candidate, self.torch, tf)
        pair = rename_pair(TracePair(self.torch, tf), candidate)
        rows = stage_rows(*pair, [], "float64", lambda *_: tolerances.SAME_PART)
        gradients = sum(row.stage == "gradient" and row.shown for row in rows)
        return Probed(candidate, self._reached(rows), tf, gradients)

    def _reached(self, rows: Sequence[StageRow]) -> StageRow | None:
        gradients = [self.torch[key] for key in self.torch.keys if key[:2] == (0, "gradient")]
        noise = NOISE * max((float(np.abs(gradient).max(initial=0)) for gradient in gradients), default=0.0)
        stages = COMPUTED if self.until == 0 else (*COMPUTED, "update")
        unlike = [
            row
            for row in by_value(rows)
            if row.step <= self.until and row.stage in stages and row.beyond and row.difference.max_abs > noise
        ]
        return unlike[0] if any(row.stage in DECIDE for row in unlike) else None


def training_until(step: Step, precision: str, start: Start) -> Training:
    """The training that shows the first step, and that one."""
    audits = (0,) if step is END else tuple(dict.fromkeys((0, step)))
    return Training(precision, audits=audits, steps=None if step is END else step + 1, start=start)


def how_far(pairing: Pairing, row: StageRow) -> tuple:
    """How far both sides agreed, in the order of steps, of their stages, and of PyTorch's layers."""
    outputs = pairing.torch.outputs
    return row.step, (*COMPUTED, "update").index(row.stage), outputs.index(row.tensor) if row.tensor in outputs else 0


def under(pairing: Pairing, start: Start) -> Start:
    """The same initial weights, under another pairing's names."""
    return replace(start, names=tuple(pairing.weights.items()), alone=tuple(pairing.alone.tf.items()))
