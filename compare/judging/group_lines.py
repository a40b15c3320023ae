"""The lines that choose which weights an optimizer treats otherwise, where the updates of some weights part alone.

A group with another decay or rate is no operation of a step, and its optimizer's line is not what chose its weights.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from compare.judging.chosen_weights import Choice, choice_of
from compare.judging.comparison import DIVERGED
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS, Line
from compare.judging.parting_lines import saying
from compare.judging.stages import StageRow
from compare.running.request import SIDES
from compare.traces.header import Header
from compare.traces.places import Place
from compare.traces.trace import Trace

WHAT = "the choice of weights"
OF_OPTIMIZERS = "optimizer"
STAGES = ("gradient", "state", "update")


def with_group_lines(judgement: Judgement) -> Judgement:
    """The judgement of a port with the lines that choose weights, where some part that others do not show."""
    first = judgement.first_divergence
    if judgement.verdict != DIVERGED or first is None or first.stage not in STAGES:
        return judgement
    comparison = next(each for each in judgement.comparisons.values() if first in each.rows)
    choices = [_choices(side, trace.header) for side, trace in zip(SIDES, comparison.pair, strict=True)]
    if first.stage == "gradient" and not _is_changed_behind(judgement.lines, choices):
        return judgement
    if first.stage != "gradient" and not _only_some(comparison.pair.torch, comparison.rows, first):
        return judgement
    known = {(each.side, each.at.line) for each in judgement.lines if each.role == PARTS}
    found = _lines(choices, _is_left_out(first))
    fresh = [each for each in found if (each.side, each.at.line) not in known]
    return saying(judgement, [*judgement.lines, *fresh]) if fresh else judgement


def _choices(side: str, header: Header) -> dict[str, Choice]:
    """What the optimizers of a side are given, by the files that made them."""
    makers: dict[str, list[int]] = {}
    for subject, places in header.made_at.items():
        for place in places:
            makers.setdefault(place.file, []).extend([place.line] if subject.startswith(OF_OPTIMIZERS) else [])
    return {file: choice_of(side, file, lines) for file, lines in makers.items()}


def _is_changed_behind(lines: Iterable[Line], choices: list[dict[str, Choice]]) -> bool:
    """Whether gradients part on a line of one side alone, through which its optimizer is given them."""
    parts = [each for each in lines if each.role == PARTS]
    if len({each.side for each in parts}) != 1:
        return False
    files = choices[SIDES.index(parts[0].side)]
    return any(each.at.line in files[each.at.file].reached for each in parts if each.at.file in files)


def _only_some(torch: Trace, rows: Iterable[StageRow], first: StageRow) -> bool:
    """Whether other weights of this step, none of them zero, are moved, and on both sides alike."""
    others = (row for row in rows if (row.step, row.stage) == (first.step, first.stage) and row.within)
    moved = ((torch.get((row.step, "weights", row.tensor.split(" ")[0])), torch.get(row.key)) for row in others)
    return any(all(each is not None and np.any(each) for each in pair) for pair in moved)


def _is_left_out(first: StageRow) -> bool:
    """Whether one side does not move what the other does: they are as far apart as what it is moved by."""
    return first.stage != "gradient" and first.difference.max_rel == 1.0


def _lines(choices: list[dict[str, Choice]], is_left_out: bool) -> list[Line]:
    """The lines that choose; of a side where none does, while another's do or it leaves weights out, those that hand
    all weights over."""
    chosen = [any(each.choosing for each in files.values()) for files in choices]
    if not any(chosen) and not is_left_out:
        return []
    return [
        Line(WHAT, side, PARTS, Place(file, line, ""), "", "")
        for side, files, chooses in zip(SIDES, choices, chosen, strict=True)
        for file, each in files.items()
        for line in (each.choosing if chooses else each.handing)
    ]
