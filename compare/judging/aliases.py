"""Lines that only give a value another name: no operation tells of them, and what is left out would stand there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from compare.judging.line import PARTS, Line, Step, line, made_at
from compare.judging.scopes import around, assigned_names, assignments, names_read
from compare.judging.statements import name_of_result, statement, tree
from compare.running.request import SIDES
from compare.traces.places import Place


def with_aliases(lines: Iterable[Line]) -> list[Line]:
    """The lines, and behind them those that only name what these take, or hand on what both have by another name."""
    lines = list(lines)
    named = {(each.side, each.at.line) for each in lines if each.role == PARTS}
    found = {
        (each.side, at.line): Line(each.place, each.side, PARTS, at, each.value, each.shape)
        for each in lines
        for at in (aliases(each.at) if each.role == PARTS else handed_on(each.at))
    }
    return [*lines, *(line for key, line in found.items() if key not in named)]


def handed_on(place: Place) -> Iterator[Place]:
    """The lines behind one, in its function, that give its result another name and nothing else: so it goes on to
    another call, or out of the function."""
    name, module = name_of_result(place), tree(place.file)
    for target, value in assignments(around(module, place.line)[0]) if name and module is not None else ():
        if isinstance(target, ast.Name) and isinstance(value, ast.Name) and value.id == name:
            yield from [place._replace(line=value.lineno)] if value.lineno > place.line else []


def aliases(place: Place) -> Iterator[Place]:
    """The lines before one, in its function, that give another name to what its statement takes."""
    found, module = statement(place), tree(place.file)
    if found is None or module is None or hasattr(found, "body"):
        return
    assigned = assigned_names(around(module, place.line)[0])
    for name in names_read(found):
        values = assigned.get(name, [])
        if len(values) == 1 and _only_names(values[0]) and values[0].lineno < found.lineno:
            yield place._replace(line=values[0].lineno)


def _only_names(value: ast.expr) -> bool:
    """Whether an expression computes nothing: another name, or a list of some of several values."""
    if not isinstance(value, ast.ListComp):
        return isinstance(value, ast.Name)
    element = value.elt.value if isinstance(value.elt, ast.Subscript) else value.elt
    return isinstance(element, ast.Name) and any(each.ifs for each in value.generators)


def with_returns(lines: Iterable[Line]) -> list[Line]:
    """The lines, and behind them those that return what these set, as it is."""
    lines = list(lines)
    found = {(each.side, at.line): replace(each, at=at) for each in lines for at in _returns(each.at)}
    return [*lines, *found.values()]


def _returns(place: Place) -> Iterator[Place]:
    """The lines behind one, in its function, that only return what its statement sets."""
    name, module = name_of_result(place), tree(place.file)
    if not name or module is None:
        return
    for node in ast.walk(around(module, place.line)[0]):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Name) and node.value.id == name:
            yield place._replace(line=node.lineno)


def taken_as_it_is(step: Step, what: str, lines: Sequence[Line], torch: int, tf: int) -> list[Line]:
    """The line of a side that has none which takes a value as it is that both have: a library has made it, a weight
    that its optimizer moved, say."""
    told = {each.side for each in lines if each.role == PARTS}
    found = []
    for side, value in zip(SIDES, (torch, tf), strict=True) if len(told) == 1 else ():
        place = made_at(step.record(side), value)
        if side not in told and place and step.alike.of(side).get(value) in step.alike.both:
            found.append(line(step, what, side, PARTS, place, value))
    return found
