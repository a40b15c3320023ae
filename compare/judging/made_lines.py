"""Where settings differ: the line of each side that made the layer or the optimizer, or called what makes many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from compare.judging.advice import settings_at
from compare.judging.comparison import DIVERGED
from compare.judging.given_lines import lines_that_set
from compare.judging.isolated_difference import IsolatedDifference
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS, Line
from compare.judging.parting_lines import saying
from compare.judging.settings import SettingRow
from compare.judging.settings.values import EQUAL
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
    lines = made_lines(pair, settings_at(judgement, first), judgement.settings)
    return saying(judgement, lines) if lines else judgement


def with_lines_of_settings(
    pair: TracePair, difference: IsolatedDifference, every: Iterable[SettingRow] = ()
) -> IsolatedDifference:
    """A difference that settings explain, with the lines that made what differs; `every` as in made_lines."""
    lines = difference.lines or tuple(made_lines(pair, difference.settings, every))
    return replace(difference, lines=lines)


def made_lines(pair: TracePair, rows: Iterable[SettingRow], every: Iterable[SettingRow] = ()) -> list[Line]:
    """The line of each side that made the first subject of these settings of which that is known.

    `every` are all settings of both sides: a line that made others, which agree, is not the one that differs.
    """
    every = list(every)
    for row in rows:
        if found := _lines_of_flags(pair, row):
            return found
        values = row.torch, row.tf
        alike = [_names(each) for each in every if _is_alike(each, row)]
        agreeing = list(zip(*alike, strict=True)) if alike else [(), ()]
        sides = zip(SIDES, pair, _names(row), values, values[::-1], agreeing, strict=True)
        found = [
            _line(row, side, place, value)
            for side, trace, name, value, other, others in sides
            for place in _with_what_it_is_given(_places(trace.header, name, others), row, value, other)
        ]
        if found:
            return found
    return []


def _line(row: SettingRow, side: str, place: Place, value: Any) -> Line:
    return Line(
        f"the setting {row.setting} ({row.subject})", side, PARTS, place, "" if value is None else str(value), ""
    )


def _lines_of_flags(pair: TracePair, row: SettingRow) -> list[Line]:
    """Where a side trains what the other has frozen: the lines that set it; of a side where none does, one that sets it
    of other layers, or the optimizer's, which is given what trains.
    """
    headers = [trace.header for trace in pair]
    places = [header.flags_set_at.get(name) for header, name in zip(headers, _names(row), strict=True)]
    if row.setting != "trainable" or not any(places):
        return []
    places = [
        place or _set_of_others(header) or _made_at(header, "optimizer") or _made_at(header, name)
        for place, header, name in zip(places, headers, _names(row), strict=True)
    ]
    sides = zip(SIDES, places, (row.torch, row.tf), strict=True)
    return [_line(row, side, place, value) for side, place, value in sides if place is not None]


def _set_of_others(header: Header) -> Place | None:
    """The line that sets whether other layers train, where it is one: it chooses among them all."""
    places = {*header.flags_set_at.values()}
    return places.pop() if len(places) == 1 else None


def _names(row: SettingRow) -> tuple[str, str]:
    """What each side calls the subject of a setting."""
    return row.subject, row.tf_subject or row.subject


def _is_alike(other: SettingRow, row: SettingRow) -> bool:
    """Whether another layer of this kind agrees in this setting."""
    return other.verdict == EQUAL and (other.kind, other.setting) == (row.kind, row.setting)


def _with_what_it_is_given(places: Sequence[Place], row: SettingRow, value: Any, other: Any) -> list[Place]:
    """The line that makes something, and those that set elsewhere what is set differently."""
    return [*places[:1], *lines_that_set(places, row.setting, value, other)]


def _made_at(header: Header, subject: str) -> Place | None:
    return next(iter(_places(header, subject, ())), None)


def _places(header: Header, subject: str, agreeing: Iterable[str]) -> tuple[Place, ...]:
    """Where a subject was made, and the lines that call these; of a group of an optimizer's parameters, where the
    optimizer was.

    From the innermost line on that made none of those that agree: not a function that makes them all, but its call.
    """
    places = header.made_at.get(subject) or header.made_at.get(subject.partition(" group ")[0]) or ()
    of_others = {(each.file, each.line) for name in agreeing for each in header.made_at.get(name, ())}
    first = next((at for at, each in enumerate(places) if (each.file, each.line) not in of_others), 0)
    return tuple(places[first:])
