"""Operators, their order, signs and numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, is_number, known_names, name_called

SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Pow: "**", ast.Mod: "%"}
OTHERS = {"+": "-", "-": "+", "*": "/", "/": "*", "//": "/", "**": "*"}
ALSO = {"/": "//", "*": "**"}
COMPARED = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
ORDERED = {"<": ("<=", ">", ">="), "<=": ("<", ">=", ">"), ">": (">=", "<", "<="), ">=": (">", "<=", "<")}
FACTORS = ("0.5", "2.0")
ONES, ZEROS = ("1", "1.0"), ("0", "0.0")


def other_operators(passage: Passage) -> Iterator[Rewrite]:
    """Another operator, or the operands the other way round."""
    for node in passage.each(ast.BinOp):
        left, right, sign = *map(passage.code.operand, (node.left, node.right)), SIGNS.get(type(node.op), "")
        for other in filter(None, (OTHERS.get(sign), ALSO.get(sign))):
            yield Rewrite(node, f"{left} {other} {right}", f"computes {sign} where PyTorch computes {other}", 4)
        if sign in ("-", "/", "//", "**"):
            yield Rewrite(node, f"{right} {sign} {left}", f"has the operands of {sign} the other way round", 4)


def without_operand(passage: Passage) -> Iterator[Rewrite]:
    """One of two operands alone."""
    for node in passage.each(ast.BinOp):
        for kept, dropped in ((node.left, node.right), (node.right, node.left)):
            gone = passage.code.piece(dropped)
            yield Rewrite(node, passage.code.piece(kept), f"has `{gone}` there, which PyTorch has not", 4)
            if isinstance(node.op, ast.Sub) and kept is node.right:
                yield Rewrite(node, f"-{passage.code.operand(kept)}", f"has `{gone}` there, which PyTorch has not", 5)


def other_grouping(passage: Passage) -> Iterator[Rewrite]:
    """`(a + b) * c` for `a + b * c`, and so on: the same operators, taken in another order."""
    for node in passage.each(ast.BinOp):
        sign = SIGNS.get(type(node.op), "")
        for inner, outer, first in ((node.left, node.right, False), (node.right, node.left, True)):
            if not isinstance(inner, ast.BinOp):
                continue
            low, high = map(passage.code.operand, (inner.left, inner.right))
            other, of = SIGNS.get(type(inner.op), ""), passage.code.operand(outer)
            new = f"({of} {sign} {low}) {other} {high}" if first else f"{low} {other} ({high} {sign} {of})"
            yield Rewrite(node, new, f"groups {other} and {sign} in another order", 2)


def other_signs(passage: Passage) -> Iterator[Rewrite]:
    """The negative, or one minus it."""
    for node in passage.values():
        if _decides(passage, node):
            continue
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield Rewrite(node, passage.code.piece(node.operand), "has a minus sign, PyTorch none", 4)
        elif (rest := _rest(node)) is not None:
            yield Rewrite(node, passage.code.piece(rest), "takes what is left of 1, PyTorch the value itself", 4)
        elif not isinstance(node, (ast.Constant, ast.Tuple, ast.List)):
            of = passage.code.operand(node)
            yield Rewrite(node, f"-{of}", "lacks a minus sign that PyTorch has", 6)
            yield Rewrite(node, f"1.0 - {of}", "takes the value itself, PyTorch what is left of 1", 6)


def _decides(passage: Passage, node: ast.AST) -> bool:
    """Whether a value is asked whether it is true, not how large it is."""
    parent = passage.code.parents.get(node)
    if isinstance(parent, (ast.IfExp, ast.If, ast.While, ast.Assert)):
        return parent.test is node
    is_not = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
    return is_not or isinstance(parent, ast.BoolOp)


def _rest(node: ast.AST) -> ast.expr | None:
    """What is taken from 1."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub):
        return None
    return node.right if isinstance(node.left, ast.Constant) and node.left.value == 1 else None


def other_comparisons(passage: Passage) -> Iterator[Rewrite]:
    """Another comparison of the same two."""
    for node in passage.each(ast.Compare):
        if len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
            left, right = map(passage.code.operand, (node.left, node.comparators[0]))
            sign = COMPARED[type(node.ops[0])]
            for other in ORDERED.get(sign, {"==": ("!=",), "!=": ("==",)}.get(sign, ())):
                yield Rewrite(node, f"{left} {other} {right}", f"asks for {sign} where PyTorch asks for {other}", 2)


def other_numbers(passage: Passage) -> Iterator[Rewrite]:
    """Another number: one of PyTorch's statements, of the file's constants, or one near it."""
    names = [node for node in passage.each(ast.Name) if node.id in passage.constants]
    numbers = [node for node in passage.values() if is_number(node)]
    for node in chain(names, numbers):
        own = passage.code.piece(node)
        for other in _instead_of(passage, node):
            if other != own and not (_changes_nothing(passage, node, other) or _ends_a_count(passage, node, other)):
                asked = other in passage.torch_numbers and not passage.has(other)
                yield Rewrite(node, other, f"has {own} where PyTorch has {other}", 3 if asked else 6)


def _changes_nothing(passage: Passage, node: ast.AST, other: str) -> bool:
    """Whether a factor becomes 1, or a term 0: it is then better taken away."""
    parent = passage.code.parents.get(node)
    operator = type(parent.op) if isinstance(parent, ast.BinOp) else None
    ones, zeros = (ast.Mult, ast.Div, ast.FloorDiv, ast.Pow), (ast.Add, ast.Sub)
    return (operator in ones and other in ONES) or (operator in zeros and other in ZEROS)


def _ends_a_count(passage: Passage, node: ast.AST, other: str) -> bool:
    """Whether what is counted by whole numbers would not begin with one: it would never be what it is compared with."""
    parent = passage.code.parents.get(node)
    beside = parent.elts if isinstance(parent, ast.Tuple) else [node]
    if not isinstance(passage.statement, ast.Assign) or passage.statement.value not in (node, parent):
        return False
    [target, *_] = passage.statement.targets
    targets = target.elts if isinstance(target, ast.Tuple) else [target]
    names = [ast.unparse(name) for name, value in zip(targets, beside, strict=False) if value is node]
    counts = (each for each in ast.walk(passage.code.tree) if isinstance(each, ast.AugAssign))
    return not other.lstrip("-").isdigit() and any(ast.unparse(each.target) in names for each in counts)


def _instead_of(passage: Passage, node: ast.AST) -> list[str]:
    known = [*passage.torch_numbers, *passage.constants]
    if isinstance(node, ast.Name):
        return [*known, *(each for pair in ((f"1 - {node.id}", f"{node.id} + 1", f"{node.id} - 1"),) for each in pair)]
    value = ast.literal_eval(node)
    near = [value + 1, value - 1, -value, 1 - value, 2 * value, value / 2 if value % 2 else value // 2]
    if isinstance(value, float):
        near = [round(-value, 12), round(1 - value, 12), 2 * value, value / 2]
    return list(dict.fromkeys([*known, *map(repr, near)]))


def left_out(passage: Passage) -> Iterator[Rewrite]:
    """A factor or a term that PyTorch's side has, beside each part of the statement."""
    named = [name for name in known_names(passage) if passage.says(name)]
    for node in passage.values():
        if isinstance(node, (ast.Constant, ast.Tuple, ast.List)):
            continue
        of = passage.code.operand(node)
        for other in dict.fromkeys((*passage.torch_numbers, *named, *FACTORS)):
            asked = other in passage.torch_numbers and not passage.has(other)
            bound = f"({other})" if isinstance(ast.parse(other, mode="eval").body, ast.BinOp) else other
            for sign in (*(("*", "/") if other not in ONES else ()), *(("+", "-") if other not in ZEROS else ())):
                yield Rewrite(node, f"{of} {sign} {bound}", f"lacks `{sign} {bound}`", 6 if asked else 8)


def residual(passage: Passage) -> Iterator[Rewrite]:
    """What a function is applied to, added to what it gives."""
    for call in passage.each(ast.Call):
        for given in call.args:
            if isinstance(given, ast.Name):
                of = passage.code.piece(call)
                yield Rewrite(call, f"{given.id} + {of}", f"does not add `{given.id}` to it, as PyTorch does", 6)


def beside_the_root(passage: Passage) -> Iterator[Rewrite]:
    """Something small, usually an epsilon, added under a root for behind it, and the other way round."""
    for call in passage.each(ast.Call):
        under = call.args[0] if call.args else None
        if name_called(call) == "sqrt" and isinstance(under, ast.BinOp) and isinstance(under.op, ast.Add):
            function, of, small = map(passage.code.piece, (call.func, under.left, under.right))
            yield Rewrite(call, f"{function}({of}) + {small}", f"adds {small} under the root, PyTorch behind it", 1)
    for node in passage.each(ast.BinOp):
        if isinstance(node.op, ast.Add) and isinstance(node.left, ast.Call) and name_called(node.left) == "sqrt":
            function, of, small = map(passage.code.piece, (node.left.func, node.left.args[0], node.right))
            yield Rewrite(node, f"{function}({of} + {small})", f"adds {small} behind the root, PyTorch under it", 1)


RULES = (
    other_operators,
    without_operand,
    other_grouping,
    other_signs,
    other_comparisons,
    other_numbers,
    left_out,
    residual,
    beside_the_root,
)
