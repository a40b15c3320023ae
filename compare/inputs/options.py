"""A misspelt option of a function is an error that says which was meant; Python itself says so from 3.13 on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def suggesting(function: Callable[P, T]) -> Callable[P, T]:
    """The same function; TypeError for an option that it does not have, with the one that was meant."""
    parameters = [name for name in inspect.signature(function).parameters if name != "self"]
    name = function.__qualname__.removesuffix(".__init__")

    @wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> T:
        for option in options:
            if option not in parameters:
                near = get_close_matches(option, parameters, 1, 0.5)
                meant = f"did you mean {near[0]}?" if near else f"its options are {', '.join(parameters)}"
                raise TypeError(f"{name}() has no option {option}: {meant}")
        return function(*arguments, **options)

    return call
