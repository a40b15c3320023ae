"""The functions and classes of a file that a line stands in, and what they assign."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Scopes = Sequence[Scope]  # innermost first


def around(module: ast.Module, line: int) -> list[Scope]:
    """The functions and classes that a line is in, innermost first, and the module."""
    inside = [
        node
        for node in ast.walk(module)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return [*sorted(inside, key=lambda node: -node.lineno), module]


def assigned_names(scope: Scope) -> dict[str, list[ast.expr]]:
    """All that each name in a scope is set to."""
    found: dict[str, list[ast.expr]] = {}
    for target, value in assignments(scope):
        if isinstance(target, ast.Name):
            found.setdefault(target.id, []).append(value)
    return found


def names_read(node: ast.AST) -> list[str]:
    """The names that a statement or an expression reads, sorted."""
    return sorted({each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)})


def assignments(scope: Scope) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each target in a scope and what it is set to; of tuples, element by element."""
    left: list[ast.AST] = list(scope.body)
    while left:
        node = left.pop(0)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        left += ast.iter_child_nodes(node)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=False))
                yield from pairs
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            yield node.target, node.value


def attributes_set(owner: ast.ClassDef, name: str) -> list[ast.expr]:
    """What an attribute of the objects of a class is set to."""
    found = [value for target, value in assignments(owner) if isinstance(target, ast.Name) and target.id == name]
    for method in owner.body:
        if isinstance(method, ast.FunctionDef):
            found += [
                value
                for target, value in assignments(method)
                if isinstance(target, ast.Attribute) and target.attr == name
            ]
    return found
