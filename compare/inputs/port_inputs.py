"""The bytes that both sides of a port start from: the batches that it yielded, in one `inputs.npz`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from compare.inputs.arrays import Arrays, cast
from compare.inputs.subject import Subject

Batch = Arrays
FEWEST_STEPS = 20


@dataclass(frozen=True)
class PortInputs:
    """What a port trains on. Its initial weights are not among the inputs: they are the torch side's own."""

    name: str
    seed: int
    form: str  # as form_of tells it
    drawn: list[Batch]
    steps_per_epoch: int
    channels_first: tuple[str, ...] = ()
    explicit: tuple[tuple[str | None, str | None], ...] = ()  # the port's WEIGHTS
    more: bool = False  # whether there were more batches
    must_fall: bool = False  # the port's MUST_FALL: whether a loss that does not fall is a verdict
    accepted: dict[str, str] = field(default_factory=dict)  # the port's ACCEPT: reasons by the words of differences
    weights: Arrays = field(default_factory=dict)
    evaluation: Batch = field(default_factory=dict)  # what the port's evaluation() returned; empty where it has none

    @property
    def subject(self) -> Subject:
        return Subject(self.name, self.seed, self.steps, self.steps_per_epoch)

    @property
    def steps(self) -> int:
        return len(self.drawn)

    @property
    def settings(self) -> dict[str, Any]:
        return {"form": self.form}

    def batch(self, step: int, precision: str) -> Batch:
        """The batch of one step, its floating arrays in the run's precision."""
        return cast(self.drawn[step], precision)

    def batches(self, precision: str) -> Iterator[Batch]:
        """Every batch of the run in order."""
        return (self.batch(step, precision) for step in range(self.steps))

    def held_out(self, precision: str) -> Batch | None:
        """The batch that is evaluated after every epoch; None where the port has none."""
        return cast(self.evaluation, precision) if self.evaluation else None

    def last_evaluated(self, precision: str) -> Batch:
        """The batch that is evaluated at the end."""
        return self.held_out(precision) or self.batch(0, precision)

    def examples(self, precision: str) -> list[Batch]:
        """A batch of every shape that training will see."""
        shapes: dict[tuple, int] = {}
        for step, batch in enumerate(self.drawn):
            shapes.setdefault(tuple(array.shape for array in batch.values()), step)
        return [self.batch(step, precision) for step in shapes.values()]


EVALUATION = "evaluation"  # in the file, where a batch of a step has its number
META = ("name", "seed", "form", "steps_per_epoch", "channels_first", "explicit", "more", "must_fall", "accepted")


def write(inputs: PortInputs, path: Path) -> None:
    """Write `inputs` to `path`; the same inputs give the same bytes."""
    arrays = {f"{step}/{name}": array for step, batch in enumerate(inputs.drawn) for name, array in batch.items()}
    arrays |= {f"{EVALUATION}/{name}": array for name, array in inputs.evaluation.items()}
    meta = json.dumps({name: getattr(inputs, name) for name in META})
    np.savez(path, allow_pickle=False, meta=np.array(meta), **arrays)


def read(path: Path) -> PortInputs:
    """What `write` wrote."""
    with np.load(path, allow_pickle=False) as file:
        meta = json.loads(str(file["meta"]))
        drawn: dict[str, Batch] = {}
        for key in file.files:
            step, _, name = key.partition("/")
            if name:
                drawn.setdefault(step, {})[name] = file[key]
    evaluation = drawn.pop(EVALUATION, {})
    meta["channels_first"] = tuple(meta["channels_first"])
    meta["explicit"] = tuple((name, expression) for name, expression in meta["explicit"])
    return PortInputs(drawn=list(drawn.values()), evaluation=evaluation, **meta)


def quarter(steps: int) -> int:
    """The default epoch: a quarter of the steps, or all of them where they are few."""
    return steps // 4 if steps >= FEWEST_STEPS else max(1, steps)
