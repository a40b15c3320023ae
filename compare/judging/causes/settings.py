"""Settings that differ, set as PyTorch's are: the arguments of the call that made the layer, loss or optimizer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import Passage, name_called
from compare.judging.settings import SettingRow

# What Keras calls a setting, by PyTorch's name; of two, each in turn.
ARGUMENTS = {
    "eps": ("epsilon",),
    "lr": ("learning_rate",),
    "betas": ("beta_1", "beta_2"),
    "bias": ("use_bias",),
    "stride": ("strides",),
    "dilation": ("dilation_rate",),
    "p": ("rate",),
    "alpha": ("rho", "alpha"),
    "beta": ("delta", "beta"),
    "initial_accumulator_value": ("initial_accumulator_value",),
    "gradient clipping": ("clipnorm",),
    "lambd": ("threshold",),
    "dim": ("axis",),
    "num_groups": ("groups",),
}
OF_ITS_MOMENTUM = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "BatchNorm", "SyncBatchNorm")
OF_PYTORCHS_FORMULA = (
    "eps is added",
    "momentum sense",
    "weight_decay kind",
    "weight_decay",
    "eps",
    "dampening",
    "nesterov",
)
OPTIMIZERS = {
    "Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "Nadam", "Lion", "Adafactor",
}  # fmt: skip
NAMES = {"Nadam": "NAdam"}


def same_setting(passage: Passage, row: SettingRow) -> Iterator[Rewrite]:
    """The calls of the statement, with the value that PyTorch's side has."""
    for call in passage.each(ast.Call):
        if not name_called(call)[:1].isupper():
            continue
        for arguments in _arguments(row):
            said = f"has {row.setting} {_text(row.tf)}, PyTorch {_text(row.torch)}"
            yield Rewrite(call, with_arguments(passage.code, call, arguments), said, 0)


def pytorchs_formula(passage: Passage, row: SettingRow) -> Iterator[Rewrite]:
    """The optimizer of tf_impl, which computes as PyTorch's does, in the place of Keras'."""
    for call in passage.each(ast.Call) if row.setting in OF_PYTORCHS_FORMULA else ():
        if (name := name_called(call)) in OPTIMIZERS:
            own = NAMES.get(name, name)
            inside = passage.code.piece(call)[len(passage.code.piece(call.func)) :]
            new = f'__import__("tf_impl.optimizers").optimizers.{own}{inside}'
            yield Rewrite(call, new, f"updates by Keras' formula of {name}: {row.setting}", 1)


def _arguments(row: SettingRow) -> Iterator[dict[str, str]]:
    """What to write, by the names of arguments; several guesses."""
    names = ARGUMENTS.get(row.setting, (row.setting.replace(" ", "_"),))
    value = row.torch
    if row.setting == "momentum" and row.kind.startswith(OF_ITS_MOMENTUM) and isinstance(value, float):
        value = round(1 - value, 12)
    if isinstance(value, (list, tuple)) and len(value) == len(names) > 1:
        yield dict(zip(names, map(repr, value), strict=True))
        return
    for name in names:
        yield {name: _written(value)}


def _written(value: Any) -> str:
    return repr(tuple(value) if isinstance(value, list) else value)


def _text(value: Any) -> str:
    return "none" if value is None else str(value)


def with_arguments(code: Code, call: ast.Call, arguments: dict[str, str]) -> str:
    """A call with these keywords, in place of those that it has."""
    kept = [code.piece(each) for each in call.args]
    kept += [code.piece(each) for each in call.keywords if each.arg not in arguments]
    kept += [f"{name}={value}" for name, value in arguments.items()]
    return f"{code.piece(call.func)}({', '.join(kept)})"
