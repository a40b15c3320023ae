"""What a trace says about its run: written by the recorder, read by the judge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from math import prod
from typing import Any

from compare.inputs.expressions import ExplicitPairs
from compare.traces.places import Place
from compare.traces.weights import WeightGroup

LARGE = 5e6  # weights
BY_ITSELF = "by itself"  # how a step is compiled that runs graphs of its own
FORMAT = 4  # of the whole file; goes up when old readers would misread new files, or new readers old ones


class HeaderError(Exception):
    """A header that this version cannot read; the message is a predicate whose subject is the file."""


@dataclass(frozen=True)
class Setting:
    """How something is set, as a JSON value; `subject` is "optimizer", "model", "loss", "precision" or a layer."""

    subject: str
    kind: str
    setting: str
    value: Any


@dataclass(frozen=True)
class Known:
    """What a study knows of a run that it made, beyond what the recorder sees: the fields of Header of these names.

    `called` are settings of functions that the step called.
    """

    precision: str | None = None
    nudge: str | None = None
    ulps: int = 1
    compiled: bool | str | None = None
    muted: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    called: Sequence[Setting] = ()
    takes_training: bool = True


@dataclass(frozen=True)
class Header:
    """The run that was recorded.

    `side` is "torch" or "tf"; `kinds` are the kinds of all layers with outputs, by path; `explicit` are the pairs of
    weights given to the recorder. `precision` is a dtype, None where a user's own loop did not give it. The weights
    were moved by `ulps` of the dtype `nudge`, if that is not None. `compiled` is False where TensorFlow's step could
    not be compiled to a graph, None where it ran as it is written, BY_ITSELF where that ran graphs of its own. `muted`
    are the layers whose dropout was switched off, by path, with their former rates by setting.
    `takes_training` is False where the loss was written without `training`, so the mode was set from outside.
    `loss_is_number` is True where a loss was given as a number of Python's or NumPy's, whose dtype says nothing.
    `no_evaluation` says why the loss gave no number in evaluation, "" where it did. `evaluated_in_training` is True
    where PyTorch's mode was set from outside, and the loss put layers back into training. `followed` are the steps that
    began with the weights of another recorded loop, `from_outside` the audited ones without outputs and gradients.
    `tied` are further names of weights that are in two places, and the names under which they are recorded.
    `strange` are the optimizers that hold none of the model's weights, by kind, where all are such.
    `ended_by` is the error that ended a loop inside of `with Recorder(...)`, "" where none did.
    `flow` says of an isolated run which outputs and variables reach each layer's call, or the loss; `gradient_flow`
    says from which of them the gradient of what a call is given, of each output of it, or of the loss comes on.
    `made_at` are the user's lines that made the layers and optimizers, by subject, where they were seen to be made:
    the innermost, and behind it those that called its function. `flags_set_at` are those that last set whether a layer
    trains.
    """

    side: str
    versions: dict[str, str]
    weight_groups: tuple[WeightGroup, ...]
    kinds: dict[str, str]
    settings: tuple[Setting, ...]
    explicit: ExplicitPairs = ()
    precision: str | None = None
    nudge: str | None = None
    ulps: int = 1
    compiled: bool | str | None = None
    muted: dict[str, dict[str, float]] = field(default_factory=dict)
    takes_training: bool = True
    loss_is_number: bool = False
    no_evaluation: str = ""
    evaluated_in_training: bool = False
    followed: tuple[int, ...] = ()
    from_outside: tuple[int, ...] = ()
    tied: dict[str, str] = field(default_factory=dict)
    strange: tuple[str, ...] = ()
    ended_by: str = ""
    flow: dict[str, list[str]] = field(default_factory=dict)
    gradient_flow: dict[str, list[str]] = field(default_factory=dict)
    made_at: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    flags_set_at: dict[str, Place] = field(default_factory=dict)

    @property
    def is_large(self) -> bool:
        """Whether the model has so many weights that as few of its steps as can be are run once more."""
        tensors = (tensor for group in self.weight_groups for tensor in group.tensors.values())
        return sum(prod(tensor.shape) for tensor in tensors) > LARGE

    def to_json(self) -> str:
        """The header as text; TypeError where a setting is not a JSON value."""
        return json.dumps({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str | bytes) -> Header:
        """The header that `to_json` wrote; HeaderError for a different format or a missing field."""
        plain = dict(json.loads(text))
        if (found := plain.pop("format")) != FORMAT:
            raise HeaderError(f"is a trace of format {found}; this version reads {FORMAT}: record it again")
        if missing := [each.name for each in fields(cls) if each.name not in plain]:
            raise HeaderError(f"lacks {_listed(missing)}: record it again with this version")
        return cls(
            **plain
            | {
                "weight_groups": tuple(map(WeightGroup.from_json, plain["weight_groups"])),
                "settings": tuple(Setting(**each) for each in plain["settings"]),
                "strange": tuple(plain["strange"]),
                "followed": tuple(plain["followed"]),
                "from_outside": tuple(plain["from_outside"]),
                "explicit": tuple((name, expression) for name, expression in plain["explicit"]),
                "made_at": {
                    subject: tuple(Place(*place) for place in places) for subject, places in plain["made_at"].items()
                },
                "flags_set_at": {subject: Place(*place) for subject, place in plain["flags_set_at"].items()},
            }
        )


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)
