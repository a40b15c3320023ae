"""Settings that differ, set as PyTorch's are: the arguments of the call that made the layer, loss or optimizer."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from compare.judging.causes.code import Rewrite
from compare.judging.causes.formulas import pytorchs_formula
from compare.judging.causes.keras_arguments import (
    OF_NORMS,
    OF_THE_FORMULA,
    arguments_of,
    in_keras,
    with_arguments,
    written,
)
from compare.judging.causes.passage import Passage, name_called
from compare.judging.causes.wrapped import wrapped_alike
from compare.judging.settings import SettingRow


def set_alike(passage: Passage, rows: Sequence[SettingRow], every: Iterable[SettingRow] = ()) -> Iterator[Rewrite]:
    """The calls of the statement with all that PyTorch's side has of these settings of one subject, then with each.

    `every` are all settings, those that agree too.
    """
    for call in passage.each(ast.Call):
        if not name_called(call)[:1].isupper():
            continue
        if any(row.setting in OF_THE_FORMULA for row in rows):
            yield from pytorchs_formula(passage, call, rows, every)
        for some in _together(rows):
            yield from wrapped_alike(passage, call, some, every)
            if arguments := arguments_of(some):
                said = f"has {' and '.join(map(_said, some))}"
                yield Rewrite(call, with_arguments(passage.code, call, arguments), said, 0)
    yield from values_alike(passage, rows)


def _together(rows: Sequence[SettingRow]) -> Iterator[Sequence[SettingRow]]:
    """All settings, then each. Weights that PyTorch's layer has not are left out, or stay as they begin."""
    if any(row.setting == "trainable" and row.torch is None for row in rows):
        for lacking in (("trainable",), tuple(OF_NORMS)):
            yield [row for row in rows if row.setting not in lacking]
    else:
        yield rows
    yield from ([row] for row in rows if len(rows) > 1)


def _said(row: SettingRow) -> str:
    return f"{row.setting} {row.tf} where PyTorch has {'none' if row.torch is None else row.torch}"


def values_alike(passage: Passage, rows: Iterable[SettingRow]) -> Iterator[Rewrite]:
    """The values of these settings as they stand in the statement, which may hand them to a function that makes it."""
    for row in rows:
        own, wanted = (in_keras(row, value) for value in (row.tf, row.torch))
        said = f"has {row.setting} {row.tf} where PyTorch has {row.torch}"
        for node in passage.each(ast.Constant):
            if type(node.value) is type(own) and node.value == own:
                yield Rewrite(node, written(wanted), said, 1)
