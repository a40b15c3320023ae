"""The loss of a port, however it is written: with `training` or without, with metrics or without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dis import get_instructions
from inspect import Parameter, signature, unwrap
from pathlib import Path
from typing import Any

from compare.inputs.port_errors import PortError, what


def takes_training(loss: Callable) -> bool:
    """Whether a loss has a parameter `training`, or takes any by name (**kwargs), and does something with it."""
    written = _written(loss)
    return any(_reads(written, name) for name in _for_training(written))


def in_either_mode(loss: Callable, evaluating: Callable[[Any], AbstractContextManager]) -> Callable:
    """`loss(model, batch, training=True)`, whether or not the loss was written with `training`.

    Further arguments from a port's own step are passed on unchanged.
    """

    def with_training(model: Any, batch: Any, *more: Any, **named: Any) -> Any:
        return loss(model, batch, *more, **(named if more else {"training": True, **named}))

    def without_training(model: Any, batch: Any, *more: Any, training: bool = True, **named: Any) -> Any:
        unread = {"training": training} if is_expected and not more else {}
        with nullcontext() if training else evaluating(model):
            return loss(model, batch, *more, **unread, **named)

    is_expected = "training" in _for_training(_written(loss))
    return with_training if takes_training(loss) else without_training


def _written(loss: Callable) -> Callable:
    """What computes it: the __call__ of a module of either framework takes anything and passes it on."""
    return getattr(loss, "forward", None) or getattr(loss, "call", None) or loss


def _for_training(written: Callable) -> list[str]:
    """Its parameters that `training` may be passed to."""
    try:
        parameters = signature(written).parameters.values()
    except (TypeError, ValueError):  # some built-in functions have none
        return []
    return [one.name for one in parameters if one.name == "training" or one.kind is Parameter.VAR_KEYWORD]


def _reads(function: Callable, name: str) -> bool:
    """Whether a function reads one of its parameters; True where its code is not to be seen."""
    code = getattr(unwrap(getattr(function, "func", function)), "__code__", None)
    if code is None or name in code.co_cellvars:
        return True
    read = (each.argval for each in get_instructions(code) if each.opname.startswith("LOAD"))
    return any(name == value or (isinstance(value, tuple) and name in value) for value in read)


def loss_and_metrics(path: str, function: str, result: Any, updated: bool = False) -> tuple[Any, dict]:
    """The loss, and metrics by name; where the weights are `updated` already it may be a plain number, as fit's are.

    PortError for anything else.
    """
    value, metrics = result if isinstance(result, tuple) and len(result) == 2 else (result, {})
    shape = () if updated and isinstance(value, (int, float)) else getattr(value, "shape", None)
    if shape is None or not isinstance(metrics, Mapping):
        raise PortError(
            f"{Path(path).name}: {function} returns {what(result)}, expected the loss, or loss and metrics, as tensors"
        )
    if any(size != 1 for size in shape):
        raise PortError(f"{Path(path).name}: {function} returns shape {tuple(shape)}, expected a scalar: take its mean")
    return value, dict(metrics)
