"""How a loop of the user's own takes gradients: inside which tape, of what, added up or averaged."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, name_called

SUMS = ("sum", "add_n")


def inside_the_tape(passage: Passage) -> Iterator[Rewrite]:
    """What is computed right before a tape begins to record, computed in it: its gradient counts then."""
    tape, before = passage.statement, _before(passage)
    if not isinstance(tape, ast.With) or not isinstance(before, (ast.Assign, ast.AnnAssign)):
        return
    if any(name_called(each.context_expr) == "GradientTape" for each in tape.items) and _calls(before):
        first, indent = tape.body[0], " " * tape.body[0].col_offset
        header = passage.code.piece(tape).encode()[: passage.code.span(first)[0] - passage.code.span(tape)[0]].decode()
        places = {"lineno": before.lineno, "col_offset": before.col_offset}
        both = ast.Pass(**places, end_lineno=first.lineno, end_col_offset=first.col_offset)
        new = f"{header}{passage.code.piece(before)}\n{indent}"
        said = f"computes `{_target(before)}` outside of the tape, so it is a constant: PyTorch has its gradient too"
        yield Rewrite(both, new, said, 2)


def _before(passage: Passage) -> ast.stmt | None:
    block = getattr(passage.code.parents.get(passage.statement), "body", [])
    at = block.index(passage.statement) if passage.statement in block else 0
    return block[at - 1] if at else None


def _calls(statement: ast.stmt) -> bool:
    return any(isinstance(each, ast.Call) for each in ast.walk(statement))


def _target(statement: ast.Assign | ast.AnnAssign) -> str:
    return ast.unparse(statement.targets[0] if isinstance(statement, ast.Assign) else statement.target)


def none_left_out(passage: Passage) -> Iterator[Rewrite]:
    """No zeros in the place of a gradient that is not there: optimizers skip None, as PyTorch's do."""
    said = "puts zeros in the place of a gradient that is not there, PyTorch's optimizers leave such a weight out"
    for node in passage.each(ast.IfExp):
        for zeros, kept in ((node.body, node.orelse), (node.orelse, node.body)):
            if _asks_for_none(node.test) and name_called(zeros) in ("zeros_like", "zeros"):
                yield Rewrite(node, passage.code.piece(kept), said, 1)
    for call in passage.each(ast.Call):
        if name_called(call) == "gradient" and any(each.arg == "unconnected_gradients" for each in call.keywords):
            rest = [*call.args, *(each for each in call.keywords if each.arg != "unconnected_gradients")]
            new = f"{passage.code.piece(call.func)}({', '.join(map(passage.code.piece, rest))})"
            yield Rewrite(call, new, said, 1)


def _asks_for_none(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and any(
        isinstance(each, ast.Constant) and each.value is None for each in (test.left, *test.comparators)
    )


def averaged(passage: Passage) -> Iterator[Rewrite]:
    """The mean of gradients, as of replicas or parts of a batch, in the place of their sum."""
    said = "adds up the gradients, PyTorch takes their mean"
    for call in passage.each(ast.Call):
        if name_called(call) in SUMS and len(call.args) == 1 and isinstance(call.args[0], ast.Name):
            new = f"{passage.code.piece(call)} / len({call.args[0].id})"
            yield Rewrite(call, new, said, 3)
    for node in passage.each(ast.Attribute):
        if node.attr == "SUM" and ast.unparse(node.value).rpartition(".")[2] == "ReduceOp":
            yield Rewrite(node, f"{ast.unparse(node.value)}.MEAN", said, 1)


RULES = (inside_the_tape, none_left_out, averaged)
