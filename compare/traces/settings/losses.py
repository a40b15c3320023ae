"""The framework's loss objects behind a user's loss: the loss itself, or those that its code uses."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

FUNCTIONS = (types.FunctionType, types.MethodType)


def loss_objects(loss: Callable, kind: type) -> list:
    """The objects of the framework's class `kind` that a loss is or uses, in the order in which it names them.

    Functions of the loss's own module are searched too.
    """
    function = loss.func if isinstance(loss, functools.partial) else loss
    return _found(loss, kind, getattr(function, "__module__", None), [])


def _found(loss: Any, kind: type, module: str | None, seen: list) -> list:
    if any(each is loss for each in seen):
        return []
    seen.append(loss)
    if isinstance(loss, kind):
        return [loss]
    return [
        found
        for each in _named_by(loss)
        if isinstance(each, (kind, functools.partial)) or (isinstance(each, FUNCTIONS) and each.__module__ == module)
        for found in _found(each, kind, module, seen)
    ]


def _named_by(loss: Any) -> list:
    """The objects that a function's closure, globals or instance hold under the names that it uses."""
    loss = getattr(loss, "python_function", loss)  # inside a tf.function
    if isinstance(loss, functools.partial):
        return [loss.func, *loss.args, *loss.keywords.values()]
    if isinstance(loss, types.MethodType):
        return [loss.__func__, *vars(loss.__self__).values()]
    if isinstance(loss, types.FunctionType):
        names = inspect.getclosurevars(loss)
        return [*names.nonlocals.values(), *names.globals.values()]
    modules = getattr(loss, "_modules", {})  # a torch.nn.Module's submodules
    return [type(loss).__call__, *vars(loss).values(), *modules.values()]
