"""Where settings differ: the line of each side that made the layer or the optimizer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from compare.judging.advice import settings_at
from compare.judging.comparison import DIVERGED
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS, Line
from compare.judging.parting_lines import say_lines
from compare.judging.settings import SettingRow
from compare.running.request import SIDES
from compare.traces.header import Header
from compare.traces.places import Place
from compare.traces.trace import TracePair


def with_made_lines(judgement: Judgement) -> Judgement:
    """The judgement of a port, with the lines that made what is set differently where it parts, if none were found."""
    first = judgement.first_divergence
    if judgement.lines or judgement.verdict != DIVERGED or first is None:
        return judgement
    pair = next(each.pair for each in judgement.comparisons.values() if first in each.rows)
    lines = made_lines(pair, settings_at(judgement, first))
    if not lines:
        return judgement
    parting, *others = judgement.findings
    return replace(judgement, lines=tuple(lines), findings=(parting, "\n".join(say_lines(lines)), *others))


def with_lines_of_settings(pair: TracePair, difference: IsolatedDifference) -> IsolatedDifference:
    """A difference that settings explain, with the lines that made what is set differently."""
    return difference if difference.lines else replace(difference, lines=tuple(made_lines(pair, difference.settings)))


def made_lines(pair: TracePair, rows: Iterable[SettingRow]) -> list[Line]:
    """The line of each side that made the first subject of these settings of which that is known."""
    for row in rows:
        names, values = (row.subject, row.tf_subject or row.subject), (row.torch, row.tf)
        found = [
            Line(
                f"the setting {row.setting} ({row.subject})",
                side,
                PARTS,
                place,
                "" if value is None else str(value),
                "",
            )
            for side, trace, name, value in zip(SIDES, pair, names, values, strict=True)
            if (place := _made_at(trace.header, name)) is not None
        ]
        if found:
            return found
    return []


def _made_at(header: Header, subject: str) -> Place | None:
    """Where a subject was made; of a group of an optimizer's parameters, where the optimizer was."""
    return header.made_at.get(subject) or header.made_at.get(subject.partition(" group ")[0])
