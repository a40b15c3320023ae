"""The optimizer or layer of tf_impl, which computes as PyTorch's does, in the place of Keras'."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from compare.judging.causes.code import Rewrite
from compare.judging.causes.keras_arguments import arguments_of, written
from compare.judging.causes.passage import Passage, name_called
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS, compare_values

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
    "SparseAdam": {"betas": [0.9, 0.999], "eps": 1e-8},
}
# The same of its layers; these have Keras' name.
LAYERS = {"BatchNorm": {"momentum": 0.1, "eps": 1e-5, "affine": True, "track_running_stats": True}}
OF_KERAS_LAYERS = {"BatchNormalization": "BatchNorm"}
OF_KERAS = ("Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "Lion", "Ftrl", "Adafactor")


def pytorchs_formula(
    passage: Passage, call: ast.Call, rows: Sequence[SettingRow], every: Iterable[SettingRow]
) -> Iterator[Rewrite]:
    """The optimizer or layer of tf_impl, which computes as PyTorch's does, in the place of Keras'."""
    made = by_formula(passage, call, rows, every)
    if made is None or hasattr(passage.statement, "body"):
        return
    different = ", ".join(row.setting for row in rows if row.verdict == DIFFERS) or "as the settings do not show"
    said = f"computes {name_called(call)} by Keras' formula ({different})"
    yield importing(passage, call, *made, said)


def by_formula(
    passage: Passage, call: ast.Call, rows: Sequence[SettingRow], every: Iterable[SettingRow], rate: str = ""
) -> tuple[str, str] | None:
    """What makes it, at another `rate` where there is one, and what imports it; None where tf_impl has no such."""
    name = name_called(call)
    own = OF_KERAS_LAYERS.get(name) or (rows[0].kind if name in OF_KERAS else "")
    usual = LAYERS.get(own) or OWN.get(own)
    if usual is None:
        return None
    of_subject = {row.setting: row for row in every if row.subject == rows[0].subject}
    given = arguments_of(
        (of_subject[setting] for setting, value in usual.items() if _is_set(of_subject.get(setting), value)),
        of_tf_impl=True,
    )
    kept = _rate(call) if own in OWN else [each for each in call.keywords if each.arg in ("name", "trainable")]
    is_named = any(getattr(each, "arg", None) == "name" for each in kept)
    if own in LAYERS and not is_named and (named := _name_by_keras(rows[0], name)):
        given["name"] = repr(named)
    if own in OWN and not kept and "lr" in of_subject:
        given = {"learning_rate": written(of_subject["lr"].torch), **given}
    first = [rate] if rate else map(passage.code.piece, kept)
    made = ", ".join([*first, *(f"{name}={value}" for name, value in given.items())])
    return _gathering(
        passage, call, f"{own}({made})", f"from tf_impl.{'optimizers' if own in OWN else 'layers'} import {own}"
    )


def _gathering(passage: Passage, call: ast.Call, made: str, imported: str) -> tuple[str, str]:
    """The optimizer, which gathers gradients where that in whose place it is does."""
    steps = next((each.value for each in call.keywords if each.arg == "gradient_accumulation_steps"), None)
    if steps is None:
        return made, imported
    both = f"from tf_impl.accumulation import gathering\n{' ' * passage.statement.col_offset}{imported}"
    return f"gathering({made}, {passage.code.piece(steps)})", both


def formula_alike(passage: Passage, rows: Sequence[SettingRow]) -> Iterator[Rewrite]:
    """The optimizers and layers of the statement by PyTorch's formula, whose settings, all of them, are `rows`."""
    for call in passage.each(ast.Call):
        if name_called(call) in (*OF_KERAS, *OF_KERAS_LAYERS):
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
