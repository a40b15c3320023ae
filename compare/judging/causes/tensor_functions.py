"""Functions of PyTorch's with options of their own, written in TensorFlow's words.

Their axes are PyTorch's: what it does along the channels of an image has no counterpart here where those come last.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from compare.judging.causes import tensor_formulas
from compare.judging.causes.code import COMPOSITE
from compare.judging.causes.passage import is_number

NUMPY = "tf.experimental.numpy"  # what it has, it has by NumPy's rules, which are PyTorch's
OF_TRIANGLE = (  # of truths too
    "tf.where(tf.cast(tf.experimental.numpy.{which}(tf.ones(tf.shape({{x}})[-2:], tf.int32), {{diagonal}}), tf.bool), "
    "{{x}}, tf.zeros_like({{x}}))"
)
FLOAT = "keras.config.floatx()"


class Form(NamedTuple):
    """What a function takes, as Python writes it, and how it is written; None where that has no counterpart."""

    parameters: str
    made: str | Callable[[Mapping[str, str]], str | None]


FORMS: dict[str, Form] = {
    "addcdiv": Form("x, y, z, value=1", "({x} + {value} * {y} / {z})"),
    "addcmul": Form("x, y, z, value=1", "({x} + {value} * {y} * {z})"),
    "addmm": Form("x, y, z", "({x} + tf.matmul({y}, {z}))"),
    "argsort": Form("x, dim=-1, descending=False", lambda given: tensor_formulas.in_order(given) + "[1]"),
    "baddbmm": Form("x, y, z", "({x} + tf.matmul({y}, {z}))"),
    "bool": Form("x", "tf.cast({x}, tf.bool)"),
    "cdist": Form("x, y", "tf.norm(tf.expand_dims({x}, -2) - tf.expand_dims({y}, -3), axis=-1)"),
    "chunk": Form("x, chunks, dim=0", "tf.split({x}, {chunks}, axis={dim})"),
    "cosine_similarity": Form("x1, x2, dim=1, eps=1e-8", tensor_formulas.SIMILARITY),
    "diagonal": Form("x", "tf.linalg.diag_part({x})"),
    "dot": Form("x, y", "tf.reduce_sum({x} * {y})"),
    "double": Form("x", "tf.cast({x}, tf.float64)"),
    "elu": Form("x, alpha=1.0", "(lambda x: tf.where(x > 0, x, {alpha} * tf.math.expm1(tf.minimum(x, 0))))({x})"),
    "embedding": Form("x, weight", "tf.gather({weight}, {x})"),
    "expand_as": Form("x, y", "tf.broadcast_to({x}, tf.shape({y}))"),
    "flatten": Form("x, start_dim=0, end_dim=-1", tensor_formulas.flattened),
    "float": Form("x", f"tf.cast({{x}}, {FLOAT})"),
    "gather": Form("x, dim, index", "tf.gather({x}, {index}, axis={dim}, batch_dims={dim})"),
    "gelu": Form("x, approximate='none'", tensor_formulas.gelu),
    "glu": Form("x, dim=-1", "(lambda a, b: a * tf.sigmoid(b))(*tf.split({x}, 2, axis={dim}))"),
    "hardsigmoid": Form("x", "(tf.nn.relu6({x} + 3) / 6)"),
    "hardswish": Form("x", "({x} * tf.nn.relu6({x} + 3) / 6)"),
    "hardtanh": Form("x, min_val=-1.0, max_val=1.0", "tf.minimum(tf.maximum({x}, {min_val}), {max_val})"),
    "index_select": Form("x, dim, index", "tf.gather({x}, {index}, axis={dim})"),
    "int": Form("x", "tf.cast({x}, tf.int32)"),
    "layer_norm": Form(
        "x, normalized_shape, weight=None, bias=None, eps=1e-5", tensor_formulas.normed(tensor_formulas.NORMED)
    ),
    "leaky_relu": Form(
        "x, negative_slope=0.01", "(lambda x: tf.maximum(x, 0) + {negative_slope} * tf.minimum(x, 0))({x})"
    ),
    "linear": Form("x, weight, bias=0", "(tf.matmul({x}, {weight}, transpose_b=True) + {bias})"),
    "logaddexp": Form("x, y", f"{NUMPY}.logaddexp({{x}}, {{y}})"),
    "logical_and": Form("x, y", "tf.logical_and({x}, {y})"),
    "logical_not": Form("x", "tf.logical_not({x})"),
    "logical_or": Form("x, y", "tf.logical_or({x}, {y})"),
    "long": Form("x", "tf.cast({x}, tf.int64)"),
    "masked_select": Form("x, mask", "tf.boolean_mask({x}, {mask})"),
    "mish": Form("x", "({x} * tf.tanh(tf.math.softplus({x})))"),
    "movedim": Form("x, source, destination", f"{NUMPY}.moveaxis({{x}}, {{source}}, {{destination}})"),
    "mv": Form("x, y", "tf.linalg.matvec({x}, {y})"),
    "normalize": Form("x, p=2, dim=1, eps=1e-12", tensor_formulas.normalized),
    "numel": Form("x", "tf.size({x})"),
    "one_hot": Form("x, num_classes", "tf.one_hot({x}, {num_classes}, dtype=tf.int64)"),
    "outer": Form("x, y", "tf.tensordot({x}, {y}, 0)"),
    "pad": Form("x, pad, mode='constant', value=None", tensor_formulas.padded),
    "pairwise_distance": Form("x1, x2, p=2, eps=1e-6", "tf.norm({x1} - {x2} + {eps}, ord={p}, axis=-1)"),
    "repeat_interleave": Form("x, repeats, dim=None", "tf.repeat({x}, {repeats}, axis={dim})"),
    "reshape_as": Form("x, y", "tf.reshape({x}, tf.shape({y}))"),
    "rms_norm": Form("x, normalized_shape, weight=None, eps=None", tensor_formulas.normed(tensor_formulas.OF_ROOT)),
    "roll": Form("x, shifts, dims", "tf.roll({x}, {shifts}, {dims})"),
    "scaled_dot_product_attention": Form(
        "query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None", tensor_formulas.attention
    ),
    "softmin": Form("x, dim", "tf.nn.softmax(-{x}, axis={dim})"),
    "softplus": Form("x, beta=1", "(tf.math.softplus({beta} * {x}) / {beta})"),
    "softshrink": Form("x, lambd=0.5", "(tf.sign({x}) * tf.nn.relu(tf.abs({x}) - {lambd}))"),
    "softsign": Form("x", "tf.nn.softsign({x})"),
    "sort": Form("x, dim=-1, descending=False", tensor_formulas.in_order),
    "split": Form("x, split_size_or_sections, dim=0", tensor_formulas.split),
    "std": Form("x, dim=None, unbiased=None, keepdim=False, correction=1", tensor_formulas.variance("tf.sqrt({})")),
    "swapaxes": Form("x, dim0, dim1", f"{NUMPY}.swapaxes({{x}}, {{dim0}}, {{dim1}})"),
    "take_along_dim": Form("x, indices, dim", f"{NUMPY}.take_along_axis({{x}}, {{indices}}, {{dim}})"),
    "tanhshrink": Form("x", "({x} - tf.tanh({x}))"),
    "topk": Form("x, k, dim=-1", tensor_formulas.last_axis("tf.math.top_k({x}, {k})")),
    "trace": Form("x", "tf.linalg.trace({x})"),
    "transpose": Form("x, dim0, dim1", f"{NUMPY}.swapaxes({{x}}, {{dim0}}, {{dim1}})"),
    "tril": Form("x, diagonal=0", OF_TRIANGLE.format(which="tril")),
    "triu": Form("x, diagonal=0", OF_TRIANGLE.format(which="triu")),
    "unbind": Form("x, dim=0", "tf.unstack({x}, axis={dim})"),
    "var": Form("x, dim=None, unbiased=None, keepdim=False, correction=1", tensor_formulas.variance("{}")),
    "view_as": Form("x, y", "tf.reshape({x}, tf.shape({y}))"),
}
# Those that take any number of axes or sizes, as arguments or as one tuple.
OF_MANY = {
    "expand": "tf.broadcast_to({x}, {y})",
    "flip": "tf.reverse({x}, {y})",
    "permute": "tf.transpose({x}, {y})",
    "repeat": "tf.tile({x}, {y})",
    "tile": "tf.tile({x}, {y})",
}


def bound(parameters: str, arguments: Sequence[str], options: Mapping[str, str]) -> dict[str, str] | None:
    """The arguments of a call by the names of the parameters; None where they do not fit."""
    signature = ast.parse(f"lambda {parameters}: 0", mode="eval").body
    assert isinstance(signature, ast.Lambda)
    names = [each.arg for each in signature.args.args]
    usual = dict(zip(names[::-1], map(ast.unparse, signature.args.defaults[::-1]), strict=False))
    given = {**usual, **dict(zip(names, arguments, strict=False)), **options}
    fits = len(arguments) <= len(names) and set(given) == set(names)
    return {name: _operand(text) for name, text in given.items()} if fits else None


def _operand(text: str) -> str:
    piece = ast.parse(text, mode="eval").body
    return f"({text})" if isinstance(piece, COMPOSITE) and not is_number(piece) else text


def written_out(name: str, arguments: Sequence[str], options: Mapping[str, str]) -> str | None:
    """A call of a function in TensorFlow's words, its arguments in them already; None where none is known."""
    if name in OF_MANY:
        return _of_many(OF_MANY[name], arguments) if len(arguments) > 1 and not options else None
    form = FORMS.get(name)
    given = bound(form.parameters, arguments, options) if form else None
    if form is None or given is None:
        return None
    return form.made.format(**given) if isinstance(form.made, str) else form.made(given)


def _of_many(form: str, arguments: Sequence[str]) -> str:
    x, *rest = arguments
    one = ast.parse(rest[0], mode="eval").body if len(rest) == 1 else None
    return form.format(x=_operand(x), y=rest[0] if isinstance(one, (ast.Tuple, ast.List)) else f"({', '.join(rest)},)")
