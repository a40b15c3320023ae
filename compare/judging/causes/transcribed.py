"""What PyTorch's line computes, in the place of what tf's does; names that tf's code does not know are those of its own
line, in each order.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import islice, permutations
from typing import TypeGuard

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage
from compare.judging.causes.scope import known_at
from compare.judging.causes.transcription import ROOTS, Transcription

MOST_UNKNOWN, MOST_ORDERS = 2, 12
HOLDERS = ("self", "side", "model", "np", "math")  # of functions and layers that both sides call alike


def as_pytorchs_line(passage: Passage) -> Iterator[Rewrite]:
    """What the statement returns or assigns, or a function in it gives, as PyTorch's statements compute it."""
    own = {ast.unparse(call.func) for call in ast.walk(passage.code.tree) if _is_of_the_user(call)}
    for node in _places(passage):
        known = known_at(passage.code, node)
        for value in filter(None, map(_computed, passage.torch)):
            unknown = [name for name in _names(value) if name not in known]
            for meant in _meanings(unknown, node, _names(value)):
                text = Transcription(known | _roots(meant), own).of(_renamed(value, meant))
                if text is not None:
                    said = f"computes something else than `{ast.unparse(value)}`"
                    yield Rewrite(node, text, said, 5 + len(meant))


def _is_of_the_user(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether it calls a function or a layer of the user's own: what other objects have are methods of tensors."""
    if not isinstance(node, ast.Call) or isinstance(node.func, (ast.Call, ast.Lambda)):
        return False
    return not isinstance(node.func, ast.Attribute) or ast.unparse(node.func).partition(".")[0] in HOLDERS


def _meanings(unknown: list[str], node: ast.expr, used: list[str]) -> Iterator[Mapping[str, ast.expr]]:
    """What the unknown names may be: values that the line has and PyTorch's does not name."""
    if len(unknown) > MOST_UNKNOWN:
        return
    values = {text: value for text, value in _values(node).items() if text not in used}
    for order in islice(permutations(values.values(), len(unknown)), MOST_ORDERS):
        yield dict(zip(unknown, order, strict=True))


def _values(node: ast.expr) -> dict[str, ast.expr]:
    """The variables, attributes and entries that an expression is made of, by their text."""
    found: dict[str, ast.expr] = {}
    left: list[ast.AST] = [node]
    while left:
        each = left.pop(0)
        if isinstance(each, ast.Call):
            left += [*each.args, *(keyword.value for keyword in each.keywords)]
            left += [each.func.value] if isinstance(each.func, ast.Attribute) and not _is_module(each.func) else []
        elif isinstance(each, (ast.Name, ast.Attribute)) or _is_entry(each):
            assert isinstance(each, ast.expr)
            found[ast.unparse(each)] = each
        elif not isinstance(each, ast.Lambda):
            left += ast.iter_child_nodes(each)
    return found


def _is_module(function: ast.Attribute) -> bool:
    return ast.unparse(function).partition(".")[0] in ("tf", "keras", "ops", "layers", *HOLDERS)


def _is_entry(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    )


def _names(node: ast.AST) -> list[str]:
    """The names that an expression reads, and that are no module of PyTorch's."""
    names = (each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load))
    return [name for name in dict.fromkeys(names) if name not in ROOTS]


def _roots(meant: Mapping[str, ast.expr]) -> set[str]:
    return {name for value in meant.values() for name in _names(value)}


def _renamed(value: ast.expr, meant: Mapping[str, ast.expr]) -> ast.expr:
    if not meant:
        return value

    class Renaming(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return meant.get(node.id, node)

    renamed = Renaming().visit(ast.parse(ast.unparse(value), mode="eval").body)
    assert isinstance(renamed, ast.expr)
    return renamed


def _places(passage: Passage) -> Iterator[ast.expr]:
    value = _computed(passage.statement)
    if value is not None:
        yield value
    yield from (each.body for each in passage.each(ast.Lambda))


def _computed(statement: ast.AST) -> ast.expr | None:
    """What a statement returns or assigns; of several values, none."""
    value = statement.value if isinstance(statement, (ast.Return, ast.Assign, ast.AnnAssign)) else None
    return None if isinstance(value, ast.Tuple) else value


RULES = (as_pytorchs_line,)
