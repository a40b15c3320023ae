"""What a port trains on: the batches that it yields, taken once and checked, and its other settings for the data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from compare.inputs.expressions import ExplicitPairs, explicit_pairs
from compare.inputs.port_errors import PortError, pointing_into, what
from compare.inputs.port_file import load
from compare.inputs.port_forms import arrays_of, form_of, named
from compare.inputs.port_inputs import Batch, PortInputs, quarter

MOST_BYTES = 4e9


def draw(path: str, seed: int, most: int) -> PortInputs:
    """At most `most` batches of `batches(rng)`; PortError where they cannot be trained on, or are not repeatable."""
    port = load(path)
    with pointing_into(path, "in batches()"):
        first, more = _take(port, seed, most)
        second, _ = _take(port, seed, min(most, 2))
    file = Path(path).name
    said = f"{file}: batches() yields"
    if not first:
        raise PortError(f"{said} nothing: there is nothing to train on")
    forms = {form_of(batch) for batch in first}
    if len(forms) > 1:
        raise PortError(f"{said} {' and '.join(sorted(forms))}: give all batches the same form")
    drawn = [named(batch, said) for batch in first]
    again = [named(batch, said) for batch in second]
    if len(again) != min(len(drawn), 2) or not all(map(_same, drawn, again)):
        raise PortError(f"{said} different batches at each call: take all randomness from its rng")
    form = forms.pop()
    return PortInputs(
        name=Path(path).stem,
        seed=seed,
        form=form,
        drawn=drawn,
        steps_per_epoch=_steps_per_epoch(file, getattr(port, "STEPS_PER_EPOCH", quarter(len(drawn)))),
        channels_first=_channels_first(file, getattr(port, "CHANNELS_FIRST", ()), drawn[0]),
        explicit=_explicit(file, getattr(port, "WEIGHTS", {})),
        more=more,
        evaluation=_evaluation(path, port, seed, form, list(drawn[0])),
        must_fall=_must_fall(file, getattr(port, "MUST_FALL", False)),
        accepted=_accepted(file, getattr(port, "ACCEPT", {})),
    )


def _take(port: ModuleType, seed: int, most: int) -> tuple[list[Any], bool]:
    """The first `most` batches, and whether there were more."""
    stream = iter(port.batches(np.random.default_rng(seed)))
    taken: list[Any] = []
    size = 0
    for batch in islice(stream, most):
        taken.append(batch)
        size += sum(np.asarray(array).nbytes for array in arrays_of(batch))
        if size > MOST_BYTES:
            raise ValueError(f"{len(taken)} batches take {size / 1e9:.0f} GB: give fewer with --steps")
    return taken, next(stream, None) is not None


def _evaluation(path: str, port: ModuleType, seed: int, form: str, names: list[str]) -> Batch:
    """The batch of the port's evaluation(rng), whose `rng` begins as that of batches(); empty where it has none."""
    if not hasattr(port, "evaluation"):
        return {}
    with pointing_into(path, "in evaluation()"):
        batch, again = (port.evaluation(np.random.default_rng(seed)) for _ in range(2))
    said = f"{Path(path).name}: evaluation() returns"
    if isinstance(batch, Iterator):
        raise PortError(f"{said} {what(batch)}, expected one batch: return it, do not yield it")
    evaluation = named(batch, said)
    if form_of(batch) != form or list(evaluation) != names:
        expected = f"{form} with {', '.join(names)}, as batches() yields"
        raise PortError(f"{said} {form_of(batch)} with {', '.join(evaluation)}, expected {expected}")
    if not _same(evaluation, named(again, said)):
        raise PortError(f"{said} a different batch at each call: take all randomness from its rng")
    return evaluation


def _same(one: Batch, other: Batch) -> bool:
    return list(one) == list(other) and all(
        np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f") for name in one
    )


def _steps_per_epoch(file: str, given: Any) -> int:
    if not isinstance(given, int) or given < 1:
        raise PortError(f"{file}: STEPS_PER_EPOCH is {given!r}, expected a whole number from 1")
    return given


def _must_fall(file: str, given: Any) -> bool:
    if not isinstance(given, bool):
        raise PortError(f"{file}: MUST_FALL is {given!r}, expected True or False")
    return given


def _accepted(file: str, given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(each, str) for pair in given.items() for each in pair):
        raise PortError(f"{file}: ACCEPT is {given!r}, expected reasons by differences, as the report calls these")
    return dict(given)


def _channels_first(file: str, given: Any, batch: Batch) -> tuple[str, ...]:
    names = tuple(given) if isinstance(given, (tuple, list)) else ()
    if not isinstance(given, (tuple, list)) or not set(names) <= set(batch):
        raise PortError(f"{file}: CHANNELS_FIRST is {given!r}, expected a tuple of names out of {', '.join(batch)}")
    return names


def _explicit(file: str, weights: Any) -> ExplicitPairs:
    """The port's WEIGHTS as pairs (tf name, expression of torch names); None leaves the other unpaired."""
    try:
        return explicit_pairs(weights)
    except ValueError as error:
        raise PortError(f"{file}: {error}") from None
