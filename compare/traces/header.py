"""What a trace says of its run: written by whoever recorded it, read by the judge."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from compare.inputs.expressions import ExplicitPairs
from compare.traces.weights import WeightGroup

FORMAT = 2  # of the whole file; goes up where an older reader would misread a newer file, or a newer one an older


class HeaderError(Exception):
    """A header that this version cannot read; the message says why, as what a sentence says of its file."""


@dataclass(frozen=True)
class Setting:
    """How something is set, as a JSON value; `subject` is "optimizer", "model", "loss", "precision" or a layer."""

    subject: str
    kind: str
    setting: str
    value: Any


@dataclass(frozen=True)
class Header:
    """The run that a trace is of.

    `side` is "torch" or "tf"; `kinds` are of all layers that have outputs, by path; `explicit` is what a recorder was
    told of the pairing. `precision` is a dtype, None where a loop of one's own did not say. `nudge` is the dtype whose
    ulp moved each initial weight, None where nothing did. `compiled` is False where TensorFlow's step could not become
    a graph. `muted` are the layers whose dropout was switched off, by path, with the rates that they had.
    `takes_training` is False where the model's mode was set around a loss that was written without it.
    """

    side: str
    versions: dict[str, str]
    weight_groups: tuple[WeightGroup, ...]
    kinds: dict[str, str]
    settings: tuple[Setting, ...]
    explicit: ExplicitPairs = ()
    precision: str | None = None
    nudge: str | None = None
    compiled: bool = True
    muted: dict[str, float] = field(default_factory=dict)
    takes_training: bool = True

    def to_json(self) -> str:
        """The header as text; TypeError where a setting is not a JSON value."""
        return json.dumps({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str | bytes) -> Header:
        """The same back again; HeaderError where the format is another one, or a field is missing."""
        plain = dict(json.loads(text))
        if (found := plain.pop("format")) != FORMAT:
            raise HeaderError(f"is a trace of format {found}; this version reads {FORMAT}: record it again")
        if missing := [each.name for each in fields(cls) if each.name not in plain]:
            raise HeaderError(f"does not say {_listed(missing)} of its run: record it with this version")
        return cls(
            **plain
            | {
                "weight_groups": tuple(map(WeightGroup.from_json, plain["weight_groups"])),
                "settings": tuple(Setting(**each) for each in plain["settings"]),
                "explicit": tuple((name, expression) for name, expression in plain["explicit"]),
            }
        )


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)
