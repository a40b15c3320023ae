"""What a sum is divided by, and in which order a value is reduced and changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, is_number, known_names, name_called
from compare.judging.causes.scope import variables_at

MEANS = {"reduce_mean": "reduce_sum", "mean": "sum"}
SUMS = {total: mean for mean, total in MEANS.items()}
# Functions whose order is often exchanged.
COMMUTED = {
    "reduce_mean", "reduce_sum", "mean", "sum", "square", "sqrt", "abs", "log", "exp", "softmax", "sigmoid", "tanh",
    "maximum", "minimum", "relu", "transpose", "stop_gradient", "l2_normalize", "norm", "reduce_max", "reduce_min",
}  # fmt: skip


def _other(passage: Passage, call: ast.Call, name: str) -> str:
    """What is called, under another name."""
    return passage.code.piece(call.func)[: -len(name_called(call))] + name


def of_rows(passage: Passage) -> Iterator[Rewrite]:
    """The mean of a sum over the last axes for a mean over all, and the other way round."""
    for call in passage.each(ast.Call):
        name = name_called(call)
        if not call.args or name not in MEANS:
            continue
        inner, mean = call.args[0], passage.code.piece(call.func)
        if len(call.args) == 1 and not call.keywords:
            for axis in ("-1", "1", "(1, 2)", "(1, 2, 3)", "0"):
                new = f"{mean}({_other(passage, call, MEANS[name])}({passage.code.piece(inner)}, axis={axis}))"
                yield Rewrite(call, new, f"takes the mean over all, PyTorch the mean of sums along axis {axis}", 4)
        if name_called(inner) == MEANS[name] and isinstance(inner, ast.Call) and inner.args:
            new = f"{mean}({passage.code.piece(inner.args[0])})"
            yield Rewrite(call, new, "takes the mean of sums, PyTorch the mean over all", 4)


def of_what_counts(passage: Passage) -> Iterator[Rewrite]:
    """A sum over what counts, divided by how much counts, for a mean over all; and the other way round."""
    own = [
        name for name in known_names(passage) if any(isinstance(n, ast.Name) and n.id == name for n in passage.nodes)
    ]
    for call in passage.each(ast.Call):
        name, known = name_called(call), [*variables_at(passage.code, call), *own]
        if name in MEANS and call.args:
            total, inside = _other(passage, call, MEANS[name]), _inside(passage, call)
            counts = [passage.code.piece(each) for each in _factors(call.args[0])]
            axes = "".join(f", {passage.code.piece(each)}" for each in (*call.args[1:], *call.keywords))
            for count in dict.fromkeys([*counts, *known]):
                new = f"{total}({inside}) / {total}({count}{axes})"
                yield Rewrite(call, new, f"divides by all there are, PyTorch by the sum of {count}", 3)
    for node in passage.each(ast.BinOp):
        if isinstance(node.op, ast.Div) and isinstance(node.left, ast.Call) and name_called(node.left) in SUMS:
            total = passage.code.piece(node.left.func)
            for count in (passage.code.piece(each) for each in _factors(node.left.args[0]) if node.left.args):
                new = f"{passage.code.piece(node.left)} / {total}({count})"
                said = f"divides by {passage.code.piece(node.right)}, PyTorch by the sum of {count}"
                yield Rewrite(node, new, said, 3)
            mean = _other(passage, node.left, SUMS[name_called(node.left)])
            new = f"{mean}({_inside(passage, node.left)})"
            yield Rewrite(node, new, f"divides by {passage.code.piece(node.right)}, PyTorch by all there are", 3)


def _inside(passage: Passage, call: ast.Call) -> str:
    return ", ".join(passage.code.piece(each) for each in (*call.args, *call.keywords))


def _factors(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*_factors(node.left), *_factors(node.right)]
    return [node] if isinstance(node, (ast.Name, ast.Call, ast.Subscript, ast.Attribute)) else []


def by_the_batch(passage: Passage) -> Iterator[Rewrite]:
    """Divided by the number of examples, or of elements."""
    for call in passage.each(ast.Call):
        if name_called(call) in SUMS and call.args and passage.has_tf:
            of, whole = passage.code.piece(call.args[0]), passage.code.piece(call)
            dtype = f"{passage.code.operand(call.args[0])}.dtype"
            number = f"tf.cast(tf.shape({of})[0], {dtype})"
            yield Rewrite(call, f"{whole} / {number}", "takes a sum, PyTorch divides it by the number of examples", 4)


def by_those_there_are(passage: Passage) -> Iterator[Rewrite]:
    """Divided by the number of examples of this batch, in the place of a number of the port's own."""
    for node in passage.each(ast.BinOp):
        number = node.right
        if not isinstance(node.op, ast.Div) or not isinstance(node.left, ast.Call) or not _is_set(number):
            continue
        names = [each.id for each in ast.walk(node.left) if isinstance(each, ast.Name)]
        for name in (each for each in dict.fromkeys(names) if each in known_names(passage)):
            said = f"divides by {passage.code.piece(number)}, PyTorch by the number of examples that there are"
            yield Rewrite(number, f"{name}.shape[0]", said, 3)


def _is_set(node: ast.expr) -> bool:
    """Whether it is a number, a name, or what a function of the user's own gives."""
    return (
        is_number(node)
        or isinstance(node, (ast.Name, ast.Attribute))
        or isinstance(getattr(node, "func", None), ast.Name)
    )


def over_one_less(passage: Passage) -> Iterator[Rewrite]:
    """A deviation or variance over N - 1, as PyTorch's are by default."""
    for call in passage.each(ast.Call):
        name = name_called(call)
        if name in ("reduce_std", "reduce_variance") and call.args and passage.has_tf:
            of, axes = passage.code.piece(call.args[0]), [passage.code.piece(each) for each in call.keywords]
            total = f"tf.reduce_sum({', '.join([f'tf.square({of} - tf.reduce_mean({of}))', *axes])})"
            number = f"(tf.cast(tf.size({of}), {passage.code.operand(call.args[0])}.dtype) - 1.0)"
            if not axes:
                variance = f"{total} / {number}"
                new = f"tf.sqrt({variance})" if name == "reduce_std" else variance
                yield Rewrite(call, new, "divides by N, PyTorch by N - 1", 2)


def in_the_other_order(passage: Passage) -> Iterator[Rewrite]:
    """`g(f(x))` for `f(g(x))`."""
    for call in passage.each(ast.Call):
        inner = call.args[0] if call.args else None
        if isinstance(inner, ast.Call) and inner.args and {name_called(call), name_called(inner)} <= COMMUTED:
            rest, own = ([passage.code.piece(e) for e in (*each.args[1:], *each.keywords)] for each in (call, inner))
            within = f"{passage.code.piece(call.func)}({', '.join([passage.code.piece(inner.args[0]), *rest])})"
            new = f"{passage.code.piece(inner.func)}({', '.join([within, *own])})"
            said = f"takes {name_called(call)} of {name_called(inner)}, PyTorch the other way round"
            yield Rewrite(call, new, said, 2)


RULES = (of_rows, of_what_counts, by_the_batch, by_those_there_are, over_one_less, in_the_other_order)
