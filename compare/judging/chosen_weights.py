"""The lines that choose which weights an optimizer is given, or treats otherwise: filters, slices, groups, conditions.

Notice where these are looked for: only in what an optimizer's constructor is given, and what applies gradients.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from compare.judging.reached import reached
from compare.judging.scopes import around
from compare.judging.statements import statement, tree
from compare.traces.places import Place

APPLY = {"torch": ("add_param_group",), "tf": ("apply_gradients", "apply", "minimize", "exclude_from_weight_decay")}
# Of a weight that a loop goes over.
BY_HAND = {"torch": ("mul_", "add_", "sub_", "copy_"), "tf": ("assign", "assign_sub", "assign_add")}
EXCLUDE = "exclude"
OF_A_WEIGHT = {"name", "path", "ndim", "shape", "dim", "requires_grad", "trainable", "endswith", "startswith"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
MOST = 6  # lines of a side


class Choice(NamedTuple):
    """What the optimizers that a file makes are given: the lines that it comes through, those that choose among the
    weights, and those that hand them over."""

    reached: frozenset[int] = frozenset()
    choosing: tuple[int, ...] = ()
    handing: tuple[int, ...] = ()


def choice_of(side: str, file: str, makers: Sequence[int]) -> Choice:
    """`makers` are the lines of a file that make the optimizers of a side, innermost first."""
    module = tree(file)
    if module is None:
        return Choice()
    calls = [each for each in ast.walk(module) if isinstance(each, ast.Call)]
    made = [each for each in calls if any(each.lineno <= line <= (each.end_lineno or line) for line in makers)]
    handing = [each for each in calls if _hands_over(side, module, each)]
    given = reached(module, [value for each in (*made, *handing) for value in _arguments(each)])
    tests = reached(module, [each.test for node in (*given, *handing) for each in _conditions(module, node)])
    nodes = [*given, *tests]
    choosing = [line for node in (*nodes, *made, *handing) for line in _choosing(module, node)]
    lines = (each.lineno for each in (*nodes, *handing) if isinstance(each, (ast.expr, ast.stmt)))
    return Choice(
        frozenset(_begin(file, line) for line in lines),
        _once(file, [*choosing, *_tests_of(module, made)]),
        _once(file, [*makers[:1], *(each.lineno for each in handing)]),
    )


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(each.value for each in call.keywords)]


def _hands_over(side: str, module: ast.Module, call: ast.Call) -> bool:
    """Whether a call applies gradients, excludes weights, or changes each of some weights by hand."""
    if not isinstance(call.func, ast.Attribute):
        return False
    name, owner = call.func.attr, call.func.value
    if name in BY_HAND[side]:
        loops = [each for each in _around(module, call, ast.For) if isinstance(each, ast.For)]
        targets = {each.id for loop in loops for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
        is_of_step = not any(isinstance(scope, ast.ClassDef) for scope in around(module, call.lineno))
        return is_of_step and any(isinstance(each, ast.Name) and each.id in targets for each in ast.walk(owner))
    return name in APPLY[side]


def _choosing(module: ast.Module, node: ast.AST) -> Iterator[int]:
    """The lines of what is reached that choose, and of the conditions in a loop that it stands under."""
    yield from (each.lineno for each in ast.walk(node) if isinstance(each, ast.expr) and _chooses(each))
    if isinstance(node, ast.expr):
        yield from (line for each in _conditions(module, node) for line in (each.test.lineno, node.lineno))
        yield from [node.lineno] if _asks(node) else ()


def _conditions(module: ast.Module, node: ast.AST) -> list[ast.If]:
    """The conditions that something stands under in a loop, here over weights."""
    if not isinstance(node, ast.expr) or not _around(module, node, ast.For):
        return []
    return [each for each in _around(module, node, ast.If) if isinstance(each, ast.If) and _tells(each.test)]


def _asks(node: ast.AST) -> bool:
    """Whether an expression is a condition on a weight: what a function returns that a filter calls."""
    if isinstance(node, ast.Call) and _called(node) not in ("any", "all", "startswith", "endswith"):
        return False
    asked = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)} & OF_A_WEIGHT
    is_of_names = isinstance(node, ast.Compare) and any(isinstance(each, (ast.In, ast.NotIn)) for each in node.ops)
    return is_of_names or (isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Call)) and bool(asked))


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _chooses(node: ast.expr) -> bool:
    if isinstance(node, COMPREHENSIONS):
        return any(_tells(test) for each in node.generators for test in each.ifs)
    if isinstance(node, ast.IfExp):
        return _tells(node.test)
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Slice) and getattr(node.value, "attr", "") != "shape"
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):  # of names
        return bool(node.elts) and all(isinstance(e, ast.Constant) and isinstance(e.value, str) for e in node.elts)
    if isinstance(node, ast.Dict):
        return len(node.keys) > 1 and any(isinstance(key, ast.Constant) and key.value == "params" for key in node.keys)
    if not isinstance(node, ast.Call):
        return False
    name, keywords = _called(node), [str(each.arg) for each in node.keywords]
    is_group = name == "dict" and "params" in keywords
    return is_group or name == "filter" or any(EXCLUDE in each for each in (name, *keywords))


def _tells(test: ast.expr) -> bool:
    """Whether a condition asks for more than that there is something."""
    nones = (isinstance(each, ast.Constant) and each.value is None for each in ast.walk(test))
    return isinstance(test, (ast.Compare, ast.Call, ast.BoolOp, ast.UnaryOp, ast.Attribute)) and not any(nones)


def _tests_of(module: ast.Module, made: Iterable[ast.Call]) -> Iterator[int]:
    """The lines in a user's own optimizer that ask for a weight's name or shape."""
    names = {getattr(each.func, "id", "") for each in made}
    for owner in (each for each in ast.walk(module) if isinstance(each, ast.ClassDef) and each.name in names):
        for each in ast.walk(owner):
            test = each.value if isinstance(each, ast.Return) else getattr(each, "test", None)
            yield from [test.lineno] if isinstance(test, ast.expr) and _asks(test) else ()


def _around(module: ast.Module, node: ast.expr, kind: type[ast.stmt]) -> list[ast.stmt]:
    """The statements of a kind that a node stands in, in its own function."""
    scope, line = around(module, node.lineno)[0], node.lineno
    every = (each for each in ast.walk(scope) if isinstance(each, kind) and isinstance(each, (ast.For, ast.If)))
    return [each for each in every if each.body[0].lineno <= line <= (each.end_lineno or each.lineno)]


def _once(file: str, lines: Iterable[int]) -> tuple[int, ...]:
    """The first of these lines in each statement."""
    by_statement = {_begin(file, line): line for line in sorted({*lines}, reverse=True)}
    return tuple(sorted(by_statement.values())[:MOST])


def _begin(file: str, line: int) -> int:
    """The first line of the innermost statement that a line is in."""
    found = statement(Place(file, line, ""))
    return line if found is None else found.lineno
