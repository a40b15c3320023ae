"""The user's code as rules see it: files that may be changed already, and the passages at the lines of a judgement."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from compare.judging.advice import OF_AN_OPTIMIZER
from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.layer_lines import lines_of_layers
from compare.judging.causes.passage import Passage
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS, Line
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.judging.statements import statement
from compare.traces.header import Header
from compare.traces.place import Place
from compare.traces.trace import TracePair

MODULES = {"torch": {"torch"}, "tf": {"tensorflow", "tf", "keras"}}  # what only one side uses
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Files:
    """The user's files: those that were `changed`, and which of them is meant where another is read in its place."""

    changed: Mapping[str, Code]
    original: Mapping[str, str]

    def code(self, path: str) -> Code:
        """OSError or ValueError where the file cannot be read."""
        file = self.original.get(path, path)
        return self.changed.get(file) or Code.of(file)


class Candidate(NamedTuple):
    """A rewrite, the code that it is of, and that which it makes; and whether a setting that differs asks for it."""

    rewrite: Rewrite
    before: Code
    after: Code
    is_set: bool = False


def by_subject(rows: Iterable[SettingRow]) -> dict[str, list[SettingRow]]:
    """Settings by what tf calls their subject."""
    found: dict[str, list[SettingRow]] = {}
    for row in rows:
        found.setdefault(row.tf_subject or row.subject, []).append(row)
    return found


def parting_places(judgement: Judgement, side: str) -> list[Place]:
    """The lines of a side where the port parts, and those of its other differences; where an optimizer does, also those
    that made it."""
    lines: list[Line] = [*judgement.lines, *(line for each in judgement.differences for line in each.lines)]
    found = [line.at for line in lines if line.side == side and line.role == PARTS]
    first = judgement.first_divergence
    if first is not None and first.stage in OF_AN_OPTIMIZER:
        pair = next((each.pair for each in judgement.comparisons.values() if first in each.rows), None)
        header = None if pair is None else (pair.torch if side == "torch" else pair.tf).header
        made = header.made_at if header else {}
        found += [place for name, places in made.items() if name.startswith("optimizer") for place in places]
    return list(dict.fromkeys(found))


def passage_at(judgement: Judgement, place: Place, files: Files, of_makers: bool = False) -> Passage | None:
    """The statement at a line, in the file as it is changed already; beside the lines of PyTorch's that part, or those
    that make its layers."""
    try:
        code = files.code(place.file)
        own = innermost(code, place.line)
    except (OSError, ValueError, SyntaxError):
        return None
    first = judgement.first_divergence
    makers = _statements(lines_of_layers(judgement, first, "torch") if first else ())
    torch = () if of_makers else _statements(parting_places(judgement, "torch"))
    return None if own is None else Passage(code, own, torch, makers)


def _statements(places: Iterable[Place]) -> tuple[ast.stmt, ...]:
    return tuple(each for each in map(statement, places) if each is not None)


def innermost(code: Code, line: int) -> ast.stmt | None:
    """The innermost statement that a line is in."""
    statements = (node for node in ast.walk(code.tree) if isinstance(node, ast.stmt))
    around = [node for node in statements if node.lineno <= line <= (node.end_lineno or node.lineno)]
    return min(around, key=lambda node: ((node.end_lineno or 0) - node.lineno, -node.col_offset), default=None)


def pair_at(judgement: Judgement, first: StageRow) -> TracePair:
    """The traces that show where the port parts."""
    return next(each.pair for each in judgement.comparisons.values() if first in each.rows)


def codes_of(judgement: Judgement, header: Header, files: Files) -> list[Code]:
    """The user's files that a side is written in, as far as lines of it are known."""
    paths = [place.file for places in header.made_at.values() for place in places]
    paths += [each.at.file for each in judgement.lines if each.side == header.side]
    return [code for code in (_readable(path, files) for path in dict.fromkeys(paths)) if code is not None]


def _readable(path: str, files: Files) -> Code | None:
    with suppress(OSError, ValueError, SyntaxError):
        code = files.code(path)
        return code if code.tree.body else None
    return None


def statements_of(code: Code, side: str) -> list[ast.stmt]:
    """What stands at the top of a file, without what is written for the other side."""
    others = MODULES["torch" if side == "tf" else "tf"]
    return [each for each in code.tree.body if isinstance(each, IMPORTS) or not _named(each) & others]


def _named(statement: ast.stmt) -> set[str]:
    """The modules that a statement imports, and the first names of all that it uses."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
    return found
