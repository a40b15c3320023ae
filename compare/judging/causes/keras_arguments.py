"""What Keras calls the settings of a layer or an optimizer, and how it is given them."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from typing import Any

from compare.judging.causes.code import Code
from compare.judging.causes.passage import name_called
from compare.judging.settings import SettingRow

# What Keras calls a setting, by PyTorch's name; of two, each has its part of the value.
ARGUMENTS = {
    "eps": ("epsilon",),
    "lr": ("learning_rate",),
    "betas": ("beta_1", "beta_2"),
    "bias": ("use_bias",),
    "stride": ("strides",),
    "dilation": ("dilation_rate",),
    "p": ("rate",),
    "beta": ("delta",),
    "dim": ("axis",),
    "mode": ("interpolation",),
    "lambd": ("threshold",),
    "axes": ("axis",),
    "reset gate": ("reset_after",),
    "head size": ("key_dim",),
    "hidden_size": ("units",),
}
OF_NORMS = {"weight": ("scale",), "bias": ("center",)}
NORMS = ("BatchNorm", "GroupNorm", "LayerNorm")
# The first arguments of Keras' classes, by their position.
CONVOLUTION = ("filters", "kernel_size", "strides", "padding")
POOLING = ("pool_size", "strides", "padding")
POSITIONS = {
    "Activation": ("activation",),
    "Adam": ("learning_rate", "beta_1", "beta_2", "epsilon"),
    "AdamW": ("learning_rate", "weight_decay", "beta_1", "beta_2", "epsilon"),
    "BatchNormalization": ("axis", "momentum", "epsilon"),
    "Dense": ("units", "activation", "use_bias"),
    "Dropout": ("rate",),
    "ELU": ("alpha",),
    "LayerNormalization": ("axis", "epsilon"),
    "LeakyReLU": ("negative_slope",),
    "RMSprop": ("learning_rate", "rho", "momentum", "epsilon"),
    "SGD": ("learning_rate", "momentum", "nesterov"),
    **{f"Conv{rank}D": CONVOLUTION for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": CONVOLUTION for rank in (1, 2, 3)},
    **{f"{kind}Pooling{rank}D": POOLING for kind in ("Max", "Average") for rank in (1, 2, 3)},
}
# PyTorch's names of activations that Keras has under another.
ACTIVATIONS = {
    "Hardsigmoid": "hard_sigmoid",
    "Hardswish": "hard_swish",
    "LeakyReLU": "leaky_relu",
    "LogSoftmax": "log_softmax",
}
# Settings that no argument of Keras' sets: they are of its formula.
OF_THE_FORMULA = (
    "eps is added", "eps is added to the maximum", "momentum sense", "weight_decay kind", "dampening", "kind",
    "running variance",
)  # fmt: skip
# And those that layers around it set, or that follow from others.
OF_OTHERS = (
    "padding_mode", "count_include_pad", "ceil_mode", "output_padding", "batch_first", "num_features", "biases",
)  # fmt: skip


def arguments_of(rows: Iterable[SettingRow], of_tf_impl: bool = False) -> dict[str, str]:
    """What to write for these settings, by Keras' names of the arguments.

    A class `of_tf_impl` has PyTorch's values.
    """
    found: dict[str, str] = {}
    for row in rows:
        left_out = row.setting in (*OF_THE_FORMULA, *OF_OTHERS, "schedule") or _is_of_none(row)
        if left_out and not (of_tf_impl and row.setting == "dampening"):
            continue
        names = _names(row, of_tf_impl)
        values = list(row.torch) if len(names) > 1 and isinstance(row.torch, (list, tuple)) else [row.torch]
        if len(names) == 1 and not of_tf_impl:
            values = [in_keras(row, row.torch)]
        found |= dict(zip(names, map(written, values), strict=False))
    return found


def _names(row: SettingRow, of_tf_impl: bool) -> tuple[str, ...]:
    """What Keras calls a setting."""
    if row.kind in NORMS and row.setting in OF_NORMS and not of_tf_impl:
        return OF_NORMS[row.setting]
    return ARGUMENTS.get(row.setting, (row.setting.replace(" ", "_"),))


def _is_of_none(row: SettingRow) -> bool:
    """Whether PyTorch's layer has no weights to train: Keras' batch norm without them is another than a frozen one."""
    return row.setting == "trainable" and row.torch is None and row.kind == "BatchNorm"


def in_keras(row: SettingRow, value: Any) -> Any:
    """The value of a setting as Keras has it."""
    if row.setting == "momentum" and row.kind == "BatchNorm" and isinstance(value, float):
        return round(1 - value, 12)  # differs: Keras' is the share that is kept
    if row.setting == "activation" and isinstance(value, str):
        return None if value == "none" else ACTIVATIONS.get(value, value.lower())
    if row.setting == "axis" and isinstance(value, str):
        return -1 if row.tf == "axis 1" else 1  # the other end: channels are first or last
    if row.setting == "reset gate":
        return str(value).startswith("after")
    if row.setting == "trainable" and value is None:
        return False  # what PyTorch's layer has not stays as it begins: ones and zeros
    if row.setting == "padding" and isinstance(value, str):
        return value.partition(" ")[0]
    return value


def written(value: Any) -> str:
    """A value as code."""
    if isinstance(value, str):
        return json.dumps(value)
    return repr(tuple(value) if isinstance(value, list) else value)


def with_arguments(code: Code, call: ast.Call, arguments: dict[str, str]) -> str:
    """A call with these keywords, in place of those that it has, and of arguments by their position."""
    names = POSITIONS.get(name_called(call), ())
    until = next((place for place, name in enumerate(names) if name in arguments), len(call.args))
    behind = call.args[until:]
    if len(call.args) > len(names) or any(isinstance(each, ast.Starred) for each in call.args):
        until, behind = len(call.args), []
    kept = [code.piece(each) for each in call.args[:until]]
    named = zip(names[until:], behind, strict=False)
    kept += [f"{name}={code.piece(each)}" for name, each in named if name not in arguments]
    kept += [code.piece(each) for each in call.keywords if each.arg not in arguments]
    kept += [f"{name}={value}" for name, value in arguments.items()]
    return f"{code.piece(call.func)}({', '.join(kept)})"
