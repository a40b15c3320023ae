"""Statements beside those that part, which may only show what these do: what stands before, and what calls them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from compare.judging.causes.passage import NESTED, Passage, name_called

BEFORE = 3
OF_A_PORT = ("batches", "tf_side", "tf_step", "loss", "call", "build", "__init__", "__call__")  # called by others


def before(passages: Sequence[Passage]) -> list[Passage]:
    """The statements that stand before these in the same block."""
    found: dict[int, Passage] = {}
    for passage in passages:
        block = getattr(passage.code.parents.get(passage.statement), "body", [])
        at = block.index(passage.statement) if passage.statement in block else 0
        found |= {each.lineno: replace(passage, statement=each) for each in block[max(0, at - BEFORE) : at]}
    return _others(passages, found)


def callers(passages: Sequence[Passage]) -> list[Passage]:
    """The statements that call the function in which one of these stands."""
    found: dict[int, Passage] = {}
    for passage in passages:
        name = _function(passage)
        for call in ast.walk(passage.code.tree) if name and name not in OF_A_PORT else ():
            if isinstance(call, ast.Call) and name_called(call) == name:
                statement = next(each for each in _around(passage, call) if isinstance(each, ast.stmt))
                found[statement.lineno] = replace(passage, statement=statement)
    return _others(passages, found)


def _others(passages: Sequence[Passage], found: dict[int, Passage]) -> list[Passage]:
    """Those found that are simple statements, and none of these."""
    known = {passage.statement.lineno for passage in passages}
    return [each for line, each in found.items() if line not in known and not hasattr(each.statement, "body")]


def _function(passage: Passage) -> str:
    """The name of the function that a statement is in; empty where it is in none."""
    inside = next((each for each in _around(passage, passage.statement) if isinstance(each, NESTED)), None)
    return getattr(inside, "name", "")


def _around(passage: Passage, node: ast.AST) -> Iterator[ast.AST]:
    """A piece and what it is inside of, innermost first."""
    inside: ast.AST | None = node
    while inside is not None:
        yield inside
        inside = passage.code.parents.get(inside)
