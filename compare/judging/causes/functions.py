"""Another function in the place of one, one too many, and one that is left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, name_called

# Functions of which one is often taken for another; the words of PyTorch's side that tell which it should be.
FAMILIES = (
    ("reduce_sum", "reduce_mean"),
    ("sum", "mean"),
    ("reduce_max", "reduce_mean", "reduce_min", "reduce_sum"),
    ("max", "min", "mean"),
    ("reduce_any", "reduce_all"),
    ("reduce_std", "reduce_variance"),
    ("std", "var"),
    ("minimum", "maximum"),
    ("amin", "amax"),
    ("square", "abs"),
    ("log", "log1p"),
    ("exp", "softplus", "expm1", "relu", "sigmoid"),
    ("sigmoid", "tanh", "relu", "softplus", "gelu", "silu", "elu", "leaky_relu", "relu6", "selu"),
    ("softmax", "log_softmax", "sigmoid"),
    ("log_sigmoid", "sigmoid"),
    ("repeat", "tile"),
    ("floor", "round", "ceil"),
    ("argmax", "argmin"),
    ("logical_and", "logical_or"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("cumsum", "cumprod"),
    ("sin", "cos"),
    ("assign", "assign_add", "assign_sub"),
    ("l2_loss", "reduce_sum"),
    ("l2_normalize", "identity"),
    ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"),
    ("GlobalAveragePooling1D", "GlobalMaxPooling1D"),
    ("GlobalAveragePooling2D", "GlobalMaxPooling2D"),
    ("AveragePooling2D", "MaxPooling2D"),
    ("AveragePooling1D", "MaxPooling1D"),
)
# Where TensorFlow has them, unless it is at the top.
OF_NN = ("relu", "gelu", "silu", "elu", "leaky_relu", "relu6", "selu", "softmax", "log_softmax", "l2_loss")
OF_MATH = (
    "softplus", "log", "log1p", "expm1", "log_sigmoid", "cumprod", "reduce_std", "reduce_variance", "l2_normalize",
    "ceil",
)  # fmt: skip
# What may be left out, by the words of PyTorch's side that ask for it; {} is what it is applied to.
WRAPPERS = {
    ("softmax",): ("tf.nn.softmax({}, axis=-1)", "keras.ops.softmax({}, axis=-1)"),
    ("log_softmax",): ("tf.nn.log_softmax({}, axis=-1)", "keras.ops.log_softmax({}, axis=-1)"),
    ("sigmoid",): ("tf.sigmoid({})", "keras.ops.sigmoid({})"),
    ("tanh",): ("tf.tanh({})", "keras.ops.tanh({})"),
    ("relu", "clamp", "clip", "clamp_min"): ("tf.nn.relu({})", "keras.ops.relu({})"),
    ("gelu",): ("tf.nn.gelu({})", "keras.ops.gelu({}, approximate=False)"),
    ("silu", "SiLU"): ("tf.nn.silu({})", "keras.ops.silu({})"),
    ("softplus",): ("tf.math.softplus({})", "keras.ops.softplus({})"),
    ("square", "pow", "mse_loss", "norm"): ("tf.square({})", "keras.ops.square({})"),
    ("abs", "l1_loss"): ("tf.abs({})", "keras.ops.absolute({})"),
    ("sqrt", "norm", "std"): ("tf.sqrt({})", "keras.ops.sqrt({})"),
    ("rsqrt",): ("tf.math.rsqrt({})", "keras.ops.rsqrt({})"),
    ("log",): ("tf.math.log({})", "keras.ops.log({})"),
    ("log1p",): ("tf.math.log1p({})", "keras.ops.log1p({})"),
    ("exp",): ("tf.exp({})", "keras.ops.exp({})"),
    ("normalize", "norm"): ("tf.math.l2_normalize({}, axis=-1)", "keras.ops.normalize({}, axis=-1)"),
    ("minimum", "clamp", "clip"): ("tf.minimum({}, 1.0)", "keras.ops.minimum({}, 1.0)"),
    ("sum",): ("tf.reduce_sum({}, axis=-1)", "keras.ops.sum({}, axis=-1)"),
    ("mean",): ("tf.reduce_mean({})", "keras.ops.mean({})"),
    ("flip", "fliplr", "flipud"): ("tf.reverse({}, axis=[1])", "keras.ops.flip({}, axis=1)"),
    ("sign",): ("tf.sign({})", "keras.ops.sign({})"),
    ("cumsum",): ("tf.cumsum({}, axis=-1)", "keras.ops.cumsum({}, axis=-1)"),
    ("t", "T", "transpose", "mT", "permute"): ("tf.linalg.matrix_transpose({})", "keras.ops.swapaxes({}, -1, -2)"),
}
KEPT = {
    "stop_gradient",
    "assign",
    "range",
    "shape",
    "cast",
    "append",
    "reshape",
    "constant",
    "LossScaleOptimizer",
}  # by other rules, or needed


def other_functions(passage: Passage) -> Iterator[Rewrite]:
    """Another function of the same family."""
    for call in passage.each(ast.Call):
        name = name_called(call)
        for family in FAMILIES:
            for other in family if name in family else ():
                if other != name:
                    asked = passage.says(other.removeprefix("reduce_").lower(), other)
                    own = passage.says(name.removeprefix("reduce_").lower())
                    function = _named(passage.code.piece(call.func)[: -len(name)], other)
                    yield Rewrite(
                        call.func, function, f"takes {name} where PyTorch takes {other}", 2 + own + 2 * (not asked)
                    )


def _named(of: str, name: str) -> str:
    """A function of a module, "tf.nn.relu" for `of` "tf."."""
    if of.startswith("tf."):
        of = "tf.nn." if name in OF_NN else "tf.math." if name in OF_MATH else "tf."
    return f"{of}{name}"


def without_function(passage: Passage) -> Iterator[Rewrite]:
    """What a function is applied to, as it is."""
    for call in passage.each(ast.Call):
        name = name_called(call)
        if call.args and name not in KEPT and not isinstance(call.args[0], ast.Starred):
            asked = passage.says(name.removeprefix("reduce_").lower(), name)
            said = f"applies {name}, which PyTorch does not"
            yield Rewrite(call, passage.code.piece(call.args[0]), said, 6 if asked else 4)


def left_out(passage: Passage) -> Iterator[Rewrite]:
    """A function that PyTorch's side applies, around each part of the statement."""
    for words, forms in WRAPPERS.items():
        if passage.says(*words):
            form = forms[0] if passage.has_tf else forms[1]
            name = form.partition("(")[0].rpartition(".")[2]
            lacking = not any(map(passage.has, (name, *words)))
            for value in passage.values():
                if not isinstance(value, (ast.Constant, ast.Tuple, ast.List)) and name_called(value) != name:
                    new = form.format(passage.code.piece(value))
                    yield Rewrite(value, new, f"leaves {name} out, which PyTorch applies", 5 if lacking else 7)


RULES = (other_functions, without_function, left_out)
