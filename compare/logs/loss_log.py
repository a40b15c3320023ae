"""Loss logs: steps and losses of one training, as a script prints them or a logger writes them.

Notice that two curves cannot be compared beyond their last printed digits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from compare.logs import columns, steps
from compare.logs.events import event_files, read_events
from compare.logs.json_logs import read_json
from compare.logs.numerals import plain_numbers
from compare.logs.parse import Line, LogError, last_digit_units, parse_number, read_text, split_header, split_lines
from compare.logs.printed import is_printed, read_printed

ABSENT = ("", "NA", "None", "null")  # Keras' CSVLogger writes NA where a metric was not computed


@dataclass(frozen=True)
class LossLog:
    """The losses (n,) float64 at the steps (n,) int64 of one training.

    `units` (n,) float64 is one unit of the last printed digit of each loss; `counter` is "epoch" where the log has one
    line per epoch, "line" where it leaves out which steps, else "step". `epochs` (n,) int64 is the epoch of each step,
    where the log has it. `numbered` is whether the log has numbers at all: what its lines are is else a guess.
    `held_out` is the log's loss, by the name of `column`, of data that is not trained on.
    """

    path: Path
    steps: np.ndarray
    losses: np.ndarray
    units: np.ndarray
    counter: str = "step"
    epochs: np.ndarray | None = None
    numbered: bool = True
    column: str = "loss"
    held_out: LossLog | None = None

    def at(self, positions: np.ndarray | slice) -> LossLog:
        """The log reduced to these positions."""
        epochs = None if self.epochs is None else self.epochs[positions]
        steps, losses, units = self.steps[positions], self.losses[positions], self.units[positions]
        return replace(self, steps=steps, losses=losses, units=units, epochs=epochs)

    def epoch_ends(self, steps_per_epoch: int | None) -> np.ndarray | None:
        """Where epochs begin and end, from 0 to n; None where neither the log nor the caller knows."""
        n = len(self.losses)
        if self.epochs is not None:
            return np.concatenate([[0], np.flatnonzero(np.diff(self.epochs)) + 1, [n]])
        return None if steps_per_epoch is None else np.unique(np.append(np.arange(0, n + 1, steps_per_epoch), n))

    @property
    def has_every_step(self) -> bool:
        """Whether the log begins with the first step and skips none."""
        return self.counter == "step" and self.steps[0] in (0, 1) and np.ptp(self.steps) == len(self.steps) - 1


def read_log(path: Path | str, column: str | None = None, run: str | None = None) -> LossLog:
    """Read what a training script or a logger wrote; `column` and `run` choose one of several. Raises LogError."""
    path = Path(path)
    header, lines = _read_table(path)
    for number, fields in lines:
        if len(fields) != len(header):
            raise LogError(f"{path} line {number}: {len(fields)} fields, where {len(header)} were expected")
    log = _read_column(path, header, lines, column, run)
    return log if column else replace(log, held_out=_held_out(path, header, lines, run))


def _held_out(path: Path, header: list[str], lines: list[Line], run: str | None) -> LossLog | None:
    name = columns.held_out_column(columns.tags(header, lines))
    try:
        return _read_column(path, header, lines, name, run) if name else None
    except LogError:  # nobody asked for it
        return None


def _read_column(path: Path, header: list[str], lines: list[Line], column: str | None, run: str | None) -> LossLog:
    lines, tag = columns.choose_tag(path, header, lines, column)
    names = [columns.plain(name) for name in header]
    loss = columns.loss_column(path, header, column) if tag is None else names.index("value")
    if header[loss]:  # a log of several metrics leaves fields empty
        lines = [line for line in lines if line[1][loss] not in ABSENT]
    lines = columns.choose_run(path, header, lines, run)
    if not lines:
        raise LogError(f"{path} has no line with a loss: expected at least one")
    name = columns.plain(tag or header[loss])
    if name.endswith("_epoch") and "epoch" in names:  # Lightning's: a step is given too
        names = [other if other == "epoch" else "" for other in names]
    counter, numbers, epochs, lines = steps.count(path, names, lines, loss, run)
    if tag and name.startswith("epoch_"):  # the tags of Keras' TensorBoard
        counter = "epoch"
    printed = plain_numbers([fields[loss] for _, fields in lines])
    losses = np.array([parse_number(path, line[0], text) for line, text in zip(lines, printed, strict=True)])
    units = last_digit_units(printed)
    numbered = steps.is_numbered(names, loss, counter)
    if not numbered and any(name.startswith("val_") for name in names):  # a history of Keras, which evaluates epochs
        counter = "epoch"
    return LossLog(path, numbers, losses, units, counter, epochs, numbered, tag or header[loss])


def _read_table(path: Path) -> tuple[list[str], list[Line]]:
    """The names of the columns and the lines of a log of any format."""
    if files := event_files(path):
        return read_events(files)
    text = read_text(path)
    if (table := read_json(path, text)) is not None:
        return table
    return read_printed(text) if is_printed(text) else split_header(path, split_lines(path, text))
