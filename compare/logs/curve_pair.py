"""Two logs side by side, what rounding and printing do to them, and the words to speak of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import relative_gap
from compare.judging.growth import parting
from compare.logs.loss_log import Log

RECORDER = (
    'recorder = torch_impl.Recorder("runs/torch", model, optimizer{audits}) before the loop and '
    "recorder.step(loss, batch=(x, y)) in it, the same with tf_impl.Recorder and runs/tf on the other side, then "
    "python -m compare diff runs/torch runs/tf"
)
LONGEST_AUDIT = 12  # steps: each one's tensors are filed


@dataclass(frozen=True)
class Reading:
    """In which shape two curves are apart: in a word, in a sentence, and what to do next.

    `step` is where they part, as the left log numbers it; `factor` is right over left where that says something;
    `note` says how the logs were brought together, where that is not plain.
    """

    shape: str
    sentence: str
    next: str
    step: int | None = None
    factor: float | None = None
    note: str = ""


@dataclass(frozen=True)
class CurvePair:
    """Two logs at the same steps; `ulp` is the relative spacing of the numbers that they were computed in."""

    left: Log
    right: Log
    ulp: float
    batch_size: int | None = None
    steps_per_epoch: int | None = None

    @cached_property
    def gap(self) -> np.ndarray:
        return relative_gap(self.left.losses, self.right.losses)

    @cached_property
    def printed(self) -> np.ndarray:
        """The relative gap that printing opens: half a unit on each side."""
        scale = np.maximum(np.abs(self.left.losses), np.abs(self.right.losses))
        return (self.left.units + self.right.units) * 0.5 / np.where((scale > 0) & np.isfinite(scale), scale, 1)

    @property
    def floor(self) -> np.ndarray:
        """The relative gap that rounding and printing open at once."""
        return tolerances.FLOOR_ULPS * self.ulp + self.printed

    @property
    def quiet(self) -> np.ndarray:
        """The relative gap that says nothing yet."""
        return tolerances.ENVELOPE_FACTOR * tolerances.FLOOR_ULPS * self.ulp + self.printed

    @cached_property
    def parting(self) -> tuple[int, str] | None:
        """The line where the logs part as rounding does not make them, and how; None where they do not."""
        return self.parting_of(self.gap)

    def parting_of(self, gap: np.ndarray, width: float = 1) -> tuple[int, str] | None:
        """The same of another gap, whose floor is `width` times as wide."""
        jump = width * tolerances.JUMP_FLOORS * tolerances.FLOOR_ULPS * self.ulp
        return parting(gap, width * self.floor, jump, width * self.quiet)

    @property
    def few_digits(self) -> bool:
        """Whether the logs print so few digits that rounding is hidden until it has been amplified."""
        return bool(np.median(self.printed) > tolerances.FLOOR_ULPS * self.ulp)

    @property
    def apart_at_once(self) -> bool:
        return bool(self.gap[0] > self.quiet[0])

    @property
    def every_step(self) -> bool:
        """Whether the logs begin with the first step, and hold each one."""
        steps = self.left.steps
        return self.left.counter == "step" and steps[0] in (0, 1) and steps[-1] - steps[0] == len(steps) - 1

    @property
    def origin(self) -> int:
        """What the log calls the first step, where it holds that."""
        return int(self.left.steps[0] == 1)

    def until(self, line: int) -> CurvePair:
        return replace(self, left=self.left.at(slice(line)), right=self.right.at(slice(line)))

    @property
    def names(self) -> tuple[str, str]:
        left, right = self.left.path, self.right.path
        return (left.name, right.name) if left.name != right.name else (str(left), str(right))

    def at(self, line: int) -> str:
        """A line in words: the step, and both losses."""
        losses = " against ".join(f"{log.losses[line]:.7g}" for log in (self.left, self.right))
        return f"{self.left.counter} {self.left.steps[line]} ({losses})"

    def record(self, line: int = 0) -> str:
        """How to record both loops, around a line of the log where that is a late one."""
        if self.left.counter == "epoch":
            return f"An epoch's loss hides where inside it: {RECORDER.format(audits='')}"
        step = int(self.left.steps[line])
        first = int(self.left.steps[max(line - 1, 0)]) - 1 if line else step
        if line < 3 and self.every_step:
            return RECORDER.format(audits="")
        if step - first > LONGEST_AUDIT:
            return f"Log every step from {first + 1} to {step} to see where they part; or {RECORDER.format(audits='')}"
        return RECORDER.format(audits=f", audits=range({max(first - self.origin, 0)}, {step - self.origin + 1})")
