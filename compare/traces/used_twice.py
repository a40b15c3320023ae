"""Whether WEIGHTS gives one part of a weight to two, and another part to none: a slice that was written wrongly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np

from compare.inputs.expressions import ExplicitPairs, evaluate, terms

Shape = tuple[int, ...]
LARGEST = 10**7  # a weight with more values is not looked into: its places would take too much memory


def say_used_twice(shapes: Mapping[str, Shape], explicit: ExplicitPairs) -> str:
    """The sentence on the first weight of torch of which one part is used twice and another never; empty without."""
    named = [(name, expression) for name, expression in explicit if expression is not None]
    for whole in dict.fromkeys(term.name for _, expression in named for term in terms(expression)):
        users = [(name, each) for name, each in named if whole in {term.name for term in terms(each)}]
        small = whole in shapes and math.prod(shapes[whole]) <= LARGEST
        if len(users) > 1 and small and (said := _say_of(whole, shapes, users)):
            return said
    return ""


def _say_of(whole: str, shapes: Mapping[str, Shape], users: list[tuple[str | None, str]]) -> str:
    used = [(name, expression, _places(whole, expression, shapes)) for name, expression in users]
    if any(places is None for *_, places in used):
        return ""
    left = set(range(math.prod(shapes[whole]))).difference(*(places for *_, places in used if places))
    for (name, _, places), (other, _, others) in combinations(used, 2):
        if left and places and others and (shared := places & others):
            by = " and ".join("None" if each is None else repr(each) for each in (name, other))
            return (
                f"WEIGHTS uses {_part(whole, shapes[whole], shared)} twice, for {by}, and "
                f"{_part(whole, shapes[whole], left)} not at all: give each weight a part of its own; what has no "
                "partner is listed under None"
            )
    return ""


def _places(whole: str, expression: str, shapes: Mapping[str, Shape]) -> set[int] | None:
    """The values of a weight that an expression uses, by their places; None where it is too nested to tell."""
    if "cat(" in expression and " + " in expression:
        return None
    found: set[int] = set()
    for piece in expression.split(" + "):
        numbered = evaluate(piece, lambda name: _numbered(shapes[name], name == whole))
        found |= set((numbered[numbered > 0] - 1).tolist())
    return found


def _numbered(shape: Shape, counted: bool) -> np.ndarray:
    return np.arange(1, math.prod(shape) + 1).reshape(shape) if counted else np.zeros(shape, int)


def _part(whole: str, shape: Shape, places: Iterable[int]) -> str:
    """A part of a weight as one writes it, where it is rows that stand together; else how many values it has."""
    mask = np.zeros(shape, bool)
    mask.flat[list(places)] = True
    rows = np.flatnonzero(mask.reshape(shape[0], -1).any(axis=1)) if shape else np.empty(0, int)
    if rows.size and mask[rows].all() and rows[-1] - rows[0] + 1 == len(rows):
        return f"{whole}[{rows[0]}:{rows[-1] + 1}]"
    return f"{mask.sum()} values of {whole}"
