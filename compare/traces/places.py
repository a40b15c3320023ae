"""Where in the user's own files an operation was called: code of libraries and of this project is folded."""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import FrameType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
OURS = ("compare", "torch_impl", "tf_impl")
JUDGED = ("torch_impl/models", "tf_impl/models")  # what a case trains is ours, and is what is judged
# What these compute is recorded, and is no part of a step.
READ = tuple(f"{side}_impl/{package}/" for side in ("torch", "tf") for package in ("weights", "settings"))
LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
MOST_FRAMES = 6

OWN, FOLDED, LEFT_OUT = "own", "folded", "left out"


class Place(NamedTuple):
    """A line that ran, and the function that it stands in."""

    file: str
    line: int
    function: str


@cache
def kind_of(file: str) -> str:
    """Whether a file is the user's, is folded to who called it, or computes what is no part of a step."""
    if file.startswith("<") or file.startswith(LIBRARIES) or "site-packages" in file or "dist-packages" in file:
        return FOLDED
    try:
        inside = Path(file).resolve().relative_to(ROOT).as_posix()
    except (ValueError, OSError):
        return OWN
    if inside.startswith(READ):
        return LEFT_OUT
    return FOLDED if inside.startswith(tuple(f"{ours}/" for ours in OURS)) and not inside.startswith(JUDGED) else OWN


@cache
def is_optimizer(file: str) -> bool:
    """Whether a file of a library is of its optimizers."""
    return any(part in file.replace("\\", "/") for part in ("/torch/optim/", "/optimizers/"))


def stack() -> list[Place] | None:
    """The user's lines that are running, innermost first; None for what only the recording computes.

    What a library's optimizer does has no line: its settings say it.
    """
    frame: FrameType | None = sys._getframe(1)
    found: list[Place] = []
    while frame is not None and len(found) < MOST_FRAMES:
        code = frame.f_code
        kind = kind_of(code.co_filename)
        if kind == LEFT_OUT and not found:
            return None
        if kind == FOLDED and not found and is_optimizer(code.co_filename):
            return []
        if kind == OWN:
            found.append(Place(code.co_filename, frame.f_lineno, code.co_name))
        frame = frame.f_back
    return found
