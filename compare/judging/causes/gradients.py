"""Where a gradient is cut, or is not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, name_called

CUTS = ("detach", "no_grad", "detach_", "data", "requires_grad_", "requires_grad")


def let_through(passage: Passage) -> Iterator[Rewrite]:
    """No stop_gradient where PyTorch lets the gradient through."""
    for call in passage.each(ast.Call):
        if name_called(call) == "stop_gradient" and call.args:
            said = "cuts the gradient (stop_gradient), which PyTorch lets through"
            yield Rewrite(call, passage.code.piece(call.args[0]), said, 3 if passage.says(*CUTS) else 1)


def cut(passage: Passage) -> Iterator[Rewrite]:
    """stop_gradient around a part whose gradient PyTorch cuts."""
    form = "tf.stop_gradient({})" if passage.has_tf else "keras.ops.stop_gradient({})"
    for value in passage.values():
        parent = passage.code.parents.get(value)
        inside = "stop_gradient" in (name_called(value), name_called(parent) if parent else "")
        if not inside and isinstance(value, (ast.Name, ast.Call, ast.BinOp, ast.Subscript, ast.Attribute, ast.UnaryOp)):
            new = form.format(passage.code.piece(value))
            said = "lets the gradient through, which PyTorch cuts (detach or no_grad)"
            yield Rewrite(value, new, said, 3 if passage.says(*CUTS) else 7)


def straight_through(passage: Passage) -> Iterator[Rewrite]:
    """`soft + stop_gradient(hard - soft)` where one of two names stands alone."""
    form = "{0} + tf.stop_gradient({1} - {0})" if passage.has_tf else "{0} + keras.ops.stop_gradient({1} - {0})"
    names = dict.fromkeys(node.id for node in ast.walk(passage.code.tree) if isinstance(node, ast.Name))
    for hard in passage.each(ast.Name) if passage.says("detach", "data") else ():
        for soft in names:
            if isinstance(hard.ctx, ast.Load) and soft != hard.id:
                said = "rounds with no gradient: PyTorch passes it straight through"
                yield Rewrite(hard, form.format(soft, hard.id), said, 8)


RULES = (let_through, cut, straight_through)
