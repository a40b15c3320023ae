"""What PyTorch's line computes, in the place of what tf's does."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage
from compare.judging.causes.transcription import Transcription


def as_pytorchs_line(passage: Passage) -> Iterator[Rewrite]:
    """What the statement returns or assigns, or a function in it gives, as PyTorch's statements compute it."""
    if not passage.has_tf:
        return
    calls = {ast.unparse(node.func) for node in ast.walk(passage.code.tree) if isinstance(node, ast.Call)}
    for node in _places(passage):
        transcription = Transcription(_known_at(passage, node), {each for each in calls if not _is_of_torch(each)})
        for statement in passage.torch:
            value = _computed(statement)
            text = transcription.of(value) if value is not None else None
            if text is not None:
                yield Rewrite(node, text, f"computes something else than `{ast.unparse(value)}`", 5)  # type: ignore[arg-type]


def _places(passage: Passage) -> Iterator[ast.expr]:
    value = _computed(passage.statement)
    if value is not None:
        yield value
    yield from (each.body for each in passage.each(ast.Lambda))


def _computed(statement: ast.AST) -> ast.expr | None:
    """What a statement returns or assigns; of several values, none."""
    value = statement.value if isinstance(statement, (ast.Return, ast.Assign, ast.AnnAssign)) else None
    return None if isinstance(value, ast.Tuple) else value


def _is_of_torch(call: str) -> bool:
    return call.partition(".")[0] in ("torch", "nn", "F")


def _known_at(passage: Passage, node: ast.AST) -> set[str]:
    """The names that are known where a piece stands: of the file, and of all functions around it."""
    found = set(dir(builtins))
    around: ast.AST | None = node
    while around is not None:
        around = passage.code.parents.get(around)
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            given = around.args
            found |= {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            found |= set(_bound(around))
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


RULES = (as_pytorchs_line,)
