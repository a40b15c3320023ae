"""The passage of code where a port parts: a statement of tf's, which may be rewritten, and PyTorch's, which say how."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from compare.judging.causes.code import Code

Kind = TypeVar("Kind", bound=ast.AST)
OF_A_PORT = ("self", "side", "model", "batch", "training")  # what a function is given, and no value of a step
NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Passage:
    """`statement` is of `code`; `torch` are statements of PyTorch's side. Of those that make its layers, the `makers`,
    the words count alone: their numbers are sizes."""

    code: Code
    statement: ast.stmt
    torch: tuple[ast.AST, ...] = ()
    makers: tuple[ast.AST, ...] = ()

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All parts of the statement; of one that holds others (a function, a loop) what is its own."""
        found: list[ast.AST] = []
        left: list[ast.AST] = [self.statement]
        while left:
            node = left.pop(0)
            found.append(node)
            left += [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.stmt)]
        return found

    def each(self, kind: type[Kind]) -> Iterator[Kind]:
        """The parts of a kind, in the order of the text."""
        return (node for node in self.nodes if isinstance(node, kind))

    def values(self) -> Iterator[ast.expr]:
        """The expressions that are computed, and not called, stored in or merely part of a name."""
        for node in self.nodes:
            if not isinstance(node, ast.expr) or isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
                continue
            parent = self.code.parents.get(node)
            called = isinstance(parent, ast.Call) and parent.func is node
            named = isinstance(parent, ast.Attribute)
            if not called and not named and not isinstance(node, (ast.Slice, ast.Starred)):
                yield node

    @cached_property
    def torch_words(self) -> frozenset[str]:
        """What PyTorch's statements name: functions, methods, variables, keywords."""
        found: set[str] = set()
        for statement in (*self.torch, *self.makers):
            for node in ast.walk(statement):
                if isinstance(node, ast.Attribute):
                    found.add(node.attr)
                elif isinstance(node, ast.Name):
                    found.add(node.id)
                elif isinstance(node, ast.keyword) and node.arg:
                    found.add(node.arg)
                elif isinstance(node, ast.Pow):
                    found.add("pow")
        return frozenset(found)

    def says(self, *words: str) -> bool:
        """Whether PyTorch's statements name one of these."""
        return bool(self.torch_words & set(words))

    def has(self, word: str) -> bool:
        """Whether the statement itself has a word or a number, as it is written."""
        return any(word in (getattr(node, "attr", None), getattr(node, "id", None)) for node in self.nodes) or any(
            ast.unparse(node) == word for node in self.nodes if isinstance(node, ast.expr)
        )

    @cached_property
    def torch_numbers(self) -> list[str]:
        """The numbers, and names of constants, in PyTorch's statements, as they are written."""
        found: dict[str, None] = {}
        for statement in self.torch:
            for node in ast.walk(statement):
                if is_number(node) or (isinstance(node, (ast.BinOp, ast.Call)) and self._is_constant(node)):
                    found[ast.unparse(node)] = None
                elif isinstance(node, ast.Name) and node.id in self.constants:
                    found[node.id] = None
        return list(found)

    def _is_constant(self, node: ast.AST) -> bool:
        """Whether an expression is computed of numbers and constants alone, as `math.sqrt(WIDTH)` is."""
        if isinstance(node, ast.BinOp):
            return self._is_constant(node.left) and self._is_constant(node.right)
        if isinstance(node, ast.Call):
            of = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id
            return of in ("math", "np") and bool(node.args) and all(map(self._is_constant, node.args))
        return is_number(node) or (isinstance(node, ast.Name) and node.id in self.constants)

    @cached_property
    def constants(self) -> dict[str, float]:
        """The numbers that the file names at its top."""
        found: dict[str, float] = {}
        for node in self.code.tree.body:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                targets, values = [node.targets[0]], [node.value]
                if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                    targets, values = node.targets[0].elts, node.value.elts
                for target, value in zip(targets, values, strict=False):
                    if isinstance(target, ast.Name) and is_number(value):
                        found[target.id] = ast.literal_eval(value)
        return found

    @cached_property
    def has_tf(self) -> bool:
        """Whether the file imports tensorflow as tf: else Keras' own operations are written."""
        return any(
            isinstance(node, ast.Import) and any(each.asname == "tf" for each in node.names)
            for node in ast.walk(self.code.tree)
        )


def is_number(node: ast.AST) -> bool:
    """Whether a piece is a number, maybe with a sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def name_called(node: ast.AST) -> str:
    """The last name of what is called, "reduce_sum" of tf.reduce_sum(x); empty where nothing is."""
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def known_names(passage: Passage) -> list[str]:
    """The variables of the function that the statement is in, as they are assigned before it."""
    inside: ast.AST | None = passage.statement
    while inside is not None and not isinstance(inside, NESTED):
        inside = passage.code.parents.get(inside)
    if not isinstance(inside, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    found = dict.fromkeys(each.arg for each in inside.args.args if each.arg not in OF_A_PORT)
    for node in ast.walk(inside):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.lineno < passage.statement.lineno:
            found[node.id] = None
    return list(found)
