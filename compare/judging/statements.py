"""The statement of a user's file that a line belongs to, and what it calls its result."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from compare.traces.places import Place

LONGEST = 72  # characters of a statement that is shown
SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)


@lru_cache(maxsize=16)
def _parsed(file: str) -> tuple[list[str], ast.Module | None]:
    """The lines of a file, and its tree; nothing where it cannot be read."""
    lines: list[str] = []
    try:
        text = Path(file).read_text(encoding="utf-8")
        lines = text.splitlines()
        return lines, ast.parse(text)
    except (OSError, ValueError, SyntaxError):
        return lines, None


def tree(file: str) -> ast.Module | None:
    """The syntax tree of a file; None where it cannot be read."""
    return _parsed(file)[1]


@lru_cache(maxsize=16)
def _statements(file: str) -> list[ast.stmt]:
    module = tree(file)
    return [] if module is None else [node for node in ast.walk(module) if isinstance(node, ast.stmt)]


def statement(place: Place) -> ast.stmt | None:
    """The innermost statement that a line is in."""
    around = [each for each in _statements(place.file) if each.lineno <= place.line <= (each.end_lineno or each.lineno)]
    return min(around, key=lambda each: ((each.end_lineno or 0) - each.lineno, -each.col_offset), default=None)


def source(place: Place) -> str:
    """The statement on one line, shortened; of a compound one, and where there is none, the line itself.

    Of a long one the line itself too, unless it begins there: a list of layers is one statement.
    """
    lines, _ = _parsed(place.file)
    found = statement(place)
    whole = alone = lines[place.line - 1].strip() if 0 < place.line <= len(lines) else ""
    if isinstance(found, SIMPLE):
        whole = " ".join(line.strip() for line in lines[found.lineno - 1 : found.end_lineno])
        if len(whole) > LONGEST and place.line > found.lineno:
            whole = f"... {alone}"
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 3].rstrip()}..."


def name_of_result(place: Place) -> str:
    """The variable that a statement assigns, if it is one."""
    found = statement(place)
    targets = found.targets if isinstance(found, ast.Assign) else [getattr(found, "target", None)]
    return targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ""
