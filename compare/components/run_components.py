"""Runs components on the two workers, one by one: a component that raises, crashes or hangs fails its own row only."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from compare.components import arrays
from compare.components.judging import ComponentRow, ComponentRuns, compare_component
from compare.components.spec import Spec
from compare.inputs.arrays import Arrays
from compare.running.options import Options
from compare.running.pool import Pool
from compare.running.request import SIDES, CheckComponent, RequestFailedError
from compare.running.scheduler import at_once

OPEN_AT_ONCE = 8  # enough that neither worker waits for the other


def run_components(chosen: Mapping[str, tuple[str, Spec]], options: Options) -> Iterator[ComponentRow]:
    """The row of each component as it comes; `chosen` gives kind and spec by key.

    Raises FrameworkUnavailableError where a side cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="compare-", ignore_cleanup_errors=True) as name:
        inputs = Path(name) / "inputs.npz"
        arrays.write({key: spec for key, (_, spec) in chosen.items()}, inputs)
        with options.pool(Path(name)) as pool:
            rows = [partial(_row, pool, inputs, key, kind, spec) for key, (kind, spec) in chosen.items()]
            yield from at_once(OPEN_AT_ONCE, rows)


def _row(pool: Pool, inputs: Path, key: str, kind: str, spec: Spec, begun: Callable[[], None]) -> ComponentRow:
    """Check one component on both sides: plain, and in float32 also with every input and weight nudged by one ulp."""
    begun()
    plain: dict[str, Arrays] = {}
    nudged: dict[str, Arrays] = {}
    errors: list[str] = []
    for side in SIDES:
        try:
            plain[side] = _checked(pool, inputs, side, key, kind, spec.precision, None)
            if spec.precision == "float32":
                nudged[side] = _checked(pool, inputs, side, key, kind, spec.precision, "float32")
        except RequestFailedError as error:
            errors.append(str(error))
    return compare_component(kind, key, spec, ComponentRuns(plain, nudged, tuple(errors)))


def _checked(pool: Pool, inputs: Path, side: str, key: str, kind: str, precision: str, nudge: str | None) -> Arrays:
    """What one side computes."""
    output = inputs.with_name(f"{key} {side} {nudge or 'plain'}.npz")
    pool.fulfil([(side, CheckComponent(str(output), str(inputs), kind, key, precision, nudge))])
    with np.load(output, allow_pickle=False) as file:
        found = {name: file[name] for name in file.files}
    output.unlink()
    return found
