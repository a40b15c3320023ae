"""Settings that differ, set as PyTorch's are: the arguments of the call that made the layer, loss or optimizer."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import Passage, name_called
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
    "lambd": ("threshold",),
}
OF_RMSPROP = {"alpha": ("rho",)}
OPTIMIZERS = {
    "Adam": "Adam", "AdamW": "AdamW", "SGD": "SGD", "RMSprop": "RMSprop", "Adagrad": "Adagrad", "Adadelta": "Adadelta",
    "Adamax": "Adamax", "Nadam": "NAdam", "Lion": "Lion", "Adafactor": "Adafactor",
}  # fmt: skip
# Settings that no argument of Keras' sets: they are of its formula.
OF_THE_FORMULA = ("eps is added", "momentum sense", "weight_decay kind", "dampening")


def set_alike(passage: Passage, rows: Sequence[SettingRow]) -> Iterator[Rewrite]:
    """The calls of the statement with all that PyTorch's side has of these settings of one subject, then with each."""
    for call in passage.each(ast.Call):
        if not name_called(call)[:1].isupper():
            continue
        yield from pytorchs_formula(passage, call, rows)
        for some in (rows, *([row] for row in rows if len(rows) > 1)):
            if arguments := arguments_of(some):
                said = f"has {', '.join(f'{row.setting} {row.tf}, PyTorch {row.torch}' for row in some)}"
                yield Rewrite(call, with_arguments(passage.code, call, arguments), said, 0)


def pytorchs_formula(passage: Passage, call: ast.Call, rows: Iterable[SettingRow]) -> Iterator[Rewrite]:
    """The optimizer of tf_impl, which computes as PyTorch's does, in the place of Keras'."""
    own = OPTIMIZERS.get(name_called(call))
    statement = passage.statement
    if own is None or not any(row.setting in OF_THE_FORMULA for row in rows) or hasattr(statement, "body"):
        return
    made = with_arguments(passage.code, call, arguments_of(rows))[len(passage.code.piece(call.func)) :]
    whole, (begin, end) = passage.code.piece(statement).encode(), passage.code.span(call)
    begin, end = (each - passage.code.span(statement)[0] for each in (begin, end))
    changed = f"{whole[:begin].decode()}{own}{made}{whole[end:].decode()}"
    new = f"from tf_impl.optimizers import {own}\n\n{' ' * statement.col_offset}{changed}"
    said = f"updates by Keras' formula of {name_called(call)}: {', '.join(row.setting for row in rows)}"
    yield Rewrite(statement, new, said, 0)


def arguments_of(rows: Iterable[SettingRow]) -> dict[str, str]:
    """What to write for these settings, by Keras' names of the arguments."""
    found: dict[str, str] = {}
    for row in rows:
        if row.setting in OF_THE_FORMULA:
            continue
        names = (OF_RMSPROP if row.kind == "RMSprop" else ARGUMENTS).get(row.setting) or ARGUMENTS.get(
            row.setting, (row.setting.replace(" ", "_"),)
        )
        values = list(row.torch) if len(names) > 1 and isinstance(row.torch, (list, tuple)) else [row.torch]
        if row.setting == "momentum" and row.kind.startswith("BatchNorm") and isinstance(row.torch, float):
            values = [round(1 - row.torch, 12)]  # differs: Keras' is the share that is kept
        found |= dict(zip(names, map(_written, values), strict=False))
    return found


def _written(value: Any) -> str:
    return repr(tuple(value) if isinstance(value, list) else value)


def with_arguments(code: Code, call: ast.Call, arguments: dict[str, str]) -> str:
    """A call with these keywords, in place of those that it has."""
    kept = [code.piece(each) for each in call.args]
    kept += [code.piece(each) for each in call.keywords if each.arg not in arguments]
    kept += [f"{name}={value}" for name, value in arguments.items()]
    return f"{code.piece(call.func)}({', '.join(kept)})"
