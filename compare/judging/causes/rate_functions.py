"""The function that PyTorch's LambdaLR is given, as one expression of TensorFlow's operations.

Notice what differs: PyTorch calls it with an int, and Python decides; a graph calls it once, with a tensor.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence

from compare.judging.causes.passage import NESTED, name_called
from compare.judging.causes.torch_numbers import Named, numbers_of

STEP = "step"  # what it is called with, as it is written
OF_TENSORS = {"min": "tf.minimum", "max": "tf.maximum", "int": "tf.floor", "abs": "tf.abs", "floor": "tf.floor"}
OF_MATH = ("cos", "sin", "exp", "sqrt", "tanh", "ceil", "pow")
OF_PYTHON = ("min", "max", "int", "abs", "float", "round", "len", "sum")  # of numbers that no step changes


class UnknownError(Exception):
    """Something whose value depends on more than the step and on numbers of the code."""


def factor_of(torch: Sequence[ast.AST]) -> str | None:
    """What LambdaLR is given in PyTorch's code, as `lambda step: ...`; None where there is none that can be written."""
    calls = (node for each in torch for node in ast.walk(each) if name_called(node) == "LambdaLR")
    call = next((each for each in calls if isinstance(each, ast.Call)), None)
    given = None if call is None else _given(call)
    function = None if given is None else _meant(given, torch)
    if function is None or len(function.args.args) != 1:
        return None
    known = {**numbers_of(torch), function.args.args[0].arg: ast.Name(STEP, ast.Load())}
    try:
        return f"lambda {STEP}: {ast.unparse(_value(_body(function), known))}"
    except UnknownError:
        return None


def _given(call: ast.Call) -> ast.expr | None:
    """The function, or that of the one group of weights."""
    given = next((each.value for each in call.keywords if each.arg == "lr_lambda"), None)
    given = given or (call.args[1] if len(call.args) > 1 else None)
    return given.elts[0] if isinstance(given, ast.List) and len(given.elts) == 1 else given


def _meant(given: ast.expr, torch: Sequence[ast.AST]) -> ast.Lambda | ast.FunctionDef | None:
    if isinstance(given, ast.Lambda):
        return given
    if not isinstance(given, ast.Name):
        return None
    functions = (node for each in torch for node in ast.walk(each) if isinstance(node, ast.FunctionDef))
    named = numbers_of(torch).get(given.id)
    return next((each for each in functions if each.name == given.id), named if isinstance(named, ast.Lambda) else None)


def _body(function: ast.Lambda | ast.FunctionDef) -> list[ast.stmt]:
    return [ast.Return(function.body)] if isinstance(function, ast.Lambda) else function.body


def _value(statements: Sequence[ast.stmt], known: Named) -> ast.expr:
    """What these statements return."""
    if not statements:
        raise UnknownError
    first, *rest = statements
    if isinstance(first, ast.Return) and first.value is not None:
        return Written(known).of(first.value)
    if isinstance(first, ast.If):
        branches = [_value([*body, *rest], known) for body in (first.body, first.orelse)]
        return _chosen(Written(known).of(first.test), *branches)
    if isinstance(first, ast.Assign) and len(first.targets) == 1 and isinstance(first.targets[0], ast.Name):
        return _value(rest, {**known, first.targets[0].id: Written(known).of(first.value)})
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return _value(rest, known)
    raise UnknownError


def _chosen(test: ast.expr, one: ast.expr, other: ast.expr) -> ast.expr:
    if not _depends(test):
        return ast.IfExp(test, one, other)
    of_tensors = (ast.unparse(each if _depends(each) else _parsed(f"tf.constant({ast.unparse(each)}, tf.float64)"))
                  for each in (one, other))  # fmt: skip
    return _parsed(f"tf.where({ast.unparse(test)}, {', '.join(of_tensors)})")


class Written(ast.NodeTransformer):
    """Writes an expression anew, with what the names mean that are `known`."""

    def __init__(self, known: Named):
        self._known = known

    def of(self, expression: ast.expr) -> ast.expr:
        found = self.visit(_parsed(ast.unparse(expression)))
        assert isinstance(found, ast.expr)
        return found

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self._known:
            raise UnknownError
        known = self._known[node.id]
        others = {name: value for name, value in self._known.items() if name != node.id}
        return known if _depends(known) else Written({} if isinstance(known, ast.Constant) else others).of(known)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if ast.unparse(node) in ("math.pi", "np.pi", "torch.pi"):
            return ast.Constant(math.pi)
        raise UnknownError

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        return _chosen(*(self.of(each) for each in (node.test, node.body, node.orelse)))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        name = "tf.logical_and" if isinstance(node.op, ast.And) else "tf.logical_or"
        found, *others = map(self.of, node.values)
        for each in others:
            found = _parsed(f"{name}({ast.unparse(found)}, {ast.unparse(each)})")
        return found

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        if len(node.ops) == 1:
            return self.generic_visit(node)
        sides = zip([node.left, *node.comparators], node.ops, node.comparators, strict=False)
        return self.visit(ast.BoolOp(ast.And(), [ast.Compare(left, [how], [right]) for left, how, right in sides]))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name, arguments = name_called(node), [self.of(each) for each in node.args]
        written = ", ".join(map(ast.unparse, arguments))
        if node.keywords or not arguments:
            raise UnknownError
        if not any(map(_depends, arguments)):
            return _of_numbers(node.func, name, written)
        if name == "float" and len(arguments) == 1:
            return arguments[0]
        if isinstance(node.func, ast.Attribute) and name in OF_MATH:
            return _parsed(f"tf.{name if name != 'ceil' else 'math.ceil'}({written})")
        if name in OF_TENSORS and len(arguments) == (2 if name in ("min", "max") else 1):
            return _parsed(f"{OF_TENSORS[name]}({written})")
        raise UnknownError

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, (ast.Lambda, ast.Subscript, ast.List, ast.ListComp, ast.Tuple, *NESTED)):
            raise UnknownError
        return super().generic_visit(node)


def _of_numbers(function: ast.expr, name: str, written: str) -> ast.expr:
    """A call whose value no step changes; one of math's is computed here, since tf's code may not import that."""
    if isinstance(function, ast.Name) and name in OF_PYTHON:
        return _parsed(f"{name}({written})")
    try:
        return ast.Constant(getattr(math, name)(*ast.literal_eval(f"({written},)")))
    except (ValueError, TypeError, AttributeError):
        raise UnknownError from None


def _depends(node: ast.AST) -> bool:
    """Whether the step decides a value."""
    return any(isinstance(each, ast.Name) and each.id == STEP for each in ast.walk(node))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
