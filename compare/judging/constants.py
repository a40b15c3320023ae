"""The numbers that a statement takes from elsewhere in its file: constants, defaults of parameters, what a call gives.

Nothing is run: what is not plainly a number is not known.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from compare.judging.scopes import Scope, Scopes, around, assignments, attributes_set
from compare.judging.statements import statement, tree
from compare.judging.value_nodes import value_nodes
from compare.traces.places import Place

OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
WRAPPERS = ("float", "int", "constant", "tensor", "convert_to_tensor", "as_tensor", "cast", "Variable")
DEEPEST = 4  # names that stand for one another
MOST_SETTINGS = 3  # of one name: what is set again and again is no constant


class Number(NamedTuple):
    """A number, and the line that says it."""

    value: float
    at: Place


def numbers_of(place: Place) -> list[Number]:
    """The numbers in the statement of a line, and those that its names stand for, each with the line that sets it."""
    found, module = statement(place), tree(place.file)
    if found is None or module is None or hasattr(found, "body"):
        return []
    scopes = around(module, place.line)
    numbers = (_number(node, place, scopes) for node in value_nodes(found) if isinstance(node, ast.expr))
    return list(dict.fromkeys(number for number in numbers if number))


def _number(node: ast.expr, place: Place, scopes: Scopes) -> Number | None:
    if isinstance(node, ast.Constant):
        value = _value(node, place.file, scopes, 0)
        return None if value is None else Number(value, place)
    return _of_name(node, place.file, scopes, DEEPEST) if isinstance(node, (ast.Name, ast.Attribute)) else None


def only_in_one(ones: Sequence[Number], others: Sequence[Number]) -> tuple[list[Number], list[Number]]:
    """The numbers of each that the other has in no form: one over it, the negative; nothing where one has none."""
    left = [each for each in ones if not any(_is_same(each.value, other.value) for other in others)]
    right = [each for each in others if not any(_is_same(each.value, one.value) for one in ones)]
    return (left, right) if left and right else ([], [])


def _is_same(one: float, other: float) -> bool:
    forms = [other, -other, *([1 / other] if other else [])]
    return any(math.isclose(one, form, rel_tol=1e-12) for form in forms)


def _of_name(node: ast.expr, file: str, scopes: Scopes, deepest: int) -> Number | None:
    """What a name, or an attribute of the object itself, stands for, where it is set once, and to a number."""
    if isinstance(node, ast.Attribute):
        classes = [scope for scope in scopes if isinstance(scope, ast.ClassDef)]
        if not classes or not (isinstance(node.value, ast.Name) and node.value.id == "self"):
            return None
        return _first_known(attributes_set(classes[0], node.attr), file, scopes, deepest)
    for number, scope in enumerate(scopes):
        if isinstance(node, ast.Name) and (settings := [*_settings(scope, node.id, scopes[-1])]):
            return _first_known(settings, file, scopes[number:], deepest)
    return None


def _first_known(settings: Sequence[ast.expr], file: str, scopes: Scopes, deepest: int) -> Number | None:
    """The number that all these settings of one name agree on, and the line of the first; None where they are many."""
    if not 0 < len(settings) <= MOST_SETTINGS:
        return None
    values: set[float] = set()
    for each in settings:
        value = _value(each, file, around(_module(scopes), each.lineno), deepest - 1)
        if value is None or (values and value not in values):
            return None
        values.add(value)
    first, own = settings[0], around(_module(scopes), settings[0].lineno)
    if isinstance(first, (ast.Name, ast.Attribute)):  # which is set to a number elsewhere
        return _of_name(first, file, own, deepest - 1)
    function = next(scope for scope in own if not isinstance(scope, ast.ClassDef))
    return Number(values.pop(), Place(file, first.lineno, getattr(function, "name", "<module>")))


def _module(scopes: Scopes) -> ast.Module:
    module = scopes[-1]
    assert isinstance(module, ast.Module)
    return module


def _settings(scope: Scope, name: str, module: Scope) -> Iterator[ast.expr]:
    """What a name is set to in a scope: by assignments, as the default of a parameter, or by those who call."""
    for target, value in assignments(scope):
        if isinstance(target, ast.Name) and target.id == name:
            yield value
    if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
        parameters = [*scope.args.posonlyargs, *scope.args.args]
        names, defaults = [each.arg for each in parameters], dict(_defaults(scope))
        if name in names or name in defaults:
            place = names.index(name) if name in names else None
            given = [*_given(module, scope, name, place)]
            yield from given or ([defaults[name]] if name in defaults else [])


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.expr]]:
    parameters = [*function.args.posonlyargs, *function.args.args]
    with_default = parameters[len(parameters) - len(function.args.defaults) :]
    yield from ((each.arg, default) for each, default in zip(with_default, function.args.defaults, strict=True))
    for each, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if default is not None:
            yield each.arg, default


def _given(
    module: Scope, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, place: int | None
) -> Iterator[ast.expr]:
    """What the calls of a function, or of the class that it makes objects of, give to a parameter."""
    owner = next((node for node in ast.walk(module) if isinstance(node, ast.ClassDef) and function in node.body), None)
    called = owner.name if owner is not None and function.name == "__init__" else function.name
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        if getattr(call.func, "id", getattr(call.func, "attr", None)) != called:
            continue
        by_keyword = [each.value for each in call.keywords if each.arg == name]
        at = None if place is None else place - (owner is not None)
        by_place = [call.args[at]] if at is not None and 0 <= at < len(call.args) else []
        yield from by_keyword or by_place


def _value(node: ast.expr, file: str, scopes: Scopes, deepest: int) -> float | None:
    """The number that an expression is; None where that is not plain."""
    if isinstance(node, ast.Constant):
        return float(node.value) if isinstance(node.value, (int, float)) else None  # a bool is a number, too
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _value(node.operand, file, scopes, deepest)
        return value if value is None or isinstance(node.op, ast.UAdd) else -value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = (_value(each, file, scopes, deepest) for each in (node.left, node.right))
        return None if left is None or right is None else _computed(OPERATORS[type(node.op)], left, right)
    if isinstance(node, ast.Call) and node.args:
        name, value = getattr(node.func, "id", getattr(node.func, "attr", "")), None
        value = _value(node.args[0], file, scopes, deepest)
        if value is None or name in WRAPPERS:
            return value
        return _computed(getattr(math, name), value) if name in ("sqrt", "log", "exp") else None
    if isinstance(node, (ast.Name, ast.Attribute)) and deepest:
        number = _of_name(node, file, scopes, deepest)
        return None if number is None else number.value
    return None


def _computed(function: Callable[..., float], *values: float) -> float | None:
    try:
        return float(function(*values))
    except (ArithmeticError, ValueError, TypeError):
        return None
