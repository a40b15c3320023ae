"""What the frameworks warn of in a run: a worker writes each warning in one line, and the lines are found in its log.

Notice what is left out: what a framework says of itself, its devices, and its own future.
"""

from __future__ import annotations

import re
import sys
import sysconfig
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HARNESS = tuple(str(ROOT / package) for package in ("compare", "torch_impl", "tf_impl"))
LIBRARIES = (*(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")), "<")
OF_PACKAGES = re.compile(r"[\\/](site|dist)-packages[\\/]")

MARK = "warning in a run: "
# As Python's logging, TensorFlow and PyTorch write them; an E is an error that TensorFlow went on after.
LINES = (
    re.compile(rf"{MARK}(.*)"),
    re.compile(r"(?:WARNING|ERROR|CRITICAL):(\w.*)"),
    re.compile(r"\d{4}-\d\d-\d\d [\d:.]+: [WE] \S+\] (.*)"),
    re.compile(r"\[?[WE]\d{4} [\d:.]+ +(?:\d+ )?\S+\] (.*)"),
)
NOISE = re.compile(
    r"cuda|cudnn|cufft|cublas|\bgpus?\b|\btpus?\b|tensorrt|tf-trt|onednn|\bmkl|\bavx|\bnuma\b|nnpack|initializelog"
    r"|computation_placer|out_of_range|end of sequence|retracing|deprecat|will be removed",
    re.IGNORECASE,
)
OUTDATED = re.compile("deprecat|will be removed", re.IGNORECASE)
OF_THE_FUTURE = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


@contextmanager
def warnings_in_lines() -> Iterator[None]:
    """What Python code warns of is written to standard error: once for each place, in a line with the user's own."""
    with warnings.catch_warnings():  # which also forgets what was warned of before
        warnings.showwarning = _write  # type: ignore[assignment]
        yield


def _write(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: Any) -> None:
    frame, text = _users(sys._getframe(1)), " ".join(str(message).split())
    of_the_future = issubclass(category, FutureWarning) or OUTDATED.search(text)
    if issubclass(category, OF_THE_FUTURE) or (of_the_future and frame is None):
        return
    where = f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}: " if frame else ""
    print(f"{MARK}{where}{category.__name__}: {text}", file=sys.stderr, flush=True)


def _users(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of the user's own code, or of a case's model."""
    while frame is not None and not _is_users(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def _is_users(filename: str) -> bool:
    if filename.startswith(HARNESS):
        return Path(filename).parent.name == "models"
    return not (filename.startswith(LIBRARIES) or OF_PACKAGES.search(filename))


def found_in(log: str) -> list[str]:
    """The warnings in what a worker wrote, without what concerns no training."""
    ours, *others = LINES
    found = []
    for line in log.splitlines():
        if match := ours.match(line):
            found.append(match[1])
        elif match := next(filter(None, (pattern.match(line) for pattern in others)), None):
            found += [] if NOISE.search(line) else [match[1]]
    return found


def once_each(said: Iterable[str]) -> tuple[str, ...]:
    """Warnings that differ, but for their numbers: those of a last, smaller batch are the same."""
    return tuple({re.sub(r"\d+", "0", each): each for each in reversed(list(said))}.values())[::-1]
