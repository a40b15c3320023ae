"""A user's port: one Python file with both sides of a training problem.

It is read in the worker that runs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from compare.inputs.patched import AsItIs
from compare.inputs.port_errors import PortError, no_evaluation, pointing_into, what
from compare.inputs.port_forms import in_form, stream_of
from compare.inputs.port_loss import in_either_mode, loss_and_metrics, takes_training
from compare.inputs.side import Side

FUNCTIONS = ("batches", "torch_side", "tf_side")


def load(path: str, patches: Mapping[str, str] = MappingProxyType({})) -> ModuleType:
    """The module of a port file; PortError where it does not import or lacks one of FUNCTIONS.

    `patches` are files that are read in the place of others, by these.
    """
    name = Path(path).stem
    if not Path(path).is_file():
        raise PortError(f"{path} is not a file: `python -m compare new {path}` writes one to start from")
    sys.path.insert(0, str(Path(path).resolve().parent))  # modules beside it can be imported, as from a script
    loader = AsItIs(f"port_{name}", patches.get(path, path))
    spec = spec_from_file_location(loader.name, path, loader=loader)
    if spec is None or Path(path).suffix != ".py":
        raise PortError(f"{path} is not a Python file: its name must end in .py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    module.__file__ = path
    with pointing_into(path, "while it was imported"):
        loader.exec_module(module)
    for function in FUNCTIONS:
        if not callable(getattr(module, function, None)):
            raise PortError(f"{Path(path).name} has no function {function}(): a port defines {', '.join(FUNCTIONS)}")
    return module


def side(
    path: str,
    side: str,
    evaluating: Callable[[Any], AbstractContextManager],
    as_one: Callable[[Any], Any] = lambda model: model,
    patches: Mapping[str, str] = MappingProxyType({}),
    function: str | None = None,
) -> Callable[[Mapping], Side]:
    """The function that makes one side of a port ("torch" or "tf"), by default torch_side or tf_side; its settings say
    what form the batches have.

    `evaluating(model)` puts a model into evaluation mode, for a loss that takes no `training`. `as_one(models)` is the
    model that the harness sees; the port's own functions are given what the port returned.
    """
    port, function = load(path, patches), function or f"{side}_side"
    if not callable(getattr(port, function, None)):
        raise PortError(f"{Path(path).name} has no function {function}()")

    def make(settings: Mapping) -> Side:
        with pointing_into(path, f"in {function}()"):
            made = getattr(port, function)()
        returned = _as_side(made, side, f"{Path(path).name}: {function}() returns")
        own_step = getattr(port, f"{side}_step", None) or returned.step
        form, restore = settings["form"], in_form(settings["form"])
        given = replace(
            returned,
            loss=in_either_mode(returned.loss, lambda model: evaluating(as_one(model))),
            step=None,
            batches=returned.batches and stream_of(returned.batches, form, f"{Path(path).name}: Side.batches yields"),
            takes_training=takes_training(returned.loss),
        )

        def loss(model: Any, batch: Mapping, training: bool = True) -> tuple[Any, dict]:
            with nullcontext() if training else no_evaluation(path):
                return loss_and_metrics(path, "loss", given.loss(given.model, restore(batch), training=training))

        seen = replace(given, model=_one(given.model, as_one, f"{Path(path).name}: {function}() returns"), loss=loss)
        if own_step is None:
            return seen

        def step(_: Side, batch: Mapping) -> tuple[Any, dict]:
            return loss_and_metrics(path, f"{side}_step", own_step(given, restore(batch)), updated=True)

        return replace(seen, step=step, as_written=True)

    return make


def _one(model: Any, as_one: Callable[[Any], Any], said: str) -> Any:
    try:
        return as_one(model)
    except ValueError as error:
        raise PortError(f"{said} a model that cannot be trained here: {error}") from error


def _as_side(made: Any, side: str, said: str) -> Side:
    """What a port's function made; PortError, beginning with `said`, where it cannot be trained."""
    if isinstance(made, (tuple, list)) and len(made) == 3:
        made = Side(*made)
    if not isinstance(made, Side) or not callable(made.loss):
        parts = (made.model, made.loss, made.optimizer) if isinstance(made, Side) else made
        raise PortError(
            f"{said} {what(parts)}, expected model, loss, optimizer, "
            "where loss(model, batch, training) gives the scalar to minimise"
        )
    if side == "tf" and made.schedule is not None:
        raise PortError(
            f"{said} a schedule ({type(made.schedule).__name__}), but Keras has none beside the optimizer: "
            "give it to the optimizer as its learning_rate, and leave schedule= out"
        )
    return made
