"""Where gradients of several batches are one update: PyTorch adds them up in `.grad` until its optimizer is stepped."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import Passage, name_called

GATHERED = "gathered"  # the gradients so far, in code that is written
SUM = "[tf.add_n(each) for each in zip(*{gathered})]"
MEAN = "[tf.add_n(each) / len({gathered}) for each in zip(*{gathered})]"


def added_up(passage: Passage) -> Iterator[Rewrite]:
    """Gradients times the number over which Keras' optimizer takes their mean."""
    counts = {
        passage.code.piece(node.value)
        for node in ast.walk(passage.code.tree)
        if isinstance(node, ast.keyword) and node.arg == "gradient_accumulation_steps"
    }
    for call in passage.each(ast.Call):
        for count in sorted(counts) if name_called(call) == "gradient" else ():
            new = f"[{count} * each for each in {passage.code.piece(call)}]"
            yield Rewrite(call, new, f"takes the mean of {count} gradients, PyTorch their sum", 2)


def applied_once(passage: Passage) -> Iterator[Rewrite]:
    """The gradients of all turns of a loop in one update behind it, in the place of one update each."""
    loop = _loop_around(passage)
    for call in ast.walk(loop) if loop is not None and _steps_behind_a_loop(passage) else ():
        if name_called(call) == "apply_gradients" and isinstance(call, ast.Call) and call.args:
            given = call.args[0]
            if isinstance(given, ast.Call) and name_called(given) == "zip" and len(given.args) > 1 and loop is not None:
                for form in (SUM, MEAN):
                    new = _behind(passage.code, loop, call, given, form)
                    yield Rewrite(loop, new, "updates the weights at every turn of a loop, PyTorch once behind it", 3)


def _loop_around(passage: Passage) -> ast.For | None:
    inside: ast.AST | None = passage.statement
    while inside is not None and not isinstance(inside, (ast.For, ast.FunctionDef)):
        inside = passage.code.parents.get(inside)
    return inside if isinstance(inside, ast.For) else None


def _steps_behind_a_loop(passage: Passage) -> bool:
    """Whether PyTorch's statement that parts stands in no loop that steps the optimizer, as far as is known."""
    return not any(name_called(node) == "step" for each in passage.torch for node in ast.walk(each))


def _behind(code: Code, loop: ast.For, call: ast.Call, given: ast.Call, form: str) -> str:
    """The loop, in which gradients are gathered, and the update behind it."""
    indent = " " * loop.col_offset
    whole, begin = code.piece(loop).encode(), code.span(loop)[0]
    start, end = (each - begin for each in code.span(call))
    gathers = f"{GATHERED}.append({code.piece(given.args[0])})".encode()
    changed = (whole[:start] + gathers + whole[end:]).decode()
    first, last = (each - code.span(call)[0] for each in code.span(given.args[0]))
    applied = code.piece(call).encode()
    once = (applied[:first] + form.format(gathered=GATHERED).encode() + applied[last:]).decode()
    return f"{GATHERED} = []\n{indent}{changed}\n{indent}{once}"


RULES = (added_up, applied_once)
