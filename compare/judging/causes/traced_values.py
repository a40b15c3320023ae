"""A Python value that functions set anew, in a variable of TensorFlow's: a graph reads that at every step."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import NESTED


def rebound(code: Code) -> dict[str, ast.AST]:
    """The names that functions set anew outside of themselves, each with the function that does."""
    found: dict[str, ast.AST] = {}
    for node in ast.walk(code.tree):
        if isinstance(node, (ast.Nonlocal, ast.Global)):
            found |= dict.fromkeys(node.names, _scope(code, node))
    return found


def held_in_variables(code: Code) -> Iterator[tuple[Rewrite, Code]]:
    """The code with one of these in a variable: it is made where the value is first set, and assigned elsewhere."""
    for name, setter in rebound(code).items():
        if not _is_read_elsewhere(code, name, setter):
            continue
        stores = [
            each for each in ast.walk(code.tree) if isinstance(each, (ast.Assign, ast.AugAssign)) and _sets(each, name)
        ]
        assigned = [_assigned(code, each, name) for each in stores if _scope(code, each) is setter]
        made = [_made(code, each, name) for each in stores if _scope(code, each) is not setter]
        if assigned and made and all((*assigned, *made)):
            rewrites = [each for each in (*assigned, *made) if each is not None]
            yield rewrites[0], code.with_rewrites(rewrites)


def _is_read_elsewhere(code: Code, name: str, setter: ast.AST) -> bool:
    inside = set(ast.walk(setter))
    names = (node for node in ast.walk(code.tree) if isinstance(node, ast.Name) and node not in inside)
    return any(node.id == name and isinstance(node.ctx, ast.Load) for node in names)


def _scope(code: Code, node: ast.AST) -> ast.AST:
    inside = code.parents[node]
    while not isinstance(inside, (*NESTED, ast.Module)):
        inside = code.parents[inside]
    return inside


def _sets(statement: ast.Assign | ast.AugAssign, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name for target in _targets(statement) for node in _parts(target)
    )


def _targets(statement: ast.Assign | ast.AugAssign) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


def _parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _made(code: Code, statement: ast.Assign | ast.AugAssign, name: str) -> Rewrite | None:
    """The first value in a variable: of the port's floating-point type where it is a number."""
    value = _values(statement).get(name)
    if value is None:
        return None
    is_constant_flag = isinstance(value, ast.Constant) and isinstance(value.value, bool)
    is_flag = is_constant_flag or isinstance(value, (ast.Compare, ast.BoolOp))
    dtype = "" if is_flag else ", dtype=keras.config.floatx()"
    return Rewrite(value, f"tf.Variable({code.piece(value)}{dtype}, trainable=False)", _said(name))


def _assigned(code: Code, statement: ast.Assign | ast.AugAssign, name: str) -> Rewrite | None:
    """The variable assigned, and then what else the statement sets."""
    if isinstance(statement, ast.AugAssign):
        signs = {ast.Add: "assign_add", ast.Sub: "assign_sub"}
        how = signs.get(type(statement.op))
        return Rewrite(statement, f"{name}.{how}({code.piece(statement.value)})", _said(name)) if how else None
    values = _values(statement)
    if name not in values:
        return None
    texts = [f"{name}.assign({code.piece(values[name])})"]
    others = {other: value for other, value in values.items() if other != name}
    if others:
        apart = " = ".join(", ".join(each) for each in (others, map(code.piece, others.values())))
        reads, is_read = _reads(values[name]) & set(others), any(name in _reads(each) for each in others.values())
        if (reads and is_read) or any(
            code.piece(each) == name for each in others.values()
        ):  # that would be the variable
            return None
        texts.insert(0 if is_read else 1, apart)
    return Rewrite(statement, f"\n{' ' * statement.col_offset}".join(texts), _said(name))


def _reads(value: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}


def _values(statement: ast.Assign | ast.AugAssign) -> dict[str, ast.expr]:
    """What an assignment gives each name; empty where that is not written."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return {}
    targets, values = _parts(statement.targets[0]), _parts(statement.value)
    if len(targets) != len(values):
        return {}
    return {ast.unparse(target): value for target, value in zip(targets, values, strict=True)}


def _said(name: str) -> str:
    return f"changes `{name}` in Python, of which a graph keeps the value that it was traced with"
