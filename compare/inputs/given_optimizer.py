"""What a user gives as "the optimizer": one, several, an object of one's own, or None. What can be none is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from compare.inputs.side import every_optimizer

EXPECTED = "give the object that moves the weights (behind compile() it is model.optimizer), or None where none does"


def refuse_what_is_none(optimizer: Any, weights: Iterable[Any]) -> None:
    """ValueError for a name, a class, an iterator or `weights` of the model in the place of an optimizer."""
    own = {id(each) for each in weights}
    said = [_refusal(each, own) for each in every_optimizer(optimizer).values()]
    if said and all(said):
        raise ValueError(f"optimizer is {said[0]}: {EXPECTED}")


def _refusal(given: Any, own: set[int]) -> str:
    """What it is, where it cannot be an optimizer; empty where it may be one: a loop may use any object."""
    if isinstance(given, (str, bytes)):
        return f"the text {given!r}, which moves no weight"
    if isinstance(given, type):
        return f"the class {given.__name__}, not an instance of it"
    if isinstance(given, Iterator):
        return f"an iterator ({type(given).__name__}), as of a model's parameters"
    return "a weight of the model" if id(given) in own else ""


def strangers(optimizer: Any, weights: Iterable[Any], held_by: Callable[[Any], Iterable[Any]]) -> tuple[str, ...]:
    """The kinds of all optimizers, if none holds any of `weights`; empty where one does, or may."""
    own, every = {id(each) for each in weights}, every_optimizer(optimizer).values()
    held = [{id(each) for each in held_by(each)} for each in every]
    return tuple(type(each).__name__ for each in every) if all(ids and not ids & own for ids in held) else ()
