"""The lines that made the layers whose outputs part, and those before: what a layer does is set there."""

from __future__ import annotations

from collections.abc import Iterator

from compare.judging.advice import NEVER_BEFORE
from compare.judging.judgement import Judgement
from compare.judging.settings import INITIAL, SettingRow, differences
from compare.judging.settings.values import ROUNDED
from compare.judging.stages import StageRow
from compare.traces.calls import without_call
from compare.traces.place import Place

OF_LAYERS = ("forward", "loss")
OF_NO_LAYER = ("model", "precision", INITIAL)


def lines_of_layers(judgement: Judgement, first: StageRow, side: str) -> list[Place]:
    """The innermost lines first, of the layer that parts, then of the one before it."""
    if first.stage not in OF_LAYERS:
        return []
    comparison = next((each for each in judgement.comparisons.values() if first in each.rows), None)
    if comparison is None:
        return []
    header = (comparison.pair.torch if side == "torch" else comparison.pair.tf).header
    named = {row.subject: row.tf_subject if side == "tf" else row.subject for row in judgement.settings}
    layers = (named.get(each, each) for each in _layers(comparison.rows, first))
    return [place for layer in layers for place in header.made_at.get(layer, ())]


def _layers(rows: list[StageRow], first: StageRow) -> Iterator[str]:
    """PyTorch's names of the layer that parts, and of the last that put something out before."""
    before = rows[: rows.index(first)]
    if first.stage == "forward":
        yield without_call(first.tensor)
    outputs = [each for each in before if each.stage == "forward" and each.step == first.step]
    yield from (without_call(each.tensor) for each in outputs[-1:])


def settings_of_layers(judgement: Judgement, first: StageRow) -> list[SettingRow]:
    """The settings that differ of any layer, where an output parts: what a layer puts out may not be comparable."""
    rows = [row for row in differences(judgement.settings) if row.verdict != ROUNDED and row.explains]
    of_layers = [row for row in rows if not row.subject.startswith(("optimizer", "loss"))]
    apart = [row for row in of_layers if row.subject not in OF_NO_LAYER]
    never = [each for each in apart if first.stage in NEVER_BEFORE.get(each.setting, ())]
    return [each for each in apart if each not in never] if first.stage == "forward" else []
