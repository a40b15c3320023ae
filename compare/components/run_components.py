"""Runs components on the two workers, one job each: one that raises, crashes or hangs costs its own row only."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from compare.components import arrays
from compare.components.judging import SIDES, ComponentRow, ComponentRuns, compare_component
from compare.components.spec import Spec
from compare.inputs.arrays import Arrays
from compare.reporting.trial import Options
from compare.running.execute import Job
from compare.running.pool import Event, Workers


@dataclass
class _Unfinished:
    """A component whose jobs have not all ended."""

    kind: str
    spec: Spec
    jobs: int = 0
    found: dict[tuple[str, bool], Arrays] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        self.jobs -= 1
        if event.kind == "failed":
            self.errors.setdefault(event.side, f"{event.side}: {event.message}")
            return
        with np.load(event.job.trace, allow_pickle=False) as file:
            self.found[event.side, bool(event.job.nudge)] = {name: file[name] for name in file.files}
        Path(event.job.trace).unlink()

    def row(self, key: str) -> ComponentRow:
        plain = {side: self.found.get((side, False), {}) for side in SIDES}
        nudged = {side: self.found.get((side, True), {}) for side in SIDES}
        runs = ComponentRuns(plain, nudged, tuple(self.errors.values()))
        return compare_component(self.kind, key, self.spec, runs)


def run_components(
    chosen: Mapping[str, tuple[str, Spec]], options: Options, on_event: Callable[[Event], None] = lambda event: None
) -> Iterator[ComponentRow]:
    """The row of each component as it comes; `chosen` gives kind and spec by key.

    Raises FrameworkUnavailableError where a side cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="compare-") as name:
        inputs = Path(name) / "inputs.npz"
        arrays.write({key: spec for key, (_, spec) in chosen.items()}, inputs)
        pythons = {"torch": options.torch_python, "tf": options.tf_python}
        with Workers(Path(name), pythons, options.threads, options.timeout) as workers:
            waiting = {key: _Unfinished(kind, spec) for key, (kind, spec) in chosen.items()}
            for key, one in waiting.items():
                for side in SIDES:
                    for job in _jobs(key, one, side, inputs):
                        workers.submit(side, job)
                        one.jobs += 1
            for event in workers.events():
                on_event(event)
                key = event.job.component.partition("/")[2]
                if event.kind != "progress":
                    waiting[key].take(event)
                    if not waiting[key].jobs:
                        yield waiting.pop(key).row(key)


def _jobs(key: str, one: _Unfinished, side: str, inputs: Path) -> list[Job]:
    """Plain, and in float32 also with every input and weight nudged by one ulp."""
    nudges = (None, "float32") if one.spec.precision == "float32" else (None,)
    return [
        Job(
            id=f"{key} {side} {nudge or 'plain'}",
            inputs=str(inputs),
            trace=str(inputs.with_name(f"{key} {side} {nudge or 'plain'}.npz")),
            precision=one.spec.precision,
            nudge=nudge,
            component=f"{one.kind}/{key}",
        )
        for nudge in nudges
    ]
