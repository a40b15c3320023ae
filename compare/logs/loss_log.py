"""Plain loss logs: a table of steps and losses, as a training script prints it or TensorBoard exports it.

Notice that two curves cannot be compared beyond their last printed digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from compare.logs.parse import Line, LogError, last_digit_units, parse_number, read_lines, split_header

STEP_NAMES = ("step", "global_step", "iteration", "iter", "batch", "epoch", "")  # pandas' index has no name
LOSS_NAMES = ("loss", "train_loss", "training_loss", "value")


@dataclass(frozen=True)
class LossLog:
    """The losses (n,) float64 at the steps (n,) int64 of one training.

    `units` (n,) float64 is one unit of the last printed digit of each loss; `counter` is "epoch" where the log has one
    line per epoch, else "step".
    """

    path: Path
    steps: np.ndarray
    losses: np.ndarray
    units: np.ndarray
    counter: str = "step"

    def at(self, positions: np.ndarray | slice) -> LossLog:
        """The log reduced to these positions."""
        return LossLog(self.path, self.steps[positions], self.losses[positions], self.units[positions], self.counter)


def read_log(path: Path | str) -> LossLog:
    """Read a table separated by commas, semicolons, tabs or spaces, with or without a header. Raises LogError."""
    path = Path(path)
    header, lines = split_header(path, read_lines(path))
    for number, fields in lines:
        if len(fields) != len(header):
            raise LogError(f"{path} line {number}: {len(fields)} fields, where {len(header)} were expected")
    loss = _loss_column(path, header)
    if header[loss]:  # a log of several metrics leaves fields empty
        lines = [line for line in lines if line[1][loss]]
    if not lines:
        raise LogError(f"{path} has no line with a loss: expected at least one")
    losses = np.array([parse_number(path, number, fields[loss]) for number, fields in lines])
    counter, steps = _steps(path, header, lines, loss)
    return LossLog(path, steps, losses, last_digit_units([fields[loss] for _, fields in lines]), counter)


def align(left: LossLog, right: LossLog) -> tuple[LossLog, LossLog, str]:
    """Both logs at their common steps, and a note where a log has further steps or a different numbering.

    Raises LogError where they have no step in common.
    """
    shift = right.steps[0] - left.steps[0]
    if abs(shift) == 1 and np.array_equal(left.steps + shift, right.steps):
        note = f"{left.path} begins at {left.counter} {left.steps[0]} and {right.path} at {right.steps[0]}"
        return left, right, f"{note}: numbered one apart, so they are compared line by line"
    common, at_left, at_right = np.intersect1d(left.steps, right.steps, return_indices=True)
    if not common.size:
        spans = " and ".join(f"{log.path} has {log.steps[0]} to {log.steps[-1]}" for log in (left, right))
        raise LogError(f"no {left.counter} is in both logs: {spans}")
    notes = []
    if not len(common) == len(left.steps) == len(right.steps):
        lengths = f"{len(left.steps)} and {len(right.steps)}"
        notes.append(f"compared at the {len(common)} {left.counter}s that both have, of {lengths}")
        if {left.steps[0], right.steps[0]} == {0, 1}:
            notes.append("one begins at 0 and the other at 1: if they are numbered one apart, renumber one")
    if left.counter != right.counter:
        notes.append(
            f"{left.path} counts {left.counter}s and {right.path} {right.counter}s: log the same on both sides"
        )
    return left.at(at_left), right.at(at_right), "; ".join(notes)


def _loss_column(path: Path, header: list[str]) -> int:
    found = [header.index(name) for name in LOSS_NAMES if name in header]
    if found or len(header) == 1:
        return (found or [0])[0]
    names = ", ".join(name or "(no name)" for name in header)
    raise LogError(
        f"{path} has no column of losses, its columns are {names}: rename the right one to loss "
        f"({', '.join(LOSS_NAMES[1:])} are understood too)"
    )


def _steps(path: Path, header: list[str], lines: list[Line], loss: int) -> tuple[str, np.ndarray]:
    """The counter, "step" or "epoch", and the increasing number (n,) int64 of each line."""
    columns = [header.index(name) for name in STEP_NAMES if name in header and header.index(name) != loss]
    if not columns:
        return "step", np.arange(len(lines))
    name, steps = header[columns[0]], _whole_numbers(path, lines, columns[0])
    counter = "epoch" if name == "epoch" else "step"
    if "epoch" in header and counter == "step" and (np.diff(steps) <= 0).any():
        # Steps that restart in each epoch: count the lines instead.
        epochs = _whole_numbers(path, lines, header.index("epoch"))
        if ((np.diff(epochs) > 0) | ((np.diff(epochs) == 0) & (np.diff(steps) > 0))).all():
            return counter, np.arange(len(lines))
    for i in np.flatnonzero(np.diff(steps) <= 0)[:1]:
        number, how = lines[i + 1][0], "comes twice" if steps[i] == steps[i + 1] else f"comes after {steps[i]}"
        raise LogError(f"{path} line {number}: {counter} {steps[i + 1]} {how}: a log must be of one run, in order")
    return counter, steps


def _whole_numbers(path: Path, lines: list[Line], column: int) -> np.ndarray:
    values = np.array([parse_number(path, number, fields[column]) for number, fields in lines])
    for i in np.flatnonzero(~(np.abs(values) < 2**53) | (values != np.rint(values)))[:1]:
        raise LogError(
            f"{path} line {lines[i][0]}: {lines[i][1][column]!r} is not a whole number: steps and epochs are counted"
        )
    return values.astype(np.int64)
