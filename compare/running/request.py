"""What a side can be asked for, one type a meaning. To a worker, each travels as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

SIDES = ("torch", "tf")
AUDITS = (0, 1, 2)


@dataclass(frozen=True)
class Start:
    """The initial weights of a run, where they are not the case's own.

    `weights` is an .npz file of arrays under PyTorch's names; `names` says for TensorFlow which of its tensors begins
    as which of them: (tf name, expression of torch names).
    """

    weights: str
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Training:
    """A run that a study asks for, of whatever it studies.

    `nudge` is the dtype whose ulp moves each initial weight, or None. `audits` are the steps whose tensors are
    recorded; `steps` ends the run early. `eager` runs TensorFlow's step as it is written, never as a graph.
    """

    precision: str
    nudge: str | None = None
    audits: tuple[int, ...] = AUDITS
    steps: int | None = None
    eager: bool = False
    start: Start | None = None


@dataclass(frozen=True)
class TrainCase:
    """Train a reference case, or what "package.module:function" makes in place of its own model file."""

    output: str
    inputs: str
    training: Training
    function: str | None = None


@dataclass(frozen=True)
class TrainPort:
    """Train one side of a port file; without a start, from the side's own initial weights."""

    output: str
    inputs: str
    training: Training
    file: str


@dataclass(frozen=True)
class DrawBatches:
    """Write what a port's batches(rng) yields, at most so many, to `output`: they become the inputs of its runs."""

    output: str
    file: str
    seed: int
    most: int


@dataclass(frozen=True)
class CheckComponent:
    """Check an entry of the dictionary of components, in one precision, its arrays nudged by an ulp of a dtype."""

    output: str
    inputs: str
    kind: str
    key: str
    precision: str
    nudge: str | None = None


Request = TrainCase | TrainPort | DrawBatches | CheckComponent


def to_line(request: Request) -> str:
    return json.dumps({"request": type(request).__name__, **asdict(request)}) + "\n"


def from_line(line: str) -> Request:
    fields = json.loads(line)
    kind = next(kind for kind in Request.__args__ if kind.__name__ == fields["request"])
    del fields["request"]
    if "training" in fields:
        fields["training"] = _training(**fields["training"])
    return kind(**fields)


def _training(start: dict | None, audits: list[int], **others: Any) -> Training:
    names = tuple((name, expression) for name, expression in start["names"]) if start else ()
    began = Start(start["weights"], names) if start else None
    return Training(**others, audits=tuple(audits), start=began)


class RequestFailedError(Exception):
    """A request that a side could not fulfil: raised where it was asked for."""

    def __init__(self, side: str, message: str):
        super().__init__(f"{side}: {message}")
        self.side = side
