"""What a tensor of one side corresponds to on the other: a name, a slice of its first axis, or a sum of them.

"fc1.weight", "attention.in_proj_weight[0:64]", "lstm.bias_ih_l0 + lstm.bias_hh_l0".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple, overload

import numpy as np

_TERM = re.compile(r"(?P<name>[^\[\]+]+?)(\[(?P<start>\d*):(?P<stop>\d*)\])?")


ExplicitPairs = tuple[tuple[str | None, str | None], ...]  # tf name, expression of torch names; None: no partner


class Term(NamedTuple):
    """A tensor by name, and which of its rows."""

    name: str
    rows: slice


@cache
def terms(expression: str) -> tuple[Term, ...]:
    """The tensors that an expression names; ValueError where it is not an expression."""
    found = []
    for text in expression.split(" + "):
        match = _TERM.fullmatch(text.strip())
        if match is None:
            raise ValueError(f'{expression!r} is not a weight: expected "name", "name[start:stop]" or "name + name"')
        bounds = (int(bound) if bound else None for bound in (match["start"], match["stop"]))
        found.append(Term(match["name"], slice(*bounds)))
    return tuple(found)


@overload
def evaluate(expression: str, tensor: Callable[[str], np.ndarray], added: bool = True) -> np.ndarray: ...


@overload
def evaluate(expression: str, tensor: Callable[[str], np.ndarray | None], added: bool = True) -> np.ndarray | None: ...


def evaluate(expression: str, tensor: Callable[[str], np.ndarray | None], added: bool = True) -> np.ndarray | None:
    """The tensor that an expression stands for; None where a part of it is missing.

    The values of a sum are `added`; the gradient of each part is already the gradient of the sum.
    """
    parts = []
    for name, rows in terms(expression):
        if (array := tensor(name)) is None:
            return None
        parts.append(array[rows] if array.ndim and rows != slice(None, None) else array)
    return sum(parts[1:], parts[0]) if added else parts[0]


def explicit_pairs(items: Iterable[tuple]) -> ExplicitPairs:
    """The pairs given by name, one at a time: a list on the torch side is several weights without a partner."""
    return tuple(
        (name, expression)
        for name, given in items
        for expression in (given if isinstance(given, list | tuple) else [given])
    )
