"""A user's port: one Python file with both sides of a training problem.

It is read in the worker that runs it, and any error in it becomes a PortError that names the line.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from inspect import Parameter, signature
from pathlib import Path
from types import ModuleType
from typing import Any

from compare.inputs.port_inputs import FORMS
from compare.inputs.side import Side

FUNCTIONS = ("batches", "torch_side", "tf_side")


class PortError(Exception):
    """What is wrong with a port, in its author's terms."""


def load(path: str) -> ModuleType:
    """The module of a port file; PortError where it does not import or lacks one of FUNCTIONS."""
    name = Path(path).stem
    if not Path(path).is_file():
        raise PortError(f"{path} is not a file: `python -m compare new {path}` writes one to start from")
    sys.path.insert(0, str(Path(path).resolve().parent))  # modules beside it can be imported, as from a script
    spec = spec_from_file_location(f"port_{name}", path)
    if spec is None or spec.loader is None:
        raise PortError(f"{path} is not a Python file: its name must end in .py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    with pointing_into(path, "while it was imported"):
        spec.loader.exec_module(module)
    for function in FUNCTIONS:
        if not callable(getattr(module, function, None)):
            raise PortError(f"{Path(path).name} has no function {function}(): a port defines {', '.join(FUNCTIONS)}")
    return module


def side(path: str, side: str, evaluating: Callable[[Any], AbstractContextManager]) -> Callable[[Mapping], Side]:
    """The function that makes one side of a port ("torch" or "tf"); its settings say what form the batches have.

    `evaluating(model)` puts a model into evaluation mode, for a loss that takes no `training`.
    """
    port, function = load(path), f"{side}_side"

    def make(settings: Mapping) -> Side:
        with pointing_into(path, f"in {function}()"):
            made = getattr(port, function)()
        own_step = getattr(port, f"{side}_step", None)
        if isinstance(made, Side):
            own_step = own_step or made.step
            made = (made.model, made.loss, made.optimizer)
        if not isinstance(made, (tuple, list)) or len(made) != 3 or not callable(made[1]):
            raise PortError(
                f"{Path(path).name}: {function}() returns {what(made)}, expected model, loss, optimizer, "
                "where loss(model, batch, training) gives the scalar to minimise"
            )
        model, written, optimizer = made
        given = Side(model, in_either_mode(written, evaluating), optimizer, takes_training=takes_training(written))
        restore = FORMS[settings["form"]]

        def loss(model: Any, batch: Mapping, training: bool = True) -> tuple[Any, dict]:
            return _loss_and_metrics(path, "loss", given.loss(model, restore(batch), training=training))

        if own_step is None:
            return replace(given, loss=loss)

        def step(_: Side, batch: Mapping) -> tuple[Any, dict]:
            return _loss_and_metrics(path, f"{side}_step", own_step(given, restore(batch)))

        return replace(given, loss=loss, step=step, as_written=True)

    return make


def takes_training(loss: Callable) -> bool:
    """Whether a loss has a parameter `training`, or takes any by name (**kwargs)."""
    # The __call__ of a module of either framework takes anything and passes it on to these.
    written = getattr(loss, "forward", None) or getattr(loss, "call", None) or loss
    try:
        parameters = signature(written).parameters.values()
    except (TypeError, ValueError):  # some built-in functions have none
        return False
    return any(one.name == "training" or one.kind is Parameter.VAR_KEYWORD for one in parameters)


def in_either_mode(loss: Callable, evaluating: Callable[[Any], AbstractContextManager]) -> Callable:
    """`loss(model, batch, training=True)`, whether or not the loss was written with `training`.

    Further arguments from a port's own step are passed on unchanged.
    """

    def with_training(model: Any, batch: Any, *more: Any, **named: Any) -> Any:
        return loss(model, batch, *more, **(named if more else {"training": True, **named}))

    def without_training(model: Any, batch: Any, *more: Any, training: bool = True, **named: Any) -> Any:
        with nullcontext() if training else evaluating(model):
            return loss(model, batch, *more, **named)

    return with_training if takes_training(loss) else without_training


@contextmanager
def pointing_into(path: str, where: str) -> Iterator[None]:
    """Any exception inside becomes a PortError that names the line of the file."""
    try:
        yield
    except PortError:
        raise
    except (Exception, SystemExit) as error:
        raise PortError(f"{_line(path, error)} {where}: {type(error).__name__}: {_text(error)}") from error


def _line(path: str, error: BaseException) -> str:
    """The file, and the last of its lines in the traceback."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if _same(frame.filename, path)]
    if isinstance(error, SyntaxError) and error.filename and _same(error.filename, path):
        lines.append(error.lineno)
    return f"{Path(path).name}, line {lines[-1]}," if lines else f"{Path(path).name},"


def _same(filename: str, path: str) -> bool:
    return Path(filename).resolve() == Path(path).resolve()


def _text(error: BaseException) -> str:
    """The message in one line; the frameworks append pages of advice."""
    text = " ".join(str(error).split())
    return text if len(text) <= 400 else f"{text[:400]} ..."


def _loss_and_metrics(path: str, function: str, result: Any) -> tuple[Any, dict]:
    value, metrics = result if isinstance(result, tuple) and len(result) == 2 else (result, {})
    shape = getattr(value, "shape", None)
    if shape is None or not isinstance(metrics, Mapping):
        raise PortError(
            f"{Path(path).name}: {function} returns {what(result)}, expected the loss, or loss and metrics, as tensors"
        )
    if any(size != 1 for size in shape):
        raise PortError(f"{Path(path).name}: {function} returns shape {tuple(shape)}, expected a scalar: take its mean")
    return value, dict(metrics)


def what(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"{len(value)} values ({', '.join(type(part).__name__ for part in value)})"
    return type(value).__name__
