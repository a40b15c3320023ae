"""One difference that an isolated step shows, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

from compare.judging.initial_values import last_name
from compare.judging.isolation import call_of
from compare.judging.line import Line
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.traces.calls import without_call

BATCH, BETWEEN, LAYER, LOSS, BACK, GRADIENT = "batch", "between layers", "layer", "loss", "backward", "gradient"
RATE, OPTIMIZER, BUFFER, EVALUATION = "learning rate", "optimizer", "buffer", "evaluation"
PLACES = (BATCH, BETWEEN, LAYER, LOSS, BACK, GRADIENT, RATE, OPTIMIZER, BUFFER, EVALUATION)  # the order of causes
ROLES = {"running_mean": "running mean", "running_var": "running variance"}
WORDS = {
    BATCH: "batch {layer}",
    BETWEEN: "what {layer} is given",
    BACK: "gradient back to {layer}",
    GRADIENT: "gradients of weights",
    RATE: "learning rate",
    EVALUATION: "evaluation of {layer}",
}
OF_A_RATE_THAT_CHANGES = "momentum sense"  # does nothing while the learning rate stays the same


@dataclass(frozen=True)
class IsolatedDifference:
    """One difference: where it is, the rows that show it, and the settings that explain it.

    `kind` is that of the layer; what stands between layers `begins` with these. All names are torch's. `effect` is how
    far it moves the loss, alone, relative; None where that was not measured. `lines` are those of code that part.
    """

    place: str
    kind: str
    rows: tuple[StageRow, ...]
    settings: tuple[SettingRow, ...] = ()
    begins: tuple[str, ...] = ()
    effect: float | None = None
    lines: tuple[Line, ...] = ()

    @property
    def largest(self) -> StageRow:
        """The row with the largest gap."""
        return max(self.rows, key=lambda row: row.difference.max_rel)

    @property
    def is_explained(self) -> bool:
        """Whether a setting says what differs, so that no line of code has to be looked for."""
        return any(row.explains for row in self.settings)

    @property
    def cause(self) -> str:
        """What is set differently, "eps 1e-05 / 0.001"; empty where no setting says it."""
        return "; ".join(dict.fromkeys(f"{row.setting} {row.torch} / {row.tf}" for row in self.settings))

    @property
    def layer(self) -> str:
        """The layer, weight or array that is furthest apart, without the number of its call; of those that are given
        something else, the first."""
        row = self.rows[0] if self.place in (BETWEEN, BACK) else self.largest
        return without_call(call_of(row))

    @property
    def words(self) -> str:
        """What it is called, as a port may accept it: "BatchNorm eps", "what fc is given", "loss reduction"."""
        set_otherwise = " and ".join(dict.fromkeys(row.setting for row in self.settings))
        kind = self.kind or "layer"
        match self.place:
            case "layer":
                return f"{kind} {set_otherwise or 'output'}"
            case "buffer":
                role = last_name(self.layer)
                return f"{kind} {set_otherwise or ROLES.get(role, role)}"
            case "loss" | "optimizer":
                return f"{self.place} {set_otherwise}".rstrip()
        return WORDS[self.place].format(layer=self.layer)
