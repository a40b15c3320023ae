"""The names that are known where a piece of code stands, and the imports that a rewrite of it needs."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import Passage

IMPORTS = {"tf": "import tensorflow as tf", "keras": "import keras"}


def known_at(code: Code, node: ast.AST) -> set[str]:
    """The names that are known where a piece stands: of the file, and of all functions around it."""
    found = set(dir(builtins))
    around: ast.AST | None = node
    while around is not None:
        around = code.parents.get(around)
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            given = around.args
            found |= {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            found |= set(_bound(around))
    return found


def variables_at(code: Code, node: ast.AST) -> list[str]:
    """The variables of the lambdas that a piece stands in."""
    found: list[str] = []
    around = code.parents.get(node)
    while around is not None:
        found += [each.arg for each in around.args.args] if isinstance(around, ast.Lambda) else []
        around = code.parents.get(around)
    return found


def _bound(scope: ast.FunctionDef | ast.AsyncFunctionDef | ast.Module) -> Iterator[str]:
    """What is assigned, imported or defined in a scope; not what the functions in it hold."""
    left: list[ast.AST] = list(scope.body)
    while left:
        node = left.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((each.asname or each.name.partition(".")[0]) for each in node.names)
        else:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            left += ast.iter_child_nodes(node)


def with_imports(passage: Passage, rewrite: Rewrite) -> Rewrite:
    """A rewrite of the statement, behind the imports of what it writes and the code does not know there."""
    statement, code = passage.statement, passage.code
    known = known_at(code, statement)
    lacking = [line for name, line in IMPORTS.items() if name in _read(rewrite.new) and name not in known]
    if not lacking or hasattr(statement, "body") or rewrite.node not in passage.nodes:
        return rewrite
    begin, end = (each - code.span(statement)[0] for each in code.span(rewrite.node))
    whole = code.piece(statement).encode()
    changed = f"{whole[:begin].decode()}{code.fitting(rewrite)}{whole[end:].decode()}"
    return rewrite._replace(node=statement, new=f"\n{' ' * statement.col_offset}".join([*lacking, changed]))


def _read(text: str) -> set[str]:
    """The names in a text; none where it is no Python by itself."""
    try:
        return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    except SyntaxError:
        return set()
