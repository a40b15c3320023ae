"""Two logs at the same steps: their gap, how much of it rounding and printing explain, and how to describe a step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import relative_gap
from compare.judging.growth import Parting, find_parting
from compare.logs.loss_log import LossLog

RECORDER = (
    'recorder = torch_impl.Recorder("runs/torch", model, optimizer{audits}) before the loop and '
    "recorder.step(loss, batch=(x, y)) in it, the same with tf_impl.Recorder and runs/tf on the other side, then "
    "python -m compare diff runs/torch runs/tf"
)
AN = {"epoch": "an epoch", "line": "several steps"}
LONGEST_AUDIT = 12  # steps: the tensors of each one are written to disk


@dataclass(frozen=True)
class CurvePair:
    """Two logs at the same steps; `ulp` is the relative spacing of the dtype that they were computed in.

    An `index` counts the lines that both logs have, from 0.
    """

    left: LossLog
    right: LossLog
    ulp: float
    batch_size: int | None = None
    steps_per_epoch: int | None = None
    same_measure: bool = True  # whether both logs count alike, or agree somewhere
    condition: str = ""  # what is supposed of the logs, if anything is

    @cached_property
    def gap(self) -> np.ndarray:
        """The relative gap (n,)."""
        return relative_gap(self.left.losses, self.right.losses)

    @cached_property
    def printing_gap(self) -> np.ndarray:
        """The relative gap (n,) that printing opens: half a unit of the last digit on each side."""
        scale = np.maximum(np.abs(self.left.losses), np.abs(self.right.losses))
        return (self.left.units + self.right.units) * 0.5 / np.where((scale > 0) & np.isfinite(scale), scale, 1)

    @property
    def first_factor_tolerance(self) -> float:
        """By how much rounding and printing move the factor between the first losses, relative to it."""
        firsts = [(log.units[0], abs(log.losses[0])) for log in (self.left, self.right)]
        return tolerances.FLOOR_ULPS * self.ulp + sum(0.5 * unit / loss for unit, loss in firsts if loss)

    @property
    def floor(self) -> np.ndarray:
        """The relative gap (n,) that rounding and printing open at once."""
        return tolerances.FLOOR_ULPS * self.ulp + self.printing_gap

    @property
    def negligible(self) -> np.ndarray:
        """The largest relative gap (n,) that means nothing."""
        return tolerances.ENVELOPE_FACTOR * tolerances.FLOOR_ULPS * self.ulp + self.printing_gap

    @cached_property
    def parting(self) -> Parting | None:
        """Where the curves part by more than rounding; None where they do not."""
        return self._parting_early() or self.find_parting(self.gap)

    def _parting_early(self) -> Parting | None:
        """Where the curves part, if sooner than training amplifies rounding: after one update, it does not at all."""
        if not self.has_every_step or self.apart_at_start:
            return None
        updates = np.minimum(np.arange(len(self.gap)), 30)  # beyond, rounding may be anything
        rounding = (self.negligible - self.printing_gap) * float(tolerances.AMPLIFIES) ** np.maximum(updates - 1, 0)
        if (self.gap <= rounding + self.printing_gap).all():
            return None
        first = int(np.argmax(self.gap > self.negligible))
        return Parting(first, "jump" if first == 1 else "drift")

    def find_parting(self, gap: np.ndarray, width: float = 1) -> Parting | None:
        """The same for another gap (n,), whose floor is `width` times as wide."""
        smallest_jump = width * tolerances.JUMP_FLOORS * tolerances.FLOOR_ULPS * self.ulp
        return find_parting(gap, width * self.floor, smallest_jump, width * self.negligible)

    @property
    def few_digits(self) -> bool:
        """Whether the logs have so few digits that rounding is invisible until it has been amplified."""
        return bool(np.median(self.printing_gap) > tolerances.FLOOR_ULPS * self.ulp)

    @property
    def digits_hide_jumps(self) -> bool:
        """Whether a jump that rounding does not make is hidden by the digits, or looks like growth from them."""
        smallest = tolerances.JUMP_FLOORS * tolerances.FLOOR_ULPS * self.ulp
        return bool(tolerances.JUMP_FACTOR * np.median(self.printing_gap) > smallest)

    @property
    def apart_at_start(self) -> bool:
        return bool(self.gap[0] > self.negligible[0])

    @property
    def has_every_step(self) -> bool:
        """Whether the logs begin with the first step and skip none."""
        return self.left.has_every_step

    @property
    def first_step(self) -> int:
        """The number of the first step: 1 in a log that begins at 1, else 0."""
        return int(self.left.steps[0] == 1)

    def before(self, index: int) -> CurvePair:
        return replace(self, left=self.left.at(slice(index)), right=self.right.at(slice(index)))

    @property
    def unless(self) -> str:
        """What a statement about steps depends on, where a log does not number them."""
        return "" if self.left.numbered and self.right.numbered else ", if its lines are steps"

    @property
    def names(self) -> tuple[str, str]:
        left, right = self.left.path, self.right.path
        return (left.name, right.name) if left.name != right.name else (str(left), str(right))

    def describe(self, index: int) -> str:
        """The step and both losses: "step 3 (0.5 against 0.6)"."""
        losses = " against ".join(f"{log.losses[index]:.7g}" for log in (self.left, self.right))
        return f"{self.left.counter} {self.left.steps[index]} ({losses})"

    def recording(self, index: int = 0) -> str:
        """How to record both loops; the steps around `index` are audited, unless it is one of the first, or unknown."""
        first, last = self._around(index)
        if self.left.counter != "step" or last - first > LONGEST_AUDIT or (index < 3 and self.has_every_step):
            return RECORDER.format(audits="")
        audits = f", audits=range({max(first - self.first_step, 0)}, {last - self.first_step + 1})"
        return RECORDER.format(audits=audits)

    def how_to_record(self, index: int) -> str:
        """The same as a sentence by itself, which says where the log is too coarse to show the step."""
        first, last = self._around(index)
        if self.left.counter != "step":
            return f"The loss of {AN[self.left.counter]} does not show at which step: {self.recording(index)}"
        if last - first > LONGEST_AUDIT:
            return f"Log every step from {first + 1} to {last} to see where they part; or {self.recording(index)}"
        return self.recording(index)

    def _around(self, index: int) -> tuple[int, int]:
        """The step before those between two lines of the log, and the last of them."""
        last = int(self.left.steps[index])
        return int(self.left.steps[max(index - 1, 0)]) - 1 if index else last, last
