"""The changes to try where a port parts: settings as PyTorch has them, then rewrites of the statements that part."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from compare.judging.advice import settings_at
from compare.judging.causes.beside import before, callers
from compare.judging.causes.files import (
    Candidate,
    Files,
    by_subject,
    codes_of,
    pair_at,
    parting_places,
    passage_at,
    statements_of,
)
from compare.judging.causes.layer_lines import lines_of_layers, settings_of_layers
from compare.judging.causes.of_layers import of_layers
from compare.judging.causes.of_optimizers import of_companions, of_formulas, of_groups, of_schedules
from compare.judging.causes.passage import Passage
from compare.judging.causes.rules import ANYWHERE, RULES, Rule, rewritten
from compare.judging.causes.settings import set_alike
from compare.judging.causes.traced import of_graphs
from compare.judging.judgement import Judgement
from compare.judging.settings import SettingRow, differences
from compare.judging.settings.values import ROUNDED
from compare.judging.stages import StageRow
from compare.traces.place import Place

FURTHER_DOWN = 1  # by how much less likely each further statement is
MAKERS = 2  # by how much less likely one is that makes a layer
BESIDE = 4  # and one that is not named


def candidates(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """The likeliest first, none twice."""
    tried = set[tuple[str, str]]()
    for each in _candidates(judgement, first, files):
        made = each.after.file, each.after.text
        if made not in tried:
            tried.add(made)
            yield each


def _candidates(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    for of_settings in (of_companions, of_schedules, _of_settings, of_formulas, of_layers, of_groups):
        name = of_settings.__name__.lstrip("_")
        for each in of_settings(judgement, first, files):
            yield each._replace(is_set=True, rewrite=each.rewrite._replace(rule=each.rewrite.rule or name))
    named = [passage_at(judgement, place, files) for place in parting_places(judgement, "tf")]
    passages = [(FURTHER_DOWN * number, each) for number, each in enumerate(named) if each is not None]
    own = [each for _, each in passages]
    makers = (passage_at(judgement, place, files, of_makers=True) for place in lines_of_layers(judgement, first, "tf"))
    passages += [(MAKERS, each) for each in makers if each is not None]
    passages += [(BESIDE, each) for each in (*callers(own), *before(own))]
    found: list[tuple[int, Candidate]] = []
    for less, passage in passages:
        found += [(each.rewrite.unlikely + less, each) for each in _of(passage, RULES)]
    for passage in _all_passages(judgement, first, files) if first.stage == "gradient" else ():
        found += [(each.rewrite.unlikely, each) for each in _of(passage, ANYWHERE)]
    yield from (each for _, each in sorted(found, key=lambda each: each[0]))


def _of(passage: Passage, rules: tuple[Rule, ...]) -> list[Candidate]:
    return [Candidate(rewrite, passage.code, code) for rewrite, code in rewritten(passage, rules)]


def _all_passages(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Passage]:
    """Each statement of tf's code."""
    for code in codes_of(judgement, pair_at(judgement, first).tf.header, files):
        for top in statements_of(code, "tf"):
            yield from (Passage(code, each) for each in ast.walk(top) if isinstance(each, ast.stmt))


def candidates_of_graphs(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """The changes of what is traced once."""
    for code in codes_of(judgement, pair_at(judgement, first).tf.header, files):
        for rewrite, changed in of_graphs(code):
            yield Candidate(rewrite._replace(rule=of_graphs.__name__), code, changed)


def _of_settings(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """All layers that are set alike at once, then each of the lines that make one."""
    pair = pair_at(judgement, first)
    every = by_subject(row for row in differences(judgement.settings) if row.verdict != ROUNDED)
    at = settings_at(judgement, first) or settings_of_layers(judgement, first)
    for subject, rows in by_subject(at).items():
        alike = [each for each, others in every.items() if set(map(_shown, rows)) <= set(map(_shown, others))]
        made = [_set(judgement, pair.tf.header.made_at.get(each, ()), rows, files) for each in (subject, *alike)]
        for together in zip(*(each for each in made if each), strict=False):
            of_file = [each for each in together if each.before.file == together[0].before.file]
            code = together[0].before.with_rewrites(each.rewrite for each in of_file)
            yield together[0]._replace(after=code)
        yield from made[0]


def _shown(row: SettingRow) -> tuple[str, ...]:
    return row.kind, row.setting, str(row.torch), str(row.tf)


def _set(judgement: Judgement, places: Iterable[Place], rows: Sequence[SettingRow], files: Files) -> list[Candidate]:
    """The changes of the lines that make a layer or optimizer."""
    passages = (passage_at(judgement, place, files) for place in places)
    return [
        Candidate(rewrite, passage.code, passage.code.with_rewrite(rewrite))
        for passage in passages
        if passage is not None
        for rewrite in set_alike(passage, rows, judgement.settings)
    ]
