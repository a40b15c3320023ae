"""The number of each line of a log: its step, counted through where a log counts anew in each epoch, or its epoch.

Notice that a line is no step where a log leaves steps out and does not number those that it has: it is a "line" then.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from compare.logs.columns import how_to_choose
from compare.logs.numerals import whole_number
from compare.logs.parse import Line, LogError, parse_number

THROUGH = ("step", "global_step", "iteration", "iter")
WITHIN = ("batch", "batch_idx")  # counts anew in each epoch
UNNAMED = ""  # pandas' index
# In English, and as its neighbours write it, whose accent is left out of the names of columns.
EPOCH = re.compile(r"e?po(ch?|ch?e|ch?a|que)s?|epoch_(idx|number)")
LINE = "line"

Counted = tuple[str, np.ndarray, np.ndarray | None, list[Line]]


def count(path: Path, names: list[str], lines: list[Line], loss: int, run: str | None) -> Counted:
    """The counter, "step", "epoch" or "line", the increasing number (n,) int64 of each line, its epoch, and the lines.

    The lines are those of one run, if there are several after each other. Raises LogError where it is not told which.
    """
    names = ["epoch" if EPOCH.fullmatch(name) and "epoch" not in names else name for name in names]
    epochs = _epochs(path, names, lines)
    for name in (*THROUGH, *WITHIN, "epoch", UNNAMED):
        if name not in names or names.index(name) == loss:
            continue
        if name == "epoch":
            if epochs is None:
                return LINE, np.arange(1, len(lines) + 1), None, lines
            return _by_epoch(path, lines, epochs, run)
        numbers = _whole_numbers(path, lines, names.index(name))
        if (np.diff(numbers) > 0).all():
            return "step", numbers, epochs, lines
        if epochs is not None and _increases(epochs, numbers):
            return *_through(names, lines, epochs, numbers), epochs, lines
        if epochs is None and name in WITHIN:
            epochs = np.cumsum(np.diff(numbers, prepend=numbers[:1]) < 0)
            return *_by_line(epochs, numbers), epochs, lines
        lines, chosen = _one_run(path, lines, numbers, "step", run)
        return "step", numbers[chosen], None if epochs is None else epochs[chosen], lines
    return "step", np.arange(len(lines)), None, lines


def is_numbered(names: list[str], loss: int, counter: str) -> bool:
    """Whether a log has a column that counts its lines: that of epochs does not count steps."""
    others = {name for i, name in enumerate(names) if i != loss}
    return bool(others & {*THROUGH, *WITHIN, UNNAMED}) or (counter != "step" and any(map(EPOCH.fullmatch, others)))


def _epochs(path: Path, names: list[str], lines: list[Line]) -> np.ndarray | None:
    """The epoch of each line; None where the log has none, or parts of epochs."""
    if "epoch" not in names:
        return None
    try:
        return _whole_numbers(path, lines, names.index("epoch"))
    except LogError:
        if {*names} & {*THROUGH, *WITHIN} or any("." in fields[names.index("epoch")] for _, fields in lines):
            return None
        raise


def _by_epoch(path: Path, lines: list[Line], epochs: np.ndarray, run: str | None) -> Counted:
    """One line for each epoch, or the steps of each, which have no numbers."""
    if (np.diff(epochs) >= 0).all() and len(lines) >= 2 * len(np.unique(epochs)):
        return "step", np.arange(len(lines)), epochs, lines
    lines, chosen = _one_run(path, lines, epochs, "epoch", run)
    return "epoch", epochs[chosen], None, lines


def _increases(epochs: np.ndarray, numbers: np.ndarray) -> bool:
    later = np.diff(epochs)
    return bool(((later > 0) | ((later == 0) & (np.diff(numbers) > 0))).all())


def _through(names: list[str], lines: list[Line], epochs: np.ndarray, numbers: np.ndarray) -> tuple[str, np.ndarray]:
    """Steps that restart in each epoch, counted through: by the steps of an epoch where they are known, or by lines."""
    totals = {whole_number(fields[names.index("total")]) for _, fields in lines} if "total" in names else set()
    # Where lines stand for so many steps each, the last of an epoch ends it.
    first = int(numbers[0])
    if not totals and first > 1 and (numbers % first == 0).all():
        totals = {str(numbers.max())}
    total = next(iter(totals)) if len(totals) == 1 else ""
    if not total.isdecimal() or numbers.max() > int(total):
        return _by_line(epochs, numbers)
    return "step", (epochs - epochs[0]) * int(total) + numbers


def _by_line(epochs: np.ndarray, numbers: np.ndarray) -> tuple[str, np.ndarray]:
    """The lines as steps, where none is left out within an epoch, and else as lines."""
    within = np.diff(epochs) == 0
    if numbers[0] in (0, 1) and (np.diff(numbers)[within] == 1).all():
        return "step", np.arange(len(numbers))
    return LINE, np.arange(1, len(numbers) + 1)


def _one_run(
    path: Path, lines: list[Line], numbers: np.ndarray, counter: str, run: str | None
) -> tuple[list[Line], slice]:
    """The lines of one run of several, each of which begins with the first number again."""
    starts = [
        0,
        *(int(i) + 1 for i in np.flatnonzero(np.diff(numbers) < 0) if numbers[i + 1] == numbers[0]),
        len(lines),
    ]
    runs = len(starts) - 1
    chosen = slice(0, len(lines))
    if runs > 1 and run is not None and run.isdecimal() and 1 <= int(run) <= runs:
        chosen = slice(starts[int(run) - 1], starts[int(run)])
        runs = 1
    part, kept = numbers[chosen], lines[chosen]
    for i in np.flatnonzero(np.diff(part) <= 0)[:1]:
        how = "comes twice" if part[i] == part[i + 1] else f"comes after {part[i]}"
        several = f", and it has {runs} runs: {how_to_choose(run)}" if runs > 1 else ""
        raise LogError(
            f"{path} line {kept[i + 1][0]}: {counter} {part[i + 1]} {how}: a log must be of one run, in order{several}"
        )
    return kept, chosen


def _whole_numbers(path: Path, lines: list[Line], column: int) -> np.ndarray:
    values = np.array([parse_number(path, number, whole_number(fields[column])) for number, fields in lines])
    for i in np.flatnonzero(~(np.abs(values) < 2**53) | (values != np.rint(values)))[:1]:
        raise LogError(
            f"{path} line {lines[i][0]}: {lines[i][1][column]!r} is not a whole number: steps and epochs are counted"
        )
    return values.astype(np.int64)
