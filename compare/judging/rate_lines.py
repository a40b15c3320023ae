"""The lines that set a learning rate, where the rates of both sides part: no operation of a framework tells of a number
of Python's, but the few ways to set a rate are known."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from compare.judging.difference import told_apart
from compare.judging.line import PARTS, Line
from compare.judging.scopes import around, assigned_names
from compare.judging.statements import tree
from compare.running.request import SIDES
from compare.traces.operations import Operations
from compare.traces.places import Place
from compare.traces.trace import TracePair

MOST = 4  # lines of a side
RATES = ("learning_rate", "lr")


def lines_of_rate(pair: TracePair, what: str, rates: Sequence[float]) -> list[Line]:
    """The lines of both sides; empty where none is found, or many."""
    found: list[Line] = []
    for side, trace, rate in zip(SIDES, pair, told_apart(*rates), strict=True):
        for file in _files(trace.operations):
            module = tree(file)
            lines = sorted({*_lines(side, module)}) if module else []
            if len(lines) <= MOST:
                at = (Place(file, line, "") for line in lines)
                found += [Line(what, side, PARTS, each, rate, "scalar") for each in at]
    return found


def _files(record: Operations | None) -> list[str]:
    """The user's files that a step ran in."""
    operations = record.operations if record else ()
    return list(dict.fromkeys(place.file for each in operations for place in each.stack))


def _lines(side: str, module: ast.Module) -> Iterator[int]:
    for node in ast.walk(module):
        given = _set_by_torch(node) if side == "torch" else _set_by_tf(node)
        if given is not None and isinstance(node, (ast.stmt, ast.expr)):
            yield from _where_computed(module, node.lineno, given)
        if side == "tf" and isinstance(node, ast.ClassDef) and any("Schedule" in ast.unparse(b) for b in node.bases):
            yield from _of_call(node)


def _set_by_torch(node: ast.AST) -> ast.expr | None:
    """What `group["lr"] = ...` sets, or the function that a scheduler as LambdaLR is given."""
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        keys = [each.slice for each in targets if isinstance(each, ast.Subscript)]
        return node.value if any(isinstance(key, ast.Constant) and key.value == "lr" for key in keys) else None
    if isinstance(node, ast.Call) and _name(node.func).endswith("LR"):
        return next(iter([*node.args[1:2], *(each.value for each in node.keywords if each.arg == "lr_lambda")]), node)
    return None


def _set_by_tf(node: ast.AST) -> ast.expr | None:
    """What `optimizer.learning_rate = ...` or `.assign(...)` sets, or a schedule of Keras' that is made."""
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return node.value if any(isinstance(each, ast.Attribute) and each.attr in RATES for each in targets) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "assign" and _name(node.func.value) in RATES and node.args:
            return node.args[0]
        return node if "schedules" in ast.unparse(node.func) else None
    return None


def _where_computed(module: ast.Module, line: int, given: ast.expr) -> Iterator[int]:
    """The line that sets it, and where a name stands for it, those that compute what the name stands for."""
    yield line
    if isinstance(given, ast.Name):
        for scope in around(module, line):
            yield from (value.lineno for value in assigned_names(scope).get(given.id, ()))
            functions = (each for each in scope.body if isinstance(each, ast.FunctionDef) and each.name == given.id)
            for function in functions:
                yield from (each.lineno for each in ast.walk(function) if isinstance(each, ast.Return))


def _of_call(schedule: ast.ClassDef) -> Iterator[int]:
    """The lines of what a schedule computes at a step."""
    for method in schedule.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__call__":
            yield from (each.lineno for each in ast.walk(method) if isinstance(each, (ast.Assign, ast.Return)))


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
