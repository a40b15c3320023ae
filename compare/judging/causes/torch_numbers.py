"""The numbers that PyTorch's code gives names to, and those that it computes of them."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from compare.judging.causes.passage import name_called

Named = Mapping[str, ast.expr]
OPERATIONS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}


def numbers_of(torch: Iterable[ast.AST]) -> Named:
    """The names that PyTorch's code assigns, or hands to its functions, just once, and what; else their defaults."""
    nodes = [node for each in torch for node in ast.walk(each)]
    functions = {each.name: each for each in nodes if isinstance(each, ast.FunctionDef)}
    found: dict[str, list[ast.expr]] = {}
    for name, value in (pair for node in nodes for pair in _assigned(node, functions)):
        if ast.unparse(value) != name:
            found.setdefault(name, []).append(value)
    defaults = {name: value for each in functions.values() for name, value in _defaults(each)}
    return defaults | {name: values[0] for name, values in found.items() if len(values) == 1}


def number_of(value: ast.expr | None, known: Named) -> float | None:
    """A number that code writes, computes or names; None where it is not known."""
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, (int, float)) else None
    if isinstance(value, ast.Name) and value.id in known:
        return number_of(known[value.id], {name: each for name, each in known.items() if name != value.id})
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        inner = number_of(value.operand, known)
        return None if inner is None else -inner
    if isinstance(value, ast.BinOp) and type(value.op) in OPERATIONS:
        left, right = (number_of(each, known) for each in (value.left, value.right))
        with suppress(ArithmeticError):
            return None if left is None or right is None else OPERATIONS[type(value.op)](left, right)
    return None


def rates_in(torch: Sequence[ast.AST]) -> list[float]:
    """The learning rates that PyTorch's code gives an optimizer."""
    keywords = (node for each in torch for node in ast.walk(each) if isinstance(node, ast.keyword) and node.arg == "lr")
    known = numbers_of(torch)
    found = [number_of(each.value, known) for each in keywords]
    return [each for each in dict.fromkeys(found) if each is not None]


def _assigned(node: ast.AST, functions: Mapping[str, ast.FunctionDef]) -> list[tuple[str, ast.expr]]:
    """The names that a statement assigns, or those of the function that a call calls, and what each is."""
    if isinstance(node, ast.Assign):
        return [pair for target in node.targets for pair in _pairs(target, node.value)]
    called = functions.get(name_called(node))
    if called is None or not isinstance(node, ast.Call):
        return []
    by_place = zip((each.arg for each in called.args.args), node.args, strict=False)
    return [*by_place, *((each.arg, each.value) for each in node.keywords if each.arg)]


def _defaults(function: ast.FunctionDef) -> list[tuple[str, ast.expr]]:
    given = function.args
    last = given.args[len(given.args) - len(given.defaults) :]
    return [(each.arg, value) for each, value in zip(last, given.defaults, strict=True)]


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        return [(target.id, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return [pair for one in zip(target.elts, value.elts, strict=True) for pair in _pairs(*one)]
    return []
