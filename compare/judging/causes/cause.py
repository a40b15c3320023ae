"""A cause: what the port does otherwise than PyTorch, the change that corrects it, and what proves it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from compare.judging.causes.code import Code


@dataclass(frozen=True)
class Cause:
    """`what` it concerns ("the loss"), what the port does (`said`), the statement as it is and as it should be.

    `line` is of the user's file as it is. `gap` is how far the sides were apart there, `closed` how far they are with
    the change. The steps agree with it where it `closes` them, and with all changes the port `makes_equivalent`. `rule`
    is the name of the function that proposed it.
    """

    what: str
    said: str
    file: str
    line: int
    old: str
    new: str
    gap: float
    closed: float = 0.0
    closes: bool = False
    makes_equivalent: bool = False
    rule: str = ""

    @property
    def is_proven(self) -> bool:
        """Whether nothing parts any more where it did; another cause may show later."""
        return self.makes_equivalent or self.closes

    @property
    def where(self) -> str:
        return f"{Path(self.file).name}:{self.line}"


def patch_of(before: Iterable[Code], after: Iterable[Code]) -> str:
    """The changes as a patch, which `patch -p0` applies in the folder of the files."""
    lines: list[str] = []
    for one, other in zip(before, after, strict=True):
        name = Path(one.file).name
        old, new = (each.text.splitlines(keepends=True) for each in (one, other))
        lines += difflib.unified_diff(old, new, name, name)
    return "".join(lines)
