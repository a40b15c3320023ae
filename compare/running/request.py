"""What a side can be asked for, one type per kind of request. Each is sent to a worker as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

SIDES = ("torch", "tf")
AUDITS = (0,)


@dataclass(frozen=True)
class Start:
    """The initial weights of a port's run.

    `weights` is an .npz file of arrays under PyTorch's names; `names` pairs each tensor of the tf side with them:
    (tf name, expression of torch names). `alone` are tensors of the tf side that begin with one number throughout.
    """

    weights: str
    names: tuple[tuple[str, str], ...]
    alone: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Training:
    """A run that a study asks for.

    `nudge` is the dtype whose ulp moves each initial weight, or None. `audits` are the steps whose tensors are
    recorded, and then those of an evaluation at the end too; `steps` ends the run early. `eager` runs TensorFlow's
    step without compiling it to a graph. With `always_training` a port is evaluated as it is trained, because the loss
    of its PyTorch side does so itself. With `again`, every step is the first again, from the same weights and batch.

    With `leads`, the run leaves its trajectory, under the name of its precision. `follows` names the trajectory whose
    state each step begins with; a nudge then moves the weights of every step anew, by so many `ulps`, and with more
    than one the gradients too; `sample` is which of several. `rounded` rounds the settings of PyTorch's optimizers to
    float32. With `operations`, the first audited step is recorded operation by operation.
    """

    precision: str
    nudge: str | None = None
    audits: tuple[int, ...] = AUDITS
    steps: int | None = None
    eager: bool = False
    start: Start | None = None
    leads: bool = False
    follows: str | None = None
    sample: int = 0
    ulps: int = 1
    rounded: bool = False
    always_training: bool = False
    again: bool = False
    operations: bool = False


@dataclass(frozen=True)
class TrainCase:
    """Train a reference case; `function`, "package.module:function", may make the side in place of its model file."""

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
    """Write at most `most` batches of a port's batches(rng) to `output`: the inputs of its runs."""

    output: str
    file: str
    seed: int
    most: int


@dataclass(frozen=True)
class CheckComponent:
    """Compute one component in one precision, its arrays moved by one ulp of `nudge` where that is a dtype."""

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
    alone = tuple((name, value) for name, value in start["alone"]) if start else ()
    began = Start(start["weights"], names, alone) if start else None
    return Training(**others, audits=tuple(audits), start=began)


class RequestFailedError(Exception):
    """A request that a side could not fulfil; the message names the side and says why."""

    def __init__(self, side: str, message: str):
        super().__init__(f"{side}: {message}")
        self.side = side
