"""An expression of PyTorch's code, written with TensorFlow's functions: of the same names, by the same arguments.

Notice what it does not know: layouts, so channels stay where the code has them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from functools import partial

from compare.judging.causes import losses, tensor_functions
from compare.judging.causes.passage import name_called

ROOTS = ("torch", "F", "nn", "functional")  # of what is called as a function; all else is a method
# By PyTorch's names, functions and methods alike; {x} is what they are applied to.
OF_ONE = {
    **{name: f"tf.{name}({{x}})" for name in ("abs", "cos", "exp", "floor", "round", "sigmoid", "sign", "sin", "sqrt")},
    **{name: f"tf.{name}({{x}})" for name in ("square", "tanh", "ones_like", "zeros_like")},
    **{name: f"tf.math.{name}({{x}})" for name in ("digamma", "erf", "expm1", "lgamma", "log", "log1p", "rsqrt")},
    **{name: f"tf.math.{name}({{x}})" for name in ("reciprocal", "softplus")},
    **{name: f"tf.nn.{name}({{x}})" for name in ("elu", "gelu", "relu", "relu6", "selu", "silu")},
    "clone": "{x}",
    "contiguous": "{x}",
    "detach": "tf.stop_gradient({x})",
    "exp2": "2 ** {x}",
    "log2": "(tf.math.log({x}) / tf.math.log(tf.constant(2, {x}.dtype)))",
    "logsigmoid": "tf.math.log_sigmoid({x})",
    "neg": "(-{x})",
    "t": "tf.transpose({x})",
}
OF_TWO = {
    "add": "({x} + {y})",
    "bmm": "tf.matmul({x}, {y})",
    "div": "({x} / {y})",
    "eq": "({x} == {y})",
    "matmul": "tf.matmul({x}, {y})",
    "max": "tf.maximum({x}, {y})",
    "maximum": "tf.maximum({x}, {y})",
    "min": "tf.minimum({x}, {y})",
    "minimum": "tf.minimum({x}, {y})",
    "mm": "tf.matmul({x}, {y})",
    "mul": "({x} * {y})",
    "ne": "({x} != {y})",
    "pow": "({x} ** {y})",
    "sub": "({x} - {y})",
    "type_as": "tf.cast({x}, {y}.dtype)",
}
OF_THREE = {
    "lerp": "({x} + {z} * ({y} - {x}))",
    "masked_fill": "tf.where({y}, tf.cast({z}, {x}.dtype), {x})",
    "where": "tf.where({x}, {y}, {z})",
}
# With `dim`, which may be left out, and `keepdim`.
REDUCTIONS = {
    "all": "tf.reduce_all",
    "amax": "tf.reduce_max",
    "amin": "tf.reduce_min",
    "any": "tf.reduce_any",
    "logsumexp": "tf.reduce_logsumexp",
    "max": "tf.reduce_max",
    "mean": "tf.reduce_mean",
    "min": "tf.reduce_min",
    "norm": "tf.norm",
    "prod": "tf.reduce_prod",
    "sum": "tf.reduce_sum",
}
# With `dim` alone.
ALONG = {
    "argmax": "tf.argmax({x}, axis={dim})",
    "argmin": "tf.argmin({x}, axis={dim})",
    "cumprod": "tf.math.cumprod({x}, axis={dim})",
    "cumsum": "tf.cumsum({x}, axis={dim})",
    "log_softmax": "tf.nn.log_softmax({x}, axis={dim})",
    "softmax": "tf.nn.softmax({x}, axis={dim})",
    "squeeze": "tf.squeeze({x}, axis={dim})",
    "unsqueeze": "tf.expand_dims({x}, {dim})",
}
JOINED = {"cat": "tf.concat({x}, axis={dim})", "stack": "tf.stack({x}, axis={dim})"}
ATTRIBUTES = {
    "values": "{x}[0]",
    "indices": "{x}[1]",
    "T": "tf.transpose({x})",
    "mT": "tf.linalg.matrix_transpose({x})",
    "data": "tf.stop_gradient({x})",
}


class UntranslatableError(Exception):
    """Something that no rule here knows."""


class Transcription(ast.NodeTransformer):
    """Writes an expression anew; `names` are those that TensorFlow's code knows where it is to stand, and `calls` what
    that calls: functions and layers of the user's own."""

    def __init__(self, names: Collection[str], calls: Collection[str]):
        self._names, self._calls, self._bound = names, calls, set[str]()

    def of(self, expression: ast.expr) -> str | None:
        """Its text; None where something of it has no counterpart."""
        try:
            return ast.unparse(self.visit(ast.parse(ast.unparse(expression), mode="eval").body))
        except UntranslatableError:
            return None

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.JoinedStr, ast.Await, ast.NamedExpr)):
            raise UntranslatableError
        return super().generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self._names:
            raise UntranslatableError
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if node.attr in ATTRIBUTES:
            return _filled(ATTRIBUTES[node.attr], x=self.visit(node.value))
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        made = self.generic_visit(node)
        assert isinstance(made, ast.BinOp)
        return _filled("tf.matmul({x}, {y})", x=made.left, y=made.right) if isinstance(made.op, ast.MatMult) else made

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function, name = node.func, name_called(node)
        if ast.unparse(function) in self._calls:
            return self.generic_visit(node)
        if isinstance(function, ast.Call):  # nn.MSELoss()(prediction, target)
            name, options = losses.CLASSES.get(name_called(function), ""), function.keywords
            return self._loss(name, node.args, options)
        if not isinstance(function, ast.Attribute):
            raise UntranslatableError
        if name in losses.FORMULAS:
            return self._loss(name, node.args, node.keywords)
        arguments = list(node.args) if _root(function) in ROOTS else [function.value, *node.args]
        if not arguments:
            raise UntranslatableError
        return self._applied(name, arguments, {str(each.arg): each.value for each in node.keywords})

    def _loss(self, name: str, arguments: Sequence[ast.expr], options: Sequence[ast.keyword]) -> ast.AST:
        given = losses.options_of(name, options)
        if given is None or len(arguments) < 2:
            raise UntranslatableError
        p, t = (ast.unparse(self.visit(each)) for each in arguments[:2])
        return _parsed(losses.filled(losses.formulas_of(name, given)[0], given, p, t))

    def _applied(self, name: str, arguments: list[ast.expr], options: dict[str, ast.expr]) -> ast.AST:
        """A function of tensors, as TensorFlow has it."""
        rest, dim = arguments[1:], options.get("dim")
        made: Callable[..., ast.AST]
        if name in ("view", "reshape") and rest:
            shape = rest[0] if len(rest) == 1 and isinstance(rest[0], ast.Tuple) else ast.Tuple(rest, ast.Load())
            return _filled("tf.reshape({x}, {y})", x=self.visit(arguments[0]), y=self.visit(shape))
        if name in ("clamp", "clip", "clamp_min", "clamp_max"):
            return self._clamped(name, arguments, options)
        if name == "size" and len(rest) == 1:
            return _filled("{x}.shape[{y}]", x=self.visit(arguments[0]), y=rest[0])
        if name in ALONG or name in JOINED:
            dim = dim or (rest[0] if rest else None) or (ast.Constant(0) if name in JOINED else None)
            if dim is None or set(options) - {"dim"} or len(rest) > 1:
                raise UntranslatableError
            return _filled({**ALONG, **JOINED}[name], x=self.visit(arguments[0]), dim=dim)
        for forms, count in ((OF_ONE, 0), (OF_TWO, 1), (OF_THREE, 2)):
            if name in forms and len(rest) == count and not options and not (name in REDUCTIONS and _is_axis(rest)):
                made = partial(_filled, forms[name])
                return made(**dict(zip("xyz", map(self.visit, arguments), strict=False)))
        if name in REDUCTIONS:
            return self._reduced(name, arguments, options)
        return self._by_formula(name, arguments, options)

    def _by_formula(self, name: str, arguments: list[ast.expr], options: dict[str, ast.expr]) -> ast.AST:
        given = [ast.unparse(self.visit(each)) for each in arguments]
        of_call = {option: ast.unparse(self.visit(value)) for option, value in options.items()}
        text = tensor_functions.written_out(name, given, of_call)
        if text is None:
            raise UntranslatableError
        return _parsed(text)

    def _clamped(self, name: str, arguments: list[ast.expr], options: dict[str, ast.expr]) -> ast.AST:
        given = dict(zip(("max",) if name == "clamp_max" else ("min", "max"), arguments[1:], strict=False)) | options
        x, low, high = self.visit(arguments[0]), given.get("min"), given.get("max")
        x = _filled("tf.maximum({x}, {y})", x=x, y=self.visit(low)) if low else x
        return _filled("tf.minimum({x}, {y})", x=x, y=self.visit(high)) if high else x

    def _reduced(self, name: str, arguments: list[ast.expr], options: dict[str, ast.expr]) -> ast.AST:
        rest = arguments[1:]
        dim, keep = options.get("dim", rest[0] if _is_axis(rest) else None), options.get("keepdim")
        if set(options) - {"dim", "keepdim"} or (rest and not _is_axis(rest)):
            raise UntranslatableError
        if name in ("max", "min") and dim:  # which are two: the values, and where they are
            if keep:
                raise UntranslatableError
            both = f"(tf.reduce_{name}({{x}}, axis={{y}}), tf.arg{name}({{x}}, axis={{y}}))"
            return _filled(both, x=self.visit(arguments[0]), y=dim)
        keywords = [ast.keyword(name, value) for name, value in (("axis", dim), ("keepdims", keep)) if value]
        return ast.Call(_parsed(REDUCTIONS[name]), [self.visit(arguments[0])], keywords)


def _is_axis(rest: Sequence[ast.expr]) -> bool:
    """Whether what follows the tensor is one axis, or several in a tuple."""
    return len(rest) == 1 and ast.unparse(rest[0]).strip("()[], -").replace(",", "").replace(" ", "").isdigit()


def _root(function: ast.Attribute) -> str:
    inner: ast.expr = function
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else ""


def _filled(form: str, **parts: ast.AST) -> ast.expr:
    """A form with these parts; of one that is asked for twice, and is no name, there is one value all the same."""
    texts = {name: ast.unparse(part) for name, part in parts.items()}
    if form.count("{x}") > 1 and not texts["x"].isidentifier():
        return _parsed(f"(lambda x: {form.format(**{**texts, 'x': 'x'})})({texts['x']})")
    return _parsed(form.format(**{name: text if text.isidentifier() else f"({text})" for name, text in texts.items()}))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
