"""The lines that compute in Python the numbers that a statement uses: a rate that depends on the step, say.

No operation of a framework tells of them; that none ran on such a line is what shows that it computes numbers.
"""

from __future__ import annotations

import ast

from compare.judging.scopes import around, assigned_names, names_read
from compare.judging.statements import statement, tree
from compare.traces.operations import Operations
from compare.traces.places import Place

FUNCTIONS = ("min", "max", "abs", "float", "int", "len", "round", "pow")
MODULES = ("math", "np", "numpy")
ARITHMETIC = (ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Compare, ast.BoolOp, ast.Name, ast.Constant, ast.Attribute,
              ast.Subscript, ast.Call, ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context)  # fmt: skip
DEEPEST = 2  # numbers that are computed of others
MOST = 3  # lines of a statement


def lines_of_numbers(place: Place, record: Operations) -> list[Place]:
    """The lines that compute the numbers of a statement, in its function; empty where they are many."""
    found, module = statement(place), tree(place.file)
    if found is None or module is None or hasattr(found, "body"):
        return []
    computing = {each.line for each in record.on_line if each.file == place.file}
    assigned = assigned_names(around(module, place.line)[0])
    lines: list[int] = []
    names = names_read(found)
    for _ in range(DEEPEST):
        values = [value for name in names for value in assigned.get(name, ()) if _is_number(value, computing)]
        lines += [value.lineno for value in values]
        names = sorted({name for value in values for name in names_read(value)})
    lines = sorted({*lines} - {place.line})
    return [place._replace(line=line) for line in lines] if len(lines) <= MOST else []


def _is_number(value: ast.expr, computing: set[int]) -> bool:
    """Whether an expression computes a number, and no operation ran on its lines."""
    nodes = list(ast.walk(value))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return (
        computing.isdisjoint(range(value.lineno, (value.end_lineno or value.lineno) + 1))
        and isinstance(value, (ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Call))
        and all(isinstance(node, (*ARITHMETIC, ast.keyword)) for node in nodes)
        and all(_is_of_numbers(call.func) for call in calls)
    )


def _is_of_numbers(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in FUNCTIONS
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") in MODULES
