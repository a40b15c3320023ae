"""A whole statement: one too many, or one in the wrong place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage


def one_too_many(passage: Passage) -> Iterator[Rewrite]:
    """Without a statement whose result may be had from before: `x = f(x)`, `x *= 2`, a call."""
    statement = passage.statement
    if isinstance(statement, (ast.AugAssign, ast.Expr)) or (isinstance(statement, ast.Assign) and _again(statement)):
        said = f"has `{ast.unparse(statement).splitlines()[0]}`, which PyTorch has not"
        yield Rewrite(statement, "", said, 4)


def _again(statement: ast.Assign) -> bool:
    stored = {node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return stored <= {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}


def moved(passage: Passage) -> Iterator[Rewrite]:
    """Before the statement before it, or behind the one behind it."""
    parent = passage.code.parents.get(passage.statement)
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and passage.statement in block:
            at = block.index(passage.statement)
            for one, other in ((at - 1, at), (at, at + 1)):
                if one >= 0 and other < len(block):
                    yield _exchanged(passage, block[one], block[other])


def _exchanged(passage: Passage, one: ast.stmt, other: ast.stmt) -> Rewrite:
    """Two neighbouring statements, as one rewrite of the first, that takes in the second."""
    places = {"lineno": one.lineno, "col_offset": one.col_offset}
    both = ast.Pass(**places, end_lineno=other.end_lineno, end_col_offset=other.end_col_offset)  # where both stand
    new = f"{passage.code.piece(other)}\n{' ' * one.col_offset}{passage.code.piece(one)}"
    return Rewrite(both, new, "does these two statements the other way round", 4)


RULES = (one_too_many, moved)
