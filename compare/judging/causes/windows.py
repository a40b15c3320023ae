"""Convolutions and poolings by functions, whose "SAME" is another padding than PyTorch's number."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from compare.judging.causes.code import Rewrite
from compare.judging.causes.passage import Passage, name_called

MOST = 8  # pixels that are padded


def padded_by_a_number(passage: Passage) -> Iterator[Rewrite]:
    """Padded by PyTorch's number at both ends in place of "SAME"."""
    numbers = [each for each in passage.torch_numbers if each.isdigit() and 0 < int(each) < MOST]
    for call in passage.each(ast.Call):
        name = name_called(call)
        if name not in OF_WINDOWS or not call.args:
            continue
        for same in [each for each in (*call.args, *(key.value for key in call.keywords)) if _is_same(each)]:
            for zeros in dict.fromkeys([*numbers, "1"]):
                yield from OF_WINDOWS[name](passage, call, same, zeros)


def _explicit(passage: Passage, call: ast.Call, same: ast.expr, zeros: str) -> Iterator[Rewrite]:
    yield Rewrite(same, _ends(zeros), f"pads what the output needs, PyTorch {zeros} at both ends", 3)


def _before(passage: Passage, call: ast.Call, same: ast.expr, zeros: str) -> Iterator[Rewrite]:
    given = [passage.code.piece(each) for each in call.args[1:]] + [passage.code.piece(each) for each in call.keywords]
    given = [each.replace(passage.code.piece(same), '"VALID"') for each in given]
    padded = f"tf.pad({passage.code.piece(call.args[0])}, {_ends(zeros)})"
    new = f"{passage.code.piece(call.func)}({', '.join([padded, *given])})"
    yield Rewrite(call, new, f"averages over the pixels alone, PyTorch over {zeros} zeros at both ends too", 3)


def _ends(zeros: str) -> str:
    return f"[[0, 0], [{zeros}, {zeros}], [{zeros}, {zeros}], [0, 0]]"


def _is_same(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value == "SAME"


OF_WINDOWS: dict[str, Callable[[Passage, ast.Call, ast.expr, str], Iterator[Rewrite]]] = {
    "conv2d": _explicit,
    "max_pool2d": _explicit,
    "avg_pool2d": _before,
    "avg_pool": _before,
}
RULES = (padded_by_a_number,)
