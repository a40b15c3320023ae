"""The lines that set what a layer or an optimizer is given by names: in a dict, a partial, a class, or as a constant.

Nothing is run: the value itself is looked for in all that the names of a call stand for.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence
from typing import Any

from compare.judging.reached import reached
from compare.judging.statements import statement, tree
from compare.traces.places import Place

MOST = 2  # lines
TOLD = (0.0, 1.0, 0.5)  # floats that many settings have: these are looked for by their name alone, as what is no float
COMPLEMENTS = ("momentum",)


def lines_that_set(places: Sequence[Place], setting: str, value: Any, other: Any) -> list[Place]:
    """The lines that set a value, other than the other side's, which the first of these lines, innermost first, makes
    something with; empty where it says the value itself."""
    found: dict[tuple[str, int], Place] = {}
    for place in places:
        module, making = tree(place.file), statement(place)
        if module is None or making is None:
            continue
        nodes = reached(module, _calls(module, place.line), defined=True)
        for each in (each for node in nodes for each in _said(node, setting, value, other)):
            if place == places[0] and making.lineno <= each.lineno <= (making.end_lineno or each.lineno):
                return []  # the line that makes it says it
            found.setdefault((place.file, each.lineno), place._replace(line=each.lineno))
    return [*found.values()][:MOST]


def _calls(module: ast.Module, line: int) -> list[ast.Call]:
    """The calls on a line; where none begins there, the innermost that goes on there."""
    calls = [each for each in ast.walk(module) if isinstance(each, ast.Call)]
    around = [each for each in calls if each.lineno <= line <= (each.end_lineno or each.lineno)]
    return [each for each in around if each.lineno == line] or around[-1:]


def _said(node: ast.AST, setting: str, value: Any, other: Any) -> Iterator[ast.expr]:
    """The constants in a node that are the value; of a list, one of the elements in which it is another."""
    lists = [[*each] if isinstance(each, (list, tuple)) else [each] for each in (value, other)]
    wanted = [each for place, each in enumerate(lists[0]) if lists[1][place : place + 1] != [each]]
    named = {id(each) for each in _named(node, setting)}
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and any(_is(each.value, one, id(each) in named, setting) for one in wanted):
            yield each


def _is(constant: Any, value: Any, is_named: bool, setting: str) -> bool:
    """Whether a constant is a value, or the rest up to 1, which is what Keras calls by the same name."""
    if not isinstance(value, float) or not isinstance(constant, float) or value in TOLD:
        return is_named and type(constant) is type(value) and constant == value
    return math.isclose(constant, value) or (setting in COMPLEMENTS and math.isclose(1 - constant, value))


def _named(node: ast.AST, setting: str) -> Iterator[ast.AST]:
    """What in a node is given by the name of a setting: a keyword, a key, an attribute of a class."""
    for each in ast.walk(node):
        if isinstance(each, ast.keyword) and each.arg == setting:
            yield from ast.walk(each.value)
        for key, entry in zip(each.keys, each.values, strict=True) if isinstance(each, ast.Dict) else ():
            yield from ast.walk(entry) if isinstance(key, ast.Constant) and key.value == setting else ()
        if isinstance(each, ast.AnnAssign) and getattr(each.target, "id", "") == setting and each.value:
            yield from ast.walk(each.value)
