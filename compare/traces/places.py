"""Where in the user's own files an operation was called: code of libraries and of this project is folded."""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from itertools import count, pairwise
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
# What frameworks run between a user's line and a kernel, whatever is computed; of them, layers and losses say more.
CORE = ("/torch/", "/tensorflow/", "/keras/src/")
TELLING = ("/torch/nn/", "/torch/distributions/", "/keras/src/layers/", "/keras/src/losses/", "/keras/src/metrics/")
PLUMBING = ("/torch/nn/modules/module.py", "/torch/nn/modules/container.py", "/keras/src/layers/layer.py")

OWN, FOLDED, LEFT_OUT = "own", "folded", "left out"


class Place(NamedTuple):
    """A line that ran, and the function that it stands in."""

    file: str
    line: int
    function: str


class Called(NamedTuple):
    """The user's lines that are running, innermost first, the innermost line of a library that says more, and for each
    of the user's lines the number of its function's call; empty where these are not known."""

    own: tuple[Place, ...]
    library: Place | None = None
    calls: tuple[int, ...] = ()


@cache
def kind_of(file: str) -> str:
    """Whether a file is the user's, is folded to who called it, or computes what is no part of a step."""
    if file.startswith(("<", *LIBRARIES)) or "site-packages" in file or "dist-packages" in file or is_installed(file):
        return FOLDED
    try:
        inside = Path(file).resolve().relative_to(ROOT).as_posix()
    except (ValueError, OSError):
        return OWN
    if inside.startswith(READ):
        return LEFT_OUT
    return FOLDED if inside.startswith(tuple(f"{ours}/" for ours in OURS)) and not inside.startswith(JUDGED) else OWN


def is_installed(file: str) -> bool:
    """Whether a file was installed beside what describes its distribution, as by `pip install --target`."""
    inner = [Path(file), *Path(file).parents]
    return any(_is_listed(folder, name.name) for name, folder in pairwise(inner))


@cache
def _is_listed(folder: Path, name: str) -> bool:
    """Whether a distribution that lies in a folder lists this file, or a package of this name, as its own."""
    try:
        records = [each.read_text(errors="replace") for each in folder.glob("*.dist-info/RECORD")]
    except OSError:
        return False
    return any(line.startswith((f"{name}/", f"{name},")) for record in records for line in record.splitlines())


@cache
def is_optimizer(file: str) -> bool:
    """Whether a file of a library is of its optimizers."""
    return any(part in file.replace("\\", "/") for part in ("/torch/optim/", "/optimizers/"))


@cache
def is_telling(file: str) -> bool:
    """Whether a file is of a library's layers or losses, and not of what runs all of them."""
    path = file.replace("\\", "/")
    if "-packages/" not in path or path.endswith(PLUMBING):
        return False
    return any(part in path for part in TELLING) or not any(part in path for part in CORE)


def stack() -> Called | None:
    """The lines that are running; None for what only the recording computes.

    What a library's optimizer does has no line: its settings say it.
    """
    frame: FrameType | None = sys._getframe(1)
    found: list[Place] = []
    calls: list[int] = []
    library: Place | None = None
    while frame is not None and len(found) < MOST_FRAMES:
        code = frame.f_code
        kind = kind_of(code.co_filename)
        if kind == LEFT_OUT and not found:
            return None
        if kind == FOLDED and not found and is_optimizer(code.co_filename):
            return Called(())
        if kind == FOLDED and not found and library is None and is_telling(code.co_filename):
            library = Place(code.co_filename, frame.f_lineno, code.co_name)
        if kind == OWN:
            found.append(Place(code.co_filename, frame.f_lineno, code.co_name))
            calls.append(_call_of(frame))
        frame = frame.f_back
    return Called(tuple(found), library, tuple(calls) if all(calls) else ())


class _Call(int):
    """The number of a call."""


def _call_of(frame: FrameType) -> int:
    """The number of a function's call, which tells it from earlier ones; 0 while a debugger is at work.

    A frame that has ended leaves its place in memory to others. Its trace function is what it may carry with it.
    """
    if sys.gettrace() is not None:
        return 0
    if not isinstance(frame.f_trace, _Call):
        frame.f_trace = _Call(next_call())  # type: ignore[assignment]
    return frame.f_trace  # type: ignore[return-value]


def next_call() -> int:
    """A number that no call has yet."""
    return next(_NUMBERS)


_NUMBERS = count(1)
