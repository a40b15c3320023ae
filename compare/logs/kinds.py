"""Whether a path is of a loss log or of a trace, and what to say where it is of neither."""

from __future__ import annotations

import os
from pathlib import Path

from compare.logs.events import event_files

LOG_SUFFIXES = (".csv", ".tsv", ".txt", ".log", ".json", ".jsonl")


def is_log(path: Path) -> bool:
    """Whether a path is of a log: traces are .npz files, which may be named without it."""
    if path.suffix.lower() in LOG_SUFFIXES:
        return True
    if _is_trace(path):
        return False
    return os.path.isfile(path) or (os.path.isdir(path) and bool(event_files(path)))


def _is_trace(path: Path) -> bool:
    return path.suffix == ".npz" or os.path.isfile(f"{path}.npz")


def why_not_both(left: Path, right: Path) -> str:
    """Why two paths, of which only one is of a log, cannot be compared."""
    log, other = (left, right) if is_log(left) else (right, left)
    expected = f"expected a loss log, as {log} is one"
    if os.path.isdir(other) and not _is_trace(other):
        return f"{other} is a folder without an event file of TensorBoard, and {other}.npz is not there: {expected}"
    if not (os.path.exists(other) or os.path.isfile(f"{other}.npz")):
        return f"{other} does not exist: {expected}"
    return f"{left} and {right}: one is a loss log, the other a trace: give two traces or two logs"
