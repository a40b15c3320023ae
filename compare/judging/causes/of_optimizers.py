"""The changes to try where an optimizer parts: PyTorch's schedule, its formula, and what its loop has beside it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, groupby

from compare.judging.advice import OF_AN_OPTIMIZER
from compare.judging.causes.companions import alike_beside
from compare.judging.causes.files import (
    Candidate,
    Files,
    by_subject,
    codes_of,
    pair_at,
    passage_at,
    statements_of,
)
from compare.judging.causes.formulas import formula_alike
from compare.judging.causes.groups import not_decayed, with_rates_of_their_own
from compare.judging.causes.passage import Passage
from compare.judging.causes.schedules import period_of, scheduled_alike
from compare.judging.causes.torch_numbers import rates_in
from compare.judging.judgement import Judgement
from compare.judging.settings import SettingRow, differences
from compare.judging.settings.values import EQUAL
from compare.judging.stages import StageRow
from compare.traces.header import Setting


def of_formulas(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """Optimizers by PyTorch's formula, where what they make of the gradients parts: a number of updates for each
    weight, rows of which an embedding has a gradient, a formula of the user's own."""
    if first.stage not in ("state", "update"):
        return
    pair = pair_at(judgement, first)
    of_optimizers = [row for row in judgement.settings if row.subject.startswith("optimizer")]
    for subject, rows in by_subject(of_optimizers).items():
        every = [_as_row(each, rows[0]) for each in pair.torch.header.settings if each.subject == rows[0].subject]
        for passage in _made(judgement, subject, first, files):
            for rewrite in formula_alike(passage, every or rows):
                yield Candidate(rewrite, passage.code, passage.code.with_rewrite(rewrite))


def of_groups(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """Optimizers that treat weights otherwise than others, as the groups of PyTorch's."""
    if first.stage not in OF_AN_OPTIMIZER:
        return
    of_optimizers = [row for row in judgement.settings if row.subject.startswith("optimizer")]
    layers = _trained_in_layers(judgement, first)
    for subject, rows in by_subject(of_optimizers).items():
        for passage in _made(judgement, subject, first, files):
            for rewrite in (*with_rates_of_their_own(passage, rows, layers), *not_decayed(passage, rows)):
                yield Candidate(rewrite, passage.code, passage.code.with_rewrite(rewrite))


def _trained_in_layers(judgement: Judgement, first: StageRow) -> list[int]:
    """How many weights each layer trains."""
    comparison = next(each for each in judgement.comparisons.values() if first in each.rows)
    trained = (row.tensor for row in comparison.rows if (row.step, row.stage) == (first.step, "update"))
    return [len(list(of_layer)) for _, of_layer in groupby(trained, lambda name: name.rpartition(".")[0])]


def _as_row(setting: Setting, known: SettingRow) -> SettingRow:
    """A setting of PyTorch's, of which tf's side may know nothing."""
    return SettingRow(setting.subject, setting.kind, setting.setting, setting.value, None, EQUAL, "", known.tf_subject)


def of_schedules(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """Optimizers with PyTorch's schedule, where that differs."""
    rows = [row for row in differences(judgement.settings) if row.setting == "schedule"]
    if first.stage not in OF_AN_OPTIMIZER or not rows:
        return
    rates = pair_at(judgement, first).torch.curves.get("learning_rate")
    if rates is None or rates.ndim > 1:
        return
    torch = tuple(code_of_torch(judgement, first, files))
    every = {(row.subject, row.setting): row.tf for row in judgement.settings}
    for row in rows:
        gathers = every.get((row.subject, "gradient_accumulation_steps")) or 1
        for passage in _made(judgement, row.tf_subject or row.subject, first, files):
            whole = replace(passage, torch=torch)
            periods = (gathers, gathers * period_of(rates))
            made = (scheduled_alike(whole, row.torch, float(rates[0]), each, rates_in(torch)) for each in periods)
            for rewrite in chain.from_iterable(made):
                yield Candidate(rewrite, passage.code, passage.code.with_rewrite(rewrite))


def of_companions(judgement: Judgement, first: StageRow, files: Files) -> Iterator[Candidate]:
    """What the loops have beside their optimizers, wherever tf's code makes it."""
    if first.stage not in OF_AN_OPTIMIZER:
        return
    torch = tuple(code_of_torch(judgement, first, files))
    for code in codes_of(judgement, pair_at(judgement, first).tf.header, files):
        for statement in chain.from_iterable(map(ast.walk, statements_of(code, "tf"))):
            if isinstance(statement, ast.stmt):
                for rewrite in alike_beside(Passage(code, statement, torch)):
                    yield Candidate(rewrite, code, code.with_rewrite(rewrite))


def code_of_torch(judgement: Judgement, first: StageRow, files: Files) -> Iterator[ast.stmt]:
    """All of PyTorch's code that is known."""
    for code in codes_of(judgement, pair_at(judgement, first).torch.header, files):
        yield from statements_of(code, "torch")


def _made(judgement: Judgement, subject: str, first: StageRow, files: Files) -> Iterator[Passage]:
    """Where tf's code makes an optimizer."""
    for place in pair_at(judgement, first).tf.header.made_at.get(subject, ()):
        if (passage := passage_at(judgement, place, files)) is not None:
            yield passage
