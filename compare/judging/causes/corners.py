"""Derivatives at corners, where each framework has its own: at ties, at zero, at bounds. What is computed stays."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, name_called

# torch/_decomp/decompositions.py, 2.13: the negative branch has the zero
SELU = "1.0507009873554805 * tf.where({x} > 0, {x}, 1.6732632423543772 * tf.math.expm1(tf.minimum({x}, 0)))"
BOUNDED = "tf.where(({x} > {low}) & ({x} < {high}), {x}, tf.stop_gradient(tf.clip_by_value({x}, {low}, {high})))"
SAFE = "tf.where({s} > 0, tf.sqrt(tf.where({s} > 0, {s}, 1)), 0)"
HALVED = "tf.where({x} == {y}, ({x} + {y}) / 2, FUNCTION({x}, {y}))"
ONE_OF = "tf.one_hot(tf.ARG({x}, {axis}), {x}.shape[{axis}], True, False, axis={axis})"
FIRST = f"tf.reduce_sum(tf.where({ONE_OF}, {{x}}, 0), {{axis}}KEEP)"
EXTREMES = ("maximum", "minimum")


def at_bounds(passage: Passage) -> Iterator[Rewrite]:
    """No gradient at the bounds themselves, as PyTorch's hardtanh has it."""
    said = "passes the gradient at the bounds, PyTorch's hardtanh does not"
    for call in passage.each(ast.Call):
        name, given = name_called(call), [passage.code.piece(each) for each in call.args]
        if name in ("clip_by_value", "clip") and len(given) == 3:
            yield Rewrite(call, _of(BOUNDED, x=given[0], low=given[1], high=given[2]), said, 3)
        elif name == "hard_tanh" and len(given) == 1:
            yield Rewrite(call, _of(BOUNDED, x=given[0], low="-1", high="1"), said, 3)
    for node in _activations(passage, "hard_tanh"):
        yield Rewrite(node, f"lambda x: {BOUNDED.format(x='x', low='-1', high='1')}", said, 3)


def at_zero(passage: Passage) -> Iterator[Rewrite]:
    """SELU with the slope of its negative branch at zero."""
    said = "has the slope of the positive branch of SELU at 0, PyTorch that of the negative one"
    for call in passage.each(ast.Call):
        if name_called(call) == "selu" and len(call.args) == 1:
            yield Rewrite(call, _of(SELU, x=passage.code.piece(call.args[0])), said, 3)
    for node in _activations(passage, "selu"):
        yield Rewrite(node, f"lambda x: {SELU.format(x='x')}", said, 3)


def _activations(passage: Passage, name: str) -> Iterator[ast.expr]:
    """What a layer is given by name: "selu", tf.nn.selu."""
    for node in passage.values():
        given = isinstance(passage.code.parents.get(node), (ast.Call, ast.keyword))
        if given and (
            (isinstance(node, ast.Constant) and node.value == name)
            or (isinstance(node, ast.Attribute) and node.attr == name)
        ):
            yield node


def at_ties(passage: Passage) -> Iterator[Rewrite]:
    """Half of the gradient for each of two that are the same, as torch.maximum has it; or all for the other one."""
    for call in passage.each(ast.Call):
        name, function = name_called(call), passage.code.piece(call.func)
        if name not in EXTREMES or len(call.args) != 2:
            continue
        one, other = map(passage.code.piece, call.args)
        new = _of(HALVED, x=one, y=other).replace("FUNCTION", function)
        said = f"gives all of a tie's gradient to one side of {name}, PyTorch half to each"
        yield Rewrite(call, new, said, 3)
        said = f"gives a tie's gradient to the first of {name}, PyTorch to the other"
        yield Rewrite(call, f"{function}({other}, {one})", said, 4)


def among_many(passage: Passage) -> Iterator[Rewrite]:
    """All of the gradient for one of several that are the largest, as torch.max with a dim has it."""
    for call in passage.each(ast.Call):
        name, given = name_called(call), {str(each.arg): passage.code.piece(each.value) for each in call.keywords}
        if name not in ("reduce_max", "reduce_min", "max", "min") or not call.args:
            continue
        axis = passage.code.piece(call.args[1]) if len(call.args) > 1 else given.get("axis", "")
        if not axis.lstrip("-").isdigit():
            continue
        keep = "".join(f", {key}={value}" for key, value in given.items() if key == "keepdims")
        form = FIRST.replace("ARG", f"arg{name[-3:]}").replace("KEEP", keep)
        new = _of(form, x=passage.code.piece(call.args[0]), axis=axis)
        said = f"shares the gradient of a tie in {name}, PyTorch gives it to the first"
        yield Rewrite(call, new, said, 3)


def of_norms(passage: Passage) -> Iterator[Rewrite]:
    """Norms, and roots of sums, whose gradient at zero is 0, as that of torch.norm is; TensorFlow's is not a number."""
    said = "has no gradient where a norm is 0 (0 / 0), PyTorch's is 0 there"
    for call in passage.each(ast.Call):
        name = name_called(call)
        if name == "norm" and call.args and not {"ord"} & {each.arg for each in call.keywords}:
            rest = [passage.code.piece(each) for each in call.keywords]
            total = f"tf.reduce_sum({', '.join([f'tf.square({passage.code.piece(call.args[0])})', *rest])})"
            usable = len(call.args) == 1
        else:
            total = passage.code.piece(call.args[0]) if call.args else ""
            usable = name == "sqrt" and name_called(call.args[0] if call.args else call) in ("reduce_sum", "sum")
        if usable:
            yield Rewrite(call, _of(SAFE, s=total), said, 3)
    for node in _named(passage, "norm"):
        yield Rewrite(
            node,
            f"lambda x: {_of(SAFE, s='tf.reduce_sum(tf.square(x))')}",
            "has no gradient where a norm is 0 (0 / 0), PyTorch's is 0 there",
            4,
        )


def _named(passage: Passage, name: str) -> Iterator[ast.Attribute]:
    """A function that is handed over, and not called: `tf.norm`."""
    for node in passage.each(ast.Attribute):
        parent = passage.code.parents.get(node)
        if node.attr == name and isinstance(parent, ast.Call) and parent.func is not node:
            yield node


def _of(form: str, **values: str) -> str:
    """A form of values; of those that are more than a name or a number, each is computed once."""
    once = [name for name, value in values.items() if not (value.isidentifier() or value.strip("-").isdecimal())]
    whole = form.format(**{name: name if name in once else value for name, value in values.items()})
    return f"(lambda {', '.join(once)}: {whole})({', '.join(values[name] for name in once)})" if once else whole


RULES = (at_bounds, at_zero, at_ties, among_many, of_norms)
