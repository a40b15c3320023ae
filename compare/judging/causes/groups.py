"""Groups of weights that PyTorch's optimizer treats otherwise: with a rate of their own, or without decay."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import combinations, islice, pairwise

from compare.judging.causes.code import Rewrite
from compare.judging.causes.formulas import OF_KERAS, by_formula
from compare.judging.causes.keras_arguments import with_arguments, written
from compare.judging.causes.passage import Passage, name_called
from compare.judging.settings import SettingRow

# As ports leave weights out: all but the matrices, what has no units, what is no matrix of a layer.
NAMES = (("bias", "gamma", "beta"), ("bias",), ("gamma", "beta"), ("bias", "gamma", "beta", "embeddings"))
MADE = "optimizer"  # what it is called where it has no name yet
MOST = 24  # ways to part the weights


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
    return f"{MADE} = {passage.code.piece(call)}\n{indent}{MADE}.{text}\n{indent}{_with(passage, call, MADE)}"


def with_rates_of_their_own(passage: Passage, rows: Sequence[SettingRow], layers: Sequence[int]) -> Iterator[Rewrite]:
    """The optimizers of the statement as one for each group of PyTorch's, of weights that follow on one another.

    `layers` are the numbers of trained weights of each layer, in the order of the model.
    """
    rates = [row.torch for row in rows if row.setting == "lr"]
    if len(set(rates)) < 2 or hasattr(passage.statement, "body"):
        return
    cuts = list(islice(combinations(range(1, len(layers)), len(rates) - 1), MOST))
    for call in passage.each(ast.Call):
        for cut in cuts if name_called(call) in OF_KERAS else ():
            counts = [sum(layers[begin:end]) for begin, end in pairwise((0, *cut, len(layers)))]
            said = f"trains all weights at one rate, PyTorch a group each at {', '.join(map(str, rates))}"
            for own, imported in (_of_keras(passage, call, rates), _of_pytorch(passage, call, rows, rates)):
                if own:
                    yield Rewrite(passage.statement, imported + _in_order(passage, call, own, counts), said, 0)


def _of_keras(passage: Passage, call: ast.Call, rates: Sequence[float]) -> tuple[list[str], str]:
    """The optimizer at each rate."""
    return [with_arguments(passage.code, call, {"learning_rate": written(rate)}) for rate in rates], ""


def _of_pytorch(
    passage: Passage, call: ast.Call, rows: Sequence[SettingRow], rates: Sequence[float]
) -> tuple[list[str], str]:
    """The optimizer of each group by PyTorch's formula, and what that imports; none where tf_impl has it not."""
    of_groups = [[each for each in rows if each.subject == row.subject] for row in rows if row.setting == "lr"]
    made = [by_formula(passage, call, own, own, written(rate)) for own, rate in zip(of_groups, rates, strict=True)]
    found = [each for each in made if each is not None]
    if len(found) < len(rates):
        return [], ""
    return [text for text, _ in found], f"{found[0][1]}\n{' ' * passage.statement.col_offset}"


def _in_order(passage: Passage, call: ast.Call, own: Sequence[str], counts: Sequence[int]) -> str:
    """The statement with an optimizer that gives the first weights to the first, the next to the next."""
    each = " + ".join(f"[{one}] * {count}" for one, count in zip(own, counts, strict=True))
    before = f"of_weights = iter({each})\n{' ' * passage.statement.col_offset}"
    return before + _with(passage, call, "keras.optimizers.MultiOptimizer(lambda weight: next(of_weights))")


def _with(passage: Passage, call: ast.Call, new: str) -> str:
    """The statement with something else in the place of a call."""
    begin, end = (each - passage.code.span(passage.statement)[0] for each in passage.code.span(call))
    whole = passage.code.piece(passage.statement).encode()
    return f"{whole[:begin].decode()}{new}{whole[end:].decode()}"
