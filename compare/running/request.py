"""What a side can be asked for, one type per kind of request. Each is sent to a worker as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

STEP_FILE = "COMPARE_STEP_FILE"  # in the environment: where a worker leaves the number of the step that it makes
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
class Isolation:
    """What a run of tf is given of one of torch's, at the audited steps.

    `trace` is of the run that left its layers' exchange; `names` pairs the outputs of tf's layers with torch's,
    and `evaluated` those of the evaluation at the end, where the calls come in another order. The layers of tf in
    `inner` are parts of one of torch's, which was given something else. To the calls in `soft`, by
    torch's names, this side's own gradient comes back. Of the weights in `gradients`, named likewise, the optimizer is
    given torch's gradient.
    """

    trace: str
    names: tuple[tuple[str, str], ...]
    inner: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    gradients: tuple[str, ...] = ()
    evaluated: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Training:
    """A run that a study asks for.

    `nudge` is the dtype whose ulp moves each initial weight, or None. `audits` are the steps whose tensors are
    recorded, and then those of an evaluation at the end too; `steps` ends the run early. `eager` runs TensorFlow's
    step without compiling it to a graph. With `always_training` a port is evaluated as it is trained, because the loss
    of its PyTorch side does so itself. With `again`, every step is the first again, from the same weights and batch;
    `reseeded`, each begins with another state of random numbers.

    With `leads`, the run leaves its trajectory, under the name of its precision. `follows` names the trajectory whose
    state each step begins with; a nudge then moves the weights of every step anew, by so many `ulps`, and with more
    than one the gradients too; `sample` is which of several. `rounded` rounds the settings of PyTorch's optimizers to
    float32. With `operations`, the first audited step is recorded operation by operation.

    A run of torch that `exchanges` leaves what its layers were given and handed on; one of tf in `isolation` takes it.
    To one of torch's, what is `injected` (an .npz file) is added step by step. With `losses_alone` no other tensor is
    left. `patches` are pairs of the user's files and of those that are read in their place; what the probes in these
    find is written to the file `probes`.
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
    reseeded: bool = False
    exchanges: bool = False
    isolation: Isolation | None = None
    injected: str | None = None
    losses_alone: bool = False
    operations: bool = False
    patches: tuple[tuple[str, str], ...] = ()
    probes: str | None = None


@dataclass(frozen=True)
class TrainCase:
    """Train a reference case; `function`, "package.module:function", may make the side in place of its model file."""

    output: str
    inputs: str
    training: Training
    function: str | None = None


@dataclass(frozen=True)
class TrainPort:
    """Train one side of a port file; without a start, from the side's own initial weights.

    `function` makes the side, by default torch_side or tf_side.
    """

    output: str
    inputs: str
    training: Training
    file: str
    function: str | None = None


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


def _training(start: dict | None, audits: list[int], isolation: dict | None, patches: list, **others: Any) -> Training:
    began = Start(start["weights"], _tuples(start["names"]), _tuples(start["alone"])) if start else None
    given = Isolation(**{name: _tuples(value) for name, value in isolation.items()}) if isolation else None
    return Training(**others, audits=tuple(audits), start=began, isolation=given, patches=_tuples(patches))


def _tuples(value: Any) -> Any:
    """JSON's lists as tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


class RequestFailedError(Exception):
    """A request that a side could not fulfil; the message names the side and says why."""

    def __init__(self, side: str, message: str):
        super().__init__(f"{side}: {message}")
        self.side = side
