"""A user's port: one Python file with both sides of a training problem.

It is read where it runs, in a worker, and whatever is wrong with it becomes a PortError that points into the file.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from compare.port_inputs import FORMS, Batch, PortInputs, quarter
from compare.side import Side

FUNCTIONS = ("batches", "torch_side", "tf_side")
MOST_BYTES = 4e9


class PortError(Exception):
    """What is wrong with a port, in its author's terms."""


def load(path: str) -> ModuleType:
    """The module of a port file; PortError where it does not import or lacks one of FUNCTIONS."""
    name = Path(path).stem
    if not Path(path).is_file():
        raise PortError(f"{path} is no file: `python -m compare new {path}` writes one to start from")
    sys.path.insert(0, str(Path(path).resolve().parent))  # what stands beside it can be imported, as from a script
    spec = spec_from_file_location(f"port_{name}", path)
    if spec is None:
        raise PortError(f"{path} is no Python file: its name must end in .py")
    module = module_from_spec(spec)
    with pointing_into(path, "while it was imported"):
        spec.loader.exec_module(module)
    for function in FUNCTIONS:
        if not callable(getattr(module, function, None)):
            raise PortError(f"{Path(path).name} has no function {function}(): a port defines {', '.join(FUNCTIONS)}")
    return module


def draw(path: str, seed: int, most: int) -> PortInputs:
    """What `batches(rng)` yields, at most so many; PortError where that cannot be trained on, or is not repeatable."""
    port = load(path)
    with pointing_into(path, "in batches()"):
        first, more = _take(port, seed, most)
        second, _ = _take(port, seed, min(most, 2))
    file = Path(path).name
    if not first:
        raise PortError(f"{file}: batches() yields no batch: there is nothing to train on")
    if any(_differ(one, other) for one, other in zip(first, second, strict=False)):
        raise PortError(
            f"{file}: batches() yields other batches at each call: draw everything from the rng it is given"
        )
    forms = {_form(batch) for batch in first}
    if len(forms) > 1:
        raise PortError(f"{file}: batches() yields {' and '.join(sorted(forms))}: give all of them one form")
    named = [_named(file, batch) for batch in first]
    epoch = getattr(port, "STEPS_PER_EPOCH", None) or quarter(len(named))
    return PortInputs(
        name=Path(path).stem,
        seed=seed,
        form=forms.pop(),
        drawn=named,
        steps_per_epoch=int(epoch),
        channels_first=tuple(getattr(port, "CHANNELS_FIRST", ())),
        explicit=_explicit(file, getattr(port, "WEIGHTS", {})),
        more=more,
    )


def side(path: str, side: str) -> Callable[[Mapping], Side]:
    """What makes one side of a port ("torch" or "tf") as the loop takes it; its settings say the batches' form."""
    port, function = load(path), f"{side}_side"

    def make(settings: Mapping) -> Side:
        with pointing_into(path, f"in {function}()"):
            made = getattr(port, function)()
        if isinstance(made, Side):
            made = (made.model, made.loss, made.optimizer)
        if not isinstance(made, (tuple, list)) or len(made) != 3 or not callable(made[1]):
            raise PortError(
                f"{Path(path).name}: {function}() returns {_what(made)}, expected model, loss, optimizer, "
                "where loss(model, batch) gives the scalar to minimise"
            )
        given, restore = Side(*made), FORMS[settings["form"]]
        own_step = getattr(port, f"{side}_step", None)

        def loss(model, batch):
            return _loss_and_metrics(path, "loss", given.loss(model, restore(batch)))

        def step(_, batch):
            return _loss_and_metrics(path, f"{side}_step", own_step(given, restore(batch)))

        return replace(given, loss=loss, step=step if own_step else None)

    return make


@contextmanager
def pointing_into(path: str, where: str) -> Iterator[None]:
    """Whatever goes wrong inside becomes a PortError that names the line of the file."""
    try:
        yield
    except PortError:
        raise
    except (Exception, SystemExit) as error:
        raise PortError(f"{_line(path, error)} {where}: {type(error).__name__}: {_text(error)}") from error


def _line(path: str, error: BaseException) -> str:
    """The file, and the last of its lines that the error passed."""
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


def _take(port: ModuleType, seed: int, most: int) -> tuple[list[Any], bool]:
    """So many batches as they come, and whether there were more."""
    stream = iter(port.batches(np.random.default_rng(seed)))
    taken: list[Any] = []
    size = 0
    for batch in islice(stream, most):
        taken.append(batch)
        size += sum(np.asarray(array).nbytes for array in _arrays(batch))
        if size > MOST_BYTES:
            raise ValueError(f"{len(taken)} batches take {size / 1e9:.0f} GB: give fewer with --steps")
    return taken, next(stream, None) is not None


def _form(batch: Any) -> str:
    return "dicts" if isinstance(batch, Mapping) else "tuples" if isinstance(batch, (tuple, list)) else "arrays"


def _arrays(batch: Any) -> list[Any]:
    return list(batch.values() if isinstance(batch, Mapping) else batch if _form(batch) == "tuples" else [batch])


def _named(file: str, batch: Any) -> Batch:
    names = list(batch) if isinstance(batch, Mapping) else [str(number) for number in range(len(_arrays(batch)))]
    arrays = {str(name): np.asarray(array) for name, array in zip(names, _arrays(batch), strict=True)}
    for name, array in arrays.items():
        if array.dtype.kind not in "fiub":
            raise PortError(f"{file}: batches() yields {name} as {array.dtype}, expected NumPy arrays of numbers")
        if not array.ndim:
            raise PortError(f"{file}: batches() yields {name} as a scalar, expected an array with an axis of examples")
    return arrays


def _differ(one: Any, other: Any) -> bool:
    pairs = zip(_arrays(one), _arrays(other), strict=False)
    return not all(np.array_equal(np.asarray(left), np.asarray(right)) for left, right in pairs)


def _explicit(file: str, weights: Any) -> tuple[tuple[str | None, str | None], ...]:
    """The port's WEIGHTS as pairs (tf name, expression of torch names); None leaves the other unpaired."""
    if not isinstance(weights, Mapping):
        raise PortError(f"{file}: WEIGHTS is {_what(weights)}, expected a dict from names of tf to names of torch")
    return tuple(
        (name, expression)
        for name, given in weights.items()
        for expression in (given if isinstance(given, (tuple, list)) else [given])
    )


def _loss_and_metrics(path: str, function: str, result: Any) -> tuple[Any, dict]:
    value, metrics = result if isinstance(result, tuple) and len(result) == 2 else (result, {})
    shape = getattr(value, "shape", None)
    if shape is None or not isinstance(metrics, Mapping):
        raise PortError(
            f"{Path(path).name}: {function} returns {_what(result)}, expected the loss, or loss and metrics"
        )
    if any(size != 1 for size in shape):
        raise PortError(f"{Path(path).name}: {function} returns shape {tuple(shape)}, expected a scalar: take its mean")
    return value, dict(metrics)


def _what(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"{len(value)} values ({', '.join(type(part).__name__ for part in value)})"
    return type(value).__name__
