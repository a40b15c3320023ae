"""Settings that differ, set as PyTorch's are: the arguments of the call that made the layer, loss or optimizer."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import Passage, name_called
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS, compare_values

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
}
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
    **{f"{kind}{rank}D": CONVOLUTION for kind in ("Conv", "SeparableConv") for rank in (1, 2, 3)},
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
# What the optimizers of tf_impl are given beside the learning rate, by PyTorch's names, with PyTorch's defaults.
MOMENTS = {"betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0}
OWN: dict[str, dict[str, Any]] = {
    "Adam": {**MOMENTS, "amsgrad": False},
    "AdamW": {**MOMENTS, "weight_decay": 0.01, "amsgrad": False},
    "SGD": {"momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False},
    "RMSprop": {"alpha": 0.99, "eps": 1e-8, "weight_decay": 0, "momentum": 0, "centered": False},
    "Adagrad": {"lr_decay": 0, "weight_decay": 0, "initial_accumulator_value": 0, "eps": 1e-10},
    "Adadelta": {"rho": 0.9, "eps": 1e-6, "weight_decay": 0},
    "Adamax": MOMENTS,
    "NAdam": {**MOMENTS, "momentum_decay": 4e-3},
    "RAdam": MOMENTS,
}
# The same of its layers; these have Keras' name.
LAYERS = {"BatchNorm": {"momentum": 0.1, "eps": 1e-5, "affine": True, "track_running_stats": True}}
OF_KERAS_LAYERS = {"BatchNormalization": "BatchNorm"}
OF_KERAS = ("Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "Lion", "Ftrl", "Adafactor")
# Settings that no argument of Keras' sets: they are of its formula.
OF_THE_FORMULA = (
    "eps is added", "eps is added to the maximum", "momentum sense", "weight_decay kind", "dampening", "kind",
    "running variance",
)  # fmt: skip


def set_alike(passage: Passage, rows: Sequence[SettingRow], every: Iterable[SettingRow] = ()) -> Iterator[Rewrite]:
    """The calls of the statement with all that PyTorch's side has of these settings of one subject, then with each.

    `every` are all settings, those that agree too.
    """
    for call in passage.each(ast.Call):
        if not name_called(call)[:1].isupper():
            continue
        if any(row.setting in OF_THE_FORMULA for row in rows):
            yield from pytorchs_formula(passage, call, rows, every)
        for some in (rows, *([row] for row in rows if len(rows) > 1)):
            if arguments := arguments_of(some):
                said = f"has {' and '.join(f'{row.setting} {row.tf} where PyTorch has {row.torch}' for row in some)}"
                yield Rewrite(call, with_arguments(passage.code, call, arguments), said, 0)
    yield from values_alike(passage, rows)


def values_alike(passage: Passage, rows: Iterable[SettingRow]) -> Iterator[Rewrite]:
    """The values of these settings as they stand in the statement, which may hand them to a function that makes it."""
    for row in rows:
        own, wanted = (_in_keras(row, value) for value in (row.tf, row.torch))
        said = f"has {row.setting} {row.tf} where PyTorch has {row.torch}"
        for node in passage.each(ast.Constant):
            if type(node.value) is type(own) and node.value == own:
                yield Rewrite(node, _written(wanted), said, 1)


def pytorchs_formula(
    passage: Passage, call: ast.Call, rows: Sequence[SettingRow], every: Iterable[SettingRow]
) -> Iterator[Rewrite]:
    """The optimizer or layer of tf_impl, which computes as PyTorch's does, in the place of Keras'."""
    name = name_called(call)
    own = OF_KERAS_LAYERS.get(name) or (rows[0].kind if name in OF_KERAS else "")
    usual = LAYERS.get(own) or OWN.get(own)
    if usual is None or hasattr(passage.statement, "body"):
        return
    of_subject = {row.setting: row for row in every if row.subject == rows[0].subject}
    given = arguments_of(
        (of_subject[setting] for setting, value in usual.items() if _is_set(of_subject.get(setting), value)), own
    )
    kept = _rate(call) if own in OWN else [each for each in call.keywords if each.arg == "name"]
    if own in LAYERS and not kept and (named := _name_by_keras(rows[0], name)):
        given["name"] = repr(named)
    if own in OWN and not kept and "lr" in of_subject:
        given = {"learning_rate": _written(of_subject["lr"].torch), **given}
    made = ", ".join([*map(passage.code.piece, kept), *(f"{name}={value}" for name, value in given.items())])
    imported = f"from tf_impl.{'optimizers' if own in OWN else 'layers'} import {own}"
    different = ", ".join(row.setting for row in rows if row.verdict == DIFFERS) or "as the settings do not show"
    said = f"computes {name} by Keras' formula ({different})"
    yield importing(passage, call, f"{own}({made})", imported, said)


def formula_alike(passage: Passage, rows: Sequence[SettingRow]) -> Iterator[Rewrite]:
    """The optimizers of the statement by PyTorch's formula, whose settings, all of them, are `rows`."""
    for call in passage.each(ast.Call):
        if name_called(call) in OF_KERAS:
            yield from pytorchs_formula(passage, call, rows, rows)


def importing(passage: Passage, call: ast.Call, new: str, imported: str, said: str) -> Rewrite:
    """The statement with something else in the place of a call, behind what that needs to import."""
    statement = passage.statement
    begin, end = (each - passage.code.span(statement)[0] for each in passage.code.span(call))
    whole = passage.code.piece(statement).encode()
    changed = f"{whole[:begin].decode()}{new}{whole[end:].decode()}"
    before = f"{imported}\n\n{' ' * statement.col_offset}" if imported else ""
    return Rewrite(statement, f"{before}{changed}", said, 0)


def _name_by_keras(row: SettingRow, kind: str) -> str:
    """The name that Keras gave a layer of a kind, by which its weights are paired; empty where it has another."""
    name = (row.tf_subject or row.subject).rpartition(".")[2]
    return name if re.fullmatch(rf"{_snake_case(kind)}(_\d+)?", name) else ""


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _rate(call: ast.Call) -> list[ast.expr] | list[ast.keyword]:
    return [each for each in call.keywords if each.arg == "learning_rate"] or call.args[:1]


def _is_set(row: SettingRow | None, usual: Any) -> bool:
    """Whether PyTorch's side has another value than the usual one."""
    return row is not None and row.torch is not None and compare_values(row.torch, usual) == DIFFERS


def arguments_of(rows: Iterable[SettingRow], own: str = "") -> dict[str, str]:
    """What to write for these settings, by Keras' names of the arguments; `own` is a class of tf_impl's."""
    found: dict[str, str] = {}
    for row in rows:
        if row.setting in (*OF_THE_FORMULA, "schedule"):
            continue
        names = ARGUMENTS.get(row.setting, (row.setting.replace(" ", "_"),))
        values = list(row.torch) if len(names) > 1 and isinstance(row.torch, (list, tuple)) else [row.torch]
        if len(names) == 1 and own not in LAYERS:
            values = [_in_keras(row, row.torch)]
        found |= dict(zip(names, map(_written, values), strict=False))
    return found


def _in_keras(row: SettingRow, value: Any) -> Any:
    """The value of a setting as Keras has it."""
    if row.setting == "momentum" and row.kind == "BatchNorm" and isinstance(value, float):
        return round(1 - value, 12)  # differs: Keras' is the share that is kept
    if row.setting == "activation" and isinstance(value, str):
        return None if value == "none" else ACTIVATIONS.get(value, value.lower())
    return value


def _written(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value)
    return repr(tuple(value) if isinstance(value, list) else value)


def with_arguments(code: Code, call: ast.Call, arguments: dict[str, str]) -> str:
    """A call with these keywords, in place of those that it has, and of arguments by their position."""
    given = list(zip_longest(call.args, POSITIONS.get(name_called(call), ())[: len(call.args)]))
    until = next((place for place, (_, name) in enumerate(given) if name in arguments), len(given))
    kept = [code.piece(each) for each, _ in given[:until]]
    kept += [f"{name}={code.piece(each)}" for each, name in given[until:] if name and name not in arguments]
    kept += [code.piece(each) for each in call.keywords if each.arg not in arguments]
    kept += [f"{name}={value}" for name, value in arguments.items()]
    return f"{code.piece(call.func)}({', '.join(kept)})"
