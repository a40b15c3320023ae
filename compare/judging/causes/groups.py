"""Groups of weights that do not decay: PyTorch's optimizer is given them, Keras' is told their names."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from compare.judging.causes.code import Rewrite
from compare.judging.causes.formulas import OF_KERAS
from compare.judging.causes.passage import Passage, name_called
from compare.judging.settings import SettingRow

# As ports leave weights out: all but the matrices, what has no units, what is no matrix of a layer.
NAMES = (("bias", "gamma", "beta"), ("bias",), ("gamma", "beta"), ("bias", "gamma", "beta", "embeddings"))
MADE = "optimizer"  # what it is called where it has no name yet


def not_decayed(passage: Passage, rows: Sequence[SettingRow]) -> Iterator[Rewrite]:
    """The optimizers of the statement without decay for some weights, where `rows` say that PyTorch's groups differ."""
    decays = [bool(row.torch) for row in rows if row.setting == "weight_decay"]
    if all(decays) or not any(decays) or hasattr(passage.statement, "body"):
        return
    for call in passage.each(ast.Call):
        for names in NAMES if name_called(call) in OF_KERAS else ():
            text = f"exclude_from_weight_decay(var_names={list(names)})"
            said = f"decays all weights, PyTorch not those of a group ({', '.join(names)})"
            yield Rewrite(passage.statement, _told(passage, call, text), said, 0)


def _told(passage: Passage, call: ast.Call, text: str) -> str:
    """The statement, with a method of the optimizer called as soon as that is made."""
    statement, indent = passage.statement, " " * passage.statement.col_offset
    whole = passage.code.piece(statement)
    if isinstance(statement, ast.Assign) and statement.value is call and isinstance(statement.targets[0], ast.Name):
        return f"{whole}\n{indent}{statement.targets[0].id}.{text}"
    begin, end = (each - passage.code.span(statement)[0] for each in passage.code.span(call))
    changed = f"{whole.encode()[:begin].decode()}{MADE}{whole.encode()[end:].decode()}"
    return f"{MADE} = {passage.code.piece(call)}\n{indent}{MADE}.{text}\n{indent}{changed}"
