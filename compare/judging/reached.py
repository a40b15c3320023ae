"""What an expression is made of, followed back through the names in it: what they are set to, appended, or returned.

Nothing is run. What a model or a tape is asked for is not followed: all of a model's weights are chosen by nobody.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from compare.judging.scopes import Scope, around, assignments, attributes_set

DEEPEST = 5  # names that stand for one another
FILLING = ("append", "add", "extend", "insert", "update")
OF_A_MODEL = (
    "parameters", "named_parameters", "modules", "named_modules", "children", "layers", "weights", "variables",
    "trainable_variables", "trainable_weights",
)  # fmt: skip


def reached(module: ast.Module, starts: Iterable[ast.AST], defined: bool = False) -> list[ast.AST]:
    """The nodes, and all that the names in them stand for in this file; where it is `defined`, too, what is in the body
    of a class, and the defaults of a function."""
    found: dict[int, ast.AST] = {id(each): each for each in starts}
    newest = list(found.values())
    for _ in range(DEEPEST):
        behind = {id(each): each for node in newest for each in _behind(module, node, defined)}
        newest = [each for number, each in behind.items() if number not in found]
        found |= behind
    return list(found.values())


def _behind(module: ast.Module, node: ast.AST, defined: bool) -> Iterator[ast.AST]:
    scopes = around(module, getattr(node, "lineno", 0))
    for each in _followed(node):
        if isinstance(each, ast.Name):
            yield from next(filter(None, ([*_settings(scope, each.id, defined)] for scope in scopes)), ())
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self":
            owner = next((scope for scope in scopes if isinstance(scope, ast.ClassDef)), None)
            yield from attributes_set(owner, each.attr) if owner else ()


def _followed(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of an expression, but for a model that is asked for weights, and the loss that gradients are of."""
    yield node
    children = [*ast.iter_child_nodes(node)]
    if isinstance(node, ast.Attribute) and node.attr in OF_A_MODEL:
        children = []
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("gradient", "grad"):
        children = [*node.args[1:], *node.keywords]
    for child in children:
        yield from _followed(child)


def _settings(scope: Scope, name: str, defined: bool) -> Iterator[ast.AST]:
    """What a name is set to in a scope, whole or in part: assigned, appended, looped over, or returned by itself."""
    yield from (value for target, value in assignments(scope) if _root(target, name))
    left: list[ast.AST] = list(scope.body)
    while left:
        node = left.pop(0)
        if isinstance(node, ast.For) and _root(node.target, name):
            yield node.iter
        if isinstance(node, ast.Call) and _fills(node, name):
            yield node
        if isinstance(node, ast.FunctionDef) and node.name == name:
            yield from (each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value)
            yield from (each for each in (*node.args.defaults, *node.args.kw_defaults) if each and defined)
        if isinstance(node, ast.ClassDef) and node.name == name and defined:
            yield from node.body
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            left += ast.iter_child_nodes(node)


def _fills(call: ast.Call, name: str) -> bool:
    """Whether something is added to what a name stands for."""
    is_filling = isinstance(call.func, ast.Attribute) and call.func.attr in FILLING
    return is_filling and any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(call.func))


def _root(target: ast.expr, name: str) -> bool:
    """Whether a target is a name, one of several, or an element of what it stands for."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return any(_root(each, name) for each in target.elts)
    if isinstance(target, ast.Subscript):
        return _root(target.value, name)
    return isinstance(target, ast.Name) and target.id == name
