"""The formulas of PyTorch's functions whose options change what they compute, in TensorFlow's words.

Each takes the arguments as text, by the names of the parameters, and gives the text; None where it has no counterpart.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

Given = Mapping[str, str]
ATTENTION = (
    "(lambda q, k, v: tf.matmul(tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * {scale}{mask}, axis=-1), v))"
    "({query}, {key}, {value})"
)
WIDTH = "tf.cast(tf.shape(q)[-1], q.dtype) ** -0.5"
CAUSAL = "tf.linalg.band_part(tf.ones((tf.shape(q)[-2], tf.shape(k)[-2]), tf.bool), -1, 0)"
LEAST = "q.dtype.min"  # of what a mask hides; its weight is 0 as that of minus infinity
NORMED = (
    "(lambda x: (x - tf.reduce_mean(x, axis={axes}, keepdims=True)) "
    "* tf.math.rsqrt(tf.math.reduce_variance(x, axis={axes}, keepdims=True) + {eps}))({x})"
)
OF_ROOT = "(lambda x: x * tf.math.rsqrt(tf.reduce_mean(x ** 2, axis={axes}, keepdims=True) + {eps}))({x})"
VARIANCE = (
    "(lambda x, v: v * tf.cast(tf.size(x), x.dtype) / tf.cast(tf.size(x) - {less} * tf.size(v), x.dtype))"
    "({x}, tf.math.reduce_variance({x}, axis={dim}, keepdims={keepdim}))"
)
SIMILARITY = (
    "(lambda x, y: tf.reduce_sum(x / tf.maximum(tf.norm(x, axis={dim}, keepdims=True), {eps}) * y / "
    "tf.maximum(tf.norm(y, axis={dim}, keepdims=True), {eps}), axis={dim}))({x1}, {x2})"
)


def attention(given: Given) -> str | None:
    mask, scale = given["attn_mask"], WIDTH if given["scale"] == "None" else given["scale"]
    if given["dropout_p"] not in ("0", "0.0") or (mask != "None" and given["is_causal"] != "False"):
        return None
    added = f" + tf.where({CAUSAL}, tf.zeros((), q.dtype), {LEAST})" if given["is_causal"] == "True" else ""
    if mask != "None":
        added = f" + (tf.where({mask}, tf.zeros((), q.dtype), {LEAST}) if {mask}.dtype == tf.bool else {mask})"
    return ATTENTION.format(mask=added, **{**given, "scale": f"({scale})"})


def normed(form: str) -> Callable[[Given], str]:
    """A normalisation over as many of the last axes as the shape has, and what it is multiplied by and added to."""

    def made(given: Given) -> str:
        shape = ast.parse(given["normalized_shape"], mode="eval").body
        count = len(shape.elts) if isinstance(shape, (ast.Tuple, ast.List)) else 1
        eps = given["eps"] if given["eps"] != "None" else f"{given['x']}.dtype.as_numpy_dtype(0)"
        text = form.format(x=given["x"], eps=eps, axes=tuple(range(-count, 0)))
        text = f"({text} * {given['weight']})" if given["weight"] != "None" else text
        return f"({text} + {given['bias']})" if given.get("bias", "None") != "None" else text

    return made


def variance(form: str) -> Callable[[Given], str]:
    def made(given: Given) -> str:
        less = {"True": "1", "False": "0"}.get(given["unbiased"], given["correction"])
        return form.format(VARIANCE.format(**given, less=less))

    return made


def flattened(given: Given) -> str | None:
    form = {("0", "-1"): "tf.reshape({x}, (-1,))", ("1", "-1"): "tf.reshape({x}, (tf.shape({x})[0], -1))"}
    made = form.get((given["start_dim"], given["end_dim"]))
    return made.format(**given) if made else None


def padded(given: Given) -> str | None:
    """PyTorch names the last axis first, each with its beginning before its end."""
    pads = ast.parse(given["pad"], mode="eval").body
    mode = {"constant": "CONSTANT", "reflect": "REFLECT"}.get(given["mode"].strip("'\""))
    if not isinstance(pads, (ast.Tuple, ast.List)) or len(pads.elts) % 2 or mode is None:
        return None
    ends = [ast.unparse(each) for each in pads.elts]
    pairs = [f"[{ends[at]}, {ends[at + 1]}]" for at in range(0, len(ends), 2)][::-1]
    value = "0" if given["value"] == "None" else given["value"]
    every = f"[[0, 0]] * (len(x.shape) - {len(pairs)}) + [{', '.join(pairs)}]"
    how = f'mode="{mode}"' if mode != "CONSTANT" else f"constant_values=tf.cast({value}, x.dtype)"
    return f"(lambda x: tf.pad(x, {every}, {how}))({given['x']})"


def split(given: Given) -> str:
    size = given["split_size_or_sections"]
    parts = size if size.startswith(("(", "[")) else f"{given['x']}.shape[{given['dim']}] // {size}"
    return f"tf.split({given['x']}, {parts}, axis={given['dim']})"


def in_order(given: Given) -> str:
    how = 'direction="DESCENDING"' if given["descending"] == "True" else 'direction="ASCENDING"'
    return "({})".format(
        ", ".join(f"tf.{name}({given['x']}, axis={given['dim']}, {how})" for name in ("sort", "argsort"))
    )


def normalized(given: Given) -> str:
    length = f"tf.norm(x, ord={given['p']}, axis={given['dim']}, keepdims=True)"
    return f"(lambda x: x / tf.maximum({length}, {given['eps']}))({given['x']})"


def last_axis(form: str) -> Callable[[Given], str | None]:
    return lambda given: form.format(**given) if given["dim"] == "-1" else None


def gelu(given: Given) -> str:
    return f"tf.nn.gelu({given['x']}, approximate={'tanh' in given['approximate']})"
