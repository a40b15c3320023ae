"""What a tensor of one side corresponds to on the other: names, and what is done to them, written as in PyTorch.

"fc1.weight", "attention.in_proj_weight[0:64]", "lstm.bias_ih_l0 + lstm.bias_hh_l0", "kernel.permute(3, 2, 0, 1)".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any, NamedTuple, overload

import numpy as np

from compare.inputs.weight_functions import MEANT, NotAnExpressionError, written

FORMS = (
    '"name", "name[0:64]", "name[:, 0:64]", "name[0]", "name[None]", "name.T", "name.permute(3, 2, 0, 1)", '
    '"name.reshape(8, -1)", "cat(name, name)", "name + name", or a function: lambda weights: weights["name"].T'
)
WHOLE = slice(None, None)

_LAST_STEP = re.compile(
    r"(?P<inner>.+)(\[(?P<index>(?:[\d:, ]|None)+)\]|(?P<T>\.T)|"
    r"\.(?P<axes>permute|reshape)\((?P<numbers>[-\d, ]+|\(\))\))"
)
_SLICE = re.compile(r"(\d*):(\d*)")
_AXIS = "None"  # in an index, an axis of one element
_CAT = re.compile(r"cat\((.+)\)")
_NAME = re.compile(r"[^\[\]+()]+")

ExplicitPairs = tuple[tuple[str | None, str | None], ...]  # tf name, expression of torch names; None: no partner
Index = tuple[slice | int | None, ...]
Step = Callable[[np.ndarray], np.ndarray]  # moves or selects elements


class Term(NamedTuple):
    """A tensor by name, and which of its rows; whole, where more than rows is selected."""

    name: str
    rows: slice = WHOLE


class _Part(NamedTuple):
    """A tensor by name, or sums side by side, and what is then done to it."""

    name: str
    rows: slice
    sums: tuple[tuple[_Part, ...], ...]
    steps: tuple[Step, ...]


@cache
def terms(expression: str) -> tuple[Term, ...]:
    """The tensors that an expression names; ValueError where it is not an expression."""
    return tuple(_terms(_sum(expression)))


@overload
def evaluate(expression: str, tensor: Callable[[str], np.ndarray], added: bool = True) -> np.ndarray: ...


@overload
def evaluate(expression: str, tensor: Callable[[str], np.ndarray | None], added: bool = True) -> np.ndarray | None: ...


def evaluate(expression: str, tensor: Callable[[str], np.ndarray | None], added: bool = True) -> np.ndarray | None:
    """The tensor that an expression stands for; None where a part of it is missing.

    The values of a sum are `added`; the gradient of each part is already the gradient of the sum.
    """
    found = {name: tensor(name) for name, _ in terms(expression)}
    known = {name: array for name, array in found.items() if array is not None}
    return _value(_sum(expression), known, added) if len(known) == len(found) else None


def shape_of(expression: str, shapes: Callable[[str], tuple[int, ...]]) -> tuple[int, ...]:
    """The shape of what an expression stands for; ValueError where the shapes of its parts do not allow it."""
    return evaluate(expression, lambda name: np.broadcast_to(np.int8(0), shapes(name))).shape


def explicit_pairs(given: Any) -> ExplicitPairs:
    """The pairs given by name (WEIGHTS), one at a time: a list on the torch side is several weights without a partner,
    and a function what it makes of the weights.

    ValueError where they are not names.
    """
    if not isinstance(given, Mapping):
        raise ValueError(f"WEIGHTS is of the type {type(given).__name__}, expected a dict from tf names to torch names")
    pairs = tuple(
        (name, expression)
        for name, of_torch in given.items()
        for expression in (of_torch if isinstance(of_torch, list | tuple) else [_as_text(name, of_torch)])
    )
    for pair in pairs:
        for name in pair:
            if not isinstance(name, str | None):
                raise ValueError(
                    f"WEIGHTS has a value of the type {type(name).__name__} for {pair[0]!r}, expected text, or None "
                    f"for no partner. Write which weight of torch it is, and what is done to it: {FORMS}"
                )
    return pairs


def _as_text(name: Any, of_torch: Any) -> Any:
    if not callable(of_torch):
        return of_torch
    try:
        return written(of_torch)
    except NotAnExpressionError as error:
        raise ValueError(
            f"WEIGHTS has a function for {name!r} that {error}. Gradients and updates are carried over as the weights "
            f"are, so these may be {MEANT}: {FORMS}"
        ) from None


@cache
def _sum(expression: str) -> tuple[_Part, ...]:
    try:
        return tuple(_part(text.strip()) for text in _split(expression, " + "))
    except ValueError:
        raise ValueError(f"{expression!r} is not a weight: expected {FORMS}") from None


def _part(text: str) -> _Part:
    steps: list[Step] = []
    rows = WHOLE
    while last := _LAST_STEP.fullmatch(text):
        index = _index(last["index"]) if last["index"] else ()
        rows = _rows(index)  # of the first step in the end
        steps.append(_step(index, last["axes"], last["numbers"]))
        text = last["inner"]
    steps.reverse()
    if together := _CAT.fullmatch(text):
        return _Part("", WHOLE, tuple(_sum(each) for each in _split(together[1], ", ")), tuple(steps))
    if not _NAME.fullmatch(text):
        raise ValueError(text)
    return _Part(text, rows, (), tuple(steps))


def _index(text: str) -> Index:
    return tuple(_at(each.strip()) for each in text.split(","))


def _at(text: str) -> slice | int | None:
    """A slice, one number, or an axis of one element; ValueError for anything else."""
    if text == _AXIS:
        return None
    if found := _SLICE.fullmatch(text):
        return slice(*(int(bound) if bound else None for bound in found.groups()))
    return int(text)


def _rows(index: Index) -> slice:
    """The rows that an index selects; whole, where it selects of further axes too."""
    one = index[0] if len(index) == 1 else None
    if isinstance(one, int):
        return slice(one, one + 1)
    return WHOLE if one is None else one


def _step(index: Index, axes: str | None, numbers: str | None) -> Step:
    if index:
        return lambda array: np.asarray(array[index])
    if axes is None:
        return np.transpose
    given = () if numbers == "()" else tuple(int(number) for number in (numbers or "").split(","))
    return (lambda array: array.transpose(given)) if axes == "permute" else partial(_reshaped, shape=given)


def _reshaped(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return array.reshape(shape)


def _split(text: str, by: str) -> list[str]:
    """The pieces between separators that stand in no brackets."""
    found, depth = [""], 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and text.startswith(by, place):
            found.append("")
        found[-1] += letter
    return [found[0], *(each[len(by) :] for each in found[1:])]


def _terms(parts: Iterable[_Part]) -> Iterable[Term]:
    for part in parts:
        if part.sums:
            yield from (term for each in part.sums for term in _terms(each))
        else:
            yield Term(part.name, part.rows)


def _value(parts: tuple[_Part, ...], known: dict[str, np.ndarray], added: bool) -> np.ndarray:
    values = []
    for part in parts if added else parts[:1]:
        array = known[part.name] if not part.sums else _together([_value(each, known, added) for each in part.sums])
        for step in part.steps if array.ndim else filter(_of_numbers, part.steps):
            array = step(array)
        values.append(array)
    return sum(values[1:], values[0])


def _of_numbers(step: Step) -> bool:
    """Whether a step makes sense for a single number: one that gives it axes, not what is meant for a whole weight."""
    return isinstance(step, partial) and set(step.keywords["shape"]) <= {1}


def _together(arrays: list[np.ndarray]) -> np.ndarray:
    """Side by side as rows; of numbers (a count of steps, which every part has) the first."""
    return np.concatenate(arrays) if arrays[0].ndim else arrays[0]
