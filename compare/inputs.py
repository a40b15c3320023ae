"""The bytes that both sides start from: data, batch order and initial weights, in one `inputs.npz` with its sha256.

Notice that arrays are shared, never seeds, and that the float64 masters are cast to a run's precision only here.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from compare import cases
from compare.case import Arrays, Case, generators

GROUPS = ("data", "weights", "per_step", "evaluation")  # the fields of Inputs that hold arrays by name


@dataclass(frozen=True)
class Inputs:
    """A case made concrete: float64 masters, and for how many steps to train on them."""

    case: Case
    seed: int
    steps: int
    data: Arrays
    weights: Arrays
    order: np.ndarray  # (epochs, examples): the permutation that each epoch follows; one row where all are alike
    per_step: Arrays = field(default_factory=dict)  # (steps, ...): what each step has for itself
    evaluation: Arrays = field(default_factory=dict)  # the batch that is held out, where the case has one

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

    def examples(self, precision: str) -> list[Arrays]:
        """A batch of every shape that training will meet: the first, and the last of the epoch."""
        return [self.batch(step, precision) for step in {0, min(self.steps, self.steps_per_epoch) - 1}]


def make_inputs(
    case: Case, seed: int = 0, epochs: int | None = None, steps: int | None = None, data_dir: Path | None = None
) -> Inputs:
    """Draw or read the arrays of a case.

    `steps` alone trains for exactly that many steps, over as many epochs as they take; with `epochs`, for the
    lesser of the two. Raises ValueError where there is nothing to train on, DataError where `data_dir` cannot be read.
    """
    if data_dir is not None and case.read_data is None:
        raise ValueError(f"{case.name} draws its data and reads none: leave --data-dir out")
    generator = generators(seed)
    data = case.read_data(Path(data_dir)) if data_dir is not None else case.data(generator)
    examples = len(next(iter(data.values())))
    per_epoch = len(case.batch_rows(examples))
    if not per_epoch:
        raise ValueError(f"{case.name}: {examples} examples make no whole batch of {case.batch_size}")
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
    return Inputs(case, seed, total, data, case.weights(generator), order, per_step, evaluation)


def write_inputs(inputs: Inputs, path: Path) -> str:
    """Write `inputs` to `path` and return the sha256 of the file: the same inputs give the same bytes."""
    meta = json.dumps({"case": inputs.case.name, "seed": inputs.seed, "steps": inputs.steps})
    arrays = {"meta": np.array(meta), "order": inputs.order}
    for group in GROUPS:
        arrays |= {f"{group}/{name}": array for name, array in getattr(inputs, group).items()}
    np.savez(path, **arrays)
    return sha256(path)


def read_inputs(path: Path) -> Inputs:
    with np.load(path, allow_pickle=False) as file:
        meta = json.loads(str(file["meta"]))
        groups: dict[str, Arrays] = {group: {} for group in GROUPS}
        for key in file.files:
            group, _, name = key.partition("/")
            if name:
                groups[group][name] = file[key]
        return Inputs(cases.load(meta["case"]), meta["seed"], meta["steps"], **groups, order=file["order"])


def sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cast(arrays: Mapping[str, np.ndarray], precision: str) -> Arrays:
    """Floating arrays in `precision` ("float32" or "float64"); all others unchanged."""
    return {
        name: array.astype(precision, copy=False) if np.issubdtype(array.dtype, np.floating) else array
        for name, array in arrays.items()
    }


def nudge(weights: Mapping[str, np.ndarray], seed: int, ulp_of: str) -> Arrays:
    """Each weight moved by one ulp of the dtype `ulp_of`, up or down as a coin seeded by (seed, name) falls.

    The arrays keep their dtype: a float64 run nudged by a float32 ulp is what a constant rounded to float32 can do.
    A zero stays zero, for the ulp there is no fraction of anything.
    """
    generator = generators(seed)
    moved = {}
    for name, array in weights.items():
        direction = np.where(generator(f"nudge/{name}").random(array.shape) < 0.5, -1.0, 1.0)
        ulp = np.where(array == 0, 0, np.spacing(np.abs(array).astype(ulp_of)))
        moved[name] = (array + direction * ulp).astype(array.dtype)
    return moved
