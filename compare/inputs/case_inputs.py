"""The bytes that both sides start from: data, batch order and initial weights, in one `inputs.npz` with its sha256.

Notice that arrays are shared, never seeds, and that only `batch` casts them from float64 to a run's precision.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from compare.inputs import cases
from compare.inputs.arrays import Arrays, cast, generators, sha256
from compare.inputs.case import Case
from compare.inputs.subject import Subject

GROUPS = ("data", "weights", "per_step", "evaluation")  # the fields of CaseInputs that hold arrays by name


@dataclass(frozen=True)
class CaseInputs:
    """The arrays of a case, in float64, and how many steps to train on them."""

    case: Case
    seed: int
    steps: int
    data: Arrays
    weights: Arrays
    order: np.ndarray  # (epochs, examples): the permutation of each epoch; one row where all are the same
    per_step: Arrays = field(default_factory=dict)  # (steps, ...): what belongs to a step, not to its examples
    evaluation: Arrays = field(default_factory=dict)  # the held-out batch, where the case has one

    @property
    def subject(self) -> Subject:
        return Subject(self.case.name, self.seed, self.steps, self.steps_per_epoch)

    @property
    def name(self) -> str:
        return self.case.name

    @property
    def settings(self) -> Mapping[str, float]:
        return self.case.settings

    @property
    def channels_first(self) -> tuple[str, ...]:
        return self.case.channels_first

    @property
    def steps_per_epoch(self) -> int:
        return len(self.case.batch_rows(self.order.shape[1]))

    def batch(self, step: int, precision: str) -> Arrays:
        """The batch of one step, as NumPy arrays of the run's precision (integers stay as they are)."""
        rows = self.case.batch_rows(self.order.shape[1])
        epoch, index = divmod(step, len(rows))
        chosen = self.order[epoch % len(self.order), rows[index]]
        examples = {name: array[chosen] for name, array in self.data.items()}
        own = {name: np.asarray(array[step]) for name, array in self.per_step.items()}
        return cast(self.case.prepare(examples | own), precision)

    def batches(self, precision: str) -> Iterator[Arrays]:
        """Every batch of the run in order."""
        return (self.batch(step, precision) for step in range(self.steps))

    def held_out(self, precision: str) -> Arrays | None:
        """The batch that is evaluated after every epoch; None where the case has none."""
        return cast(self.case.prepare(self.evaluation), precision) if self.evaluation else None

    def last_evaluated(self, precision: str) -> Arrays:
        """The batch that is evaluated at the end."""
        return self.batch(0, precision)

    def examples(self, precision: str) -> list[Arrays]:
        """A batch of every shape that training will see: the first, and the last of the epoch."""
        return [self.batch(step, precision) for step in {0, min(self.steps, self.steps_per_epoch) - 1}]


def make_inputs(
    case: Case, seed: int = 0, epochs: int | None = None, steps: int | None = None, data_dir: Path | None = None
) -> CaseInputs:
    """Generate or read the arrays of a case.

    `steps` alone trains for exactly that many steps, over as many epochs as they take; with `epochs`, for whichever
    ends first. Raises ValueError where there is nothing to train on, DataError where `data_dir` cannot be read.
    """
    generator = generators(seed)
    if data_dir is None:
        data = case.data(generator)
    elif case.read_data is None:
        raise ValueError(f"{case.name} generates its data and reads none: leave --data-dir out")
    else:
        data = case.read_data(Path(data_dir))
    examples = len(next(iter(data.values())))
    per_epoch = len(case.batch_rows(examples))
    if not per_epoch:
        raise ValueError(f"{case.name}: {examples} examples are less than one batch of {case.batch_size}")
    if epochs is None:
        epochs = case.epochs if steps is None else math.ceil(steps / per_epoch)
    total = epochs * per_epoch if steps is None else min(steps, epochs * per_epoch)
    if total < 1:
        asked = f"{epochs} epochs" if steps is None else f"{steps} steps"
        raise ValueError(f"{case.name}: {asked} leave nothing to train, expected at least 1")
    order = np.arange(examples)[None]
    if case.shuffle:
        try:
            order = generator("order").permuted(np.repeat(order, epochs, axis=0), axis=1)
        except MemoryError as error:
            raise ValueError(f"{case.name}: the order of {epochs} epochs does not fit into memory") from error
    per_step = case.per_step(generator, total) if case.per_step else {}
    evaluation = case.held_out(generator) if case.held_out else {}
    return CaseInputs(case, seed, total, data, case.weights(generator), order, per_step, evaluation)


def write_inputs(inputs: CaseInputs, path: Path) -> str:
    """Write `inputs` to `path` and return the sha256 of the file: the same inputs give the same bytes."""
    meta = json.dumps({"case": inputs.case.name, "seed": inputs.seed, "steps": inputs.steps})
    arrays = {"meta": np.array(meta), "order": inputs.order}
    for group in GROUPS:
        arrays |= {f"{group}/{name}": array for name, array in getattr(inputs, group).items()}
    np.savez(path, allow_pickle=False, **arrays)
    return sha256(path)


def read_inputs(path: Path) -> CaseInputs:
    with np.load(path, allow_pickle=False) as file:
        meta = json.loads(str(file["meta"]))
        groups: dict[str, Arrays] = {group: {} for group in GROUPS}
        for key in file.files:
            group, _, name = key.partition("/")
            if name:
                groups[group][name] = file[key]
        return CaseInputs(cases.load(meta["case"]), meta["seed"], meta["steps"], **groups, order=file["order"])
