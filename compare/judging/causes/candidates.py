"""The changes to try where a port parts: settings as PyTorch has them, then rewrites of the statements that part."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from compare.judging.advice import OF_AN_OPTIMIZER, settings_at
from compare.judging.causes.beside import before, callers
from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.formulas import formula_alike
from compare.judging.causes.passage import Passage
from compare.judging.causes.rules import rewritten
from compare.judging.causes.schedules import period_of, scheduled_alike
from compare.judging.causes.settings import set_alike
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS, Line
from compare.judging.settings import SettingRow, differences
from compare.judging.settings.values import ROUNDED
from compare.judging.stages import StageRow
from compare.judging.statements import statement
from compare.traces.place import Place

FURTHER_DOWN = 1  # by how much less likely each further statement is
BESIDE = 4  # and one that is not named


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


def candidates(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """The likeliest first."""
    for of_settings in (_of_schedules, _of_settings, _of_formulas):
        yield from (each._replace(is_set=True) for each in of_settings(judgement, first, files))
    named = [_passage(judgement, place, files) for place in _places(judgement, "tf")]
    passages = [(FURTHER_DOWN * number, each) for number, each in enumerate(named) if each is not None]
    own = [each for _, each in passages]
    passages += [(BESIDE, each) for each in (*callers(own), *before(own))]
    found: list[tuple[int, Candidate]] = []
    for less, passage in passages:
        made = ((rewrite, Candidate(rewrite, passage.code, code)) for rewrite, code in rewritten(passage))
        found += [(rewrite.unlikely + less, each) for rewrite, each in made]
    yield from (each for _, each in sorted(found, key=lambda each: each[0]))


def _of_settings(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """All layers that are set alike at once, then each of the lines that make one."""
    pair = next(each.pair for each in judgement.comparisons.values() if first in each.rows)
    every = _by_subject(row for row in differences(judgement.settings) if row.verdict != ROUNDED)
    for subject, rows in _by_subject(settings_at(judgement, first)).items():
        alike = [each for each, others in every.items() if set(map(_shown, rows)) <= set(map(_shown, others))]
        made = [_set(judgement, pair.tf.header.made_at.get(each, ()), rows, files) for each in (subject, *alike)]
        for together in zip(*(each for each in made if each), strict=False):
            of_file = [each for each in together if each.before.file == together[0].before.file]
            code = together[0].before.with_rewrites(each.rewrite for each in of_file)
            yield together[0]._replace(after=code)
        yield from made[0]


def _of_formulas(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """Optimizers by PyTorch's formula, where what they make of the gradients parts: a number of updates for each
    weight, rows of which an embedding has a gradient."""
    if first.stage not in ("state", "update"):
        return
    header = next(each.pair.tf.header for each in judgement.comparisons.values() if first in each.rows)
    for subject, rows in _by_subject(row for row in judgement.settings if row.subject.startswith("optimizer")).items():
        for passage in filter(None, (_passage(judgement, place, files) for place in header.made_at.get(subject, ()))):
            for rewrite in formula_alike(passage, rows):
                yield Candidate(rewrite, passage.code, passage.code.with_rewrite(rewrite))


def _of_schedules(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """Optimizers with PyTorch's schedule, where that differs."""
    rows = [row for row in differences(judgement.settings) if row.setting == "schedule"]
    if first.stage not in OF_AN_OPTIMIZER or not rows:
        return
    pair = next(each.pair for each in judgement.comparisons.values() if first in each.rows)
    rates = pair.torch.curves.get("learning_rate")
    if rates is None or rates.ndim > 1:
        return
    for row in rows:
        places = pair.tf.header.made_at.get(row.tf_subject or row.subject, ())
        for passage in filter(None, (_passage(judgement, place, files) for place in places)):
            of_period = (scheduled_alike(passage, row.torch, float(rates[0]), each) for each in (1, period_of(rates)))
            for rewrite in chain.from_iterable(of_period):
                yield Candidate(rewrite, passage.code, passage.code.with_rewrite(rewrite))


def _by_subject(rows: Iterable[SettingRow]) -> dict[str, list[SettingRow]]:
    """Settings by what tf calls their subject."""
    found: dict[str, list[SettingRow]] = {}
    for row in rows:
        found.setdefault(row.tf_subject or row.subject, []).append(row)
    return found


def _shown(row: SettingRow) -> tuple[str, ...]:
    return row.kind, row.setting, str(row.torch), str(row.tf)


def _set(judgement: Judgement, places: Iterable[Place], rows: Sequence[SettingRow], files: Files) -> list[Candidate]:
    """The changes of the lines that make a layer or optimizer."""
    passages = (_passage(judgement, place, files) for place in places)
    return [
        Candidate(rewrite, passage.code, passage.code.with_rewrite(rewrite))
        for passage in passages
        if passage is not None
        for rewrite in set_alike(passage, rows, judgement.settings)
    ]


def _places(judgement: Judgement, side: str) -> list[Place]:
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


def _passage(judgement: Judgement, place: Place, files: Files) -> Passage | None:
    """The statement at a line, in the file as it is changed already."""
    try:
        code = files.code(place.file)
        own = innermost(code, place.line)
    except (OSError, ValueError, SyntaxError):
        return None
    of_torch = map(statement, _places(judgement, "torch"))
    torch = tuple(each for each in of_torch if each is not None)
    return None if own is None else Passage(code, own, torch)


def innermost(code: Code, line: int) -> ast.stmt | None:
    """The innermost statement that a line is in."""
    statements = (node for node in ast.walk(code.tree) if isinstance(node, ast.stmt))
    around = [node for node in statements if node.lineno <= line <= (node.end_lineno or node.lineno)]
    return min(around, key=lambda node: ((node.end_lineno or 0) - node.lineno, -node.col_offset), default=None)
