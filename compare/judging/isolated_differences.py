"""From the rows of isolated steps to differences, each once: what another difference drags along is left out.

Notice what is dragged along: gradients come back differently through what differs forward, weights of such a layer have
other gradients, and an update has the rate's difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compare.judging import tolerances
from compare.judging.difference import difference
from compare.judging.isolation import FORWARD, Isolated, call_of
from compare.judging.lines import Line
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS
from compare.judging.stages import StageRow
from compare.traces.calls import without_call
from compare.traces.step import END, Step

BATCH, BETWEEN, LAYER, LOSS, BACK, GRADIENT = "batch", "between layers", "layer", "loss", "backward", "gradient"
RATE, OPTIMIZER, BUFFER, EVALUATION = "learning rate", "optimizer", "buffer", "evaluation"
PLACES = (BATCH, BETWEEN, LAYER, LOSS, BACK, GRADIENT, RATE, OPTIMIZER, BUFFER, EVALUATION)  # the order of causes
OF_BUFFERS = ("momentum", "running variance", "track_running_stats")
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
# Settings that say nothing of what a layer puts out: of a class of a user's own each side has its own name.
NOT_COMPUTED = ("trainable", "bias", "kind")
LEFT_BY_TRAINING = ("BatchNorm",)  # where a frozen layer of Keras' also uses its running statistics


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
    def cause(self) -> str:
        """What is set differently, "eps 1e-05 / 0.001"; empty where no setting says it."""
        return "; ".join(dict.fromkeys(f"{row.setting} {row.torch} / {row.tf}" for row in self.settings))

    @property
    def layer(self) -> str:
        """The layer, weight or array that is furthest apart, without the number of its call."""
        return without_call(call_of(self.largest))

    @property
    def words(self) -> str:
        """What it is called, as a port may accept it: "BatchNorm eps", "what fc is given", "loss reduction"."""
        set_otherwise = " and ".join(dict.fromkeys(row.setting for row in self.settings))
        kind = self.kind or "layer"
        match self.place:
            case "layer":
                return f"{kind} {set_otherwise or 'output'}"
            case "buffer":
                role = self.layer.rpartition(".")[2]
                return f"{kind} {set_otherwise or ROLES.get(role, role)}"
            case "loss" | "optimizer":
                return f"{self.place} {set_otherwise}".rstrip()
        return WORDS[self.place].format(layer=self.layer)


def isolated_differences(
    isolated: Isolated, kinds: Mapping[str, str], settings: Iterable[SettingRow]
) -> list[IsolatedDifference]:
    """Every difference, in the order of causes; layers of one kind that are set alike are one. `kinds` are torch's."""
    found = _Found(isolated, kinds, [row for row in settings if row.verdict == DIFFERS])
    single = [*found.batches(), *found.forward(), *found.back(), *found.gradients(), *found.updates(), *found.buffers()]
    every = [each for each in _grouped(single) if not _is_leak(each)]
    return sorted(every, key=lambda each: PLACES.index(each.place))


@dataclass(frozen=True)
class _Found:
    """Differences by place, one for each row."""

    isolated: Isolated
    kinds: Mapping[str, str]
    settings: Sequence[SettingRow]

    def batches(self) -> Iterator[IsolatedDifference]:
        return (IsolatedDifference(BATCH, "", (row,)) for row in self.isolated.beyond("batch"))

    def forward(self) -> Iterator[IsolatedDifference]:
        """What layers are given, what they put out, and the loss; the first time that each shows."""
        unfit = {(row.step, call_of(row)) for row in self.isolated.beyond("input") if row.difference.structural}
        seen: set[tuple[str, str]] = set()
        for row in self.isolated.beyond(*FORWARD):
            if (row.stage, row.tensor) not in seen and not self._is_dragged_along(row, unfit):
                yield self._of_forward(row)
            seen.add((row.stage, row.tensor))

    def _is_dragged_along(self, row: StageRow, unfit: Collection) -> bool:
        """Whether a layer was given what does not fit, or the batch, which differs; or a side has no evaluation."""
        if row.stage == "loss":
            return row.step is END and row.difference.kind.startswith("missing")
        if row.stage == "forward":
            return (row.step, row.tensor) in unfit
        of_batch = bool(self.isolated.beyond("batch")) and not self.isolated.ways.values.get(call_of(row))
        return row.stage == "input" and of_batch

    def _of_forward(self, row: StageRow) -> IsolatedDifference:
        layer = without_call(call_of(row))
        place = EVALUATION if row.step is END else {"input": BETWEEN, "forward": LAYER, "loss": LOSS}[row.stage]
        settings = self._settings(layer, of_buffers=False) if row.stage == "forward" else ()
        if row.stage == "loss":
            settings = tuple(each for each in self.settings if each.subject.startswith("loss"))
        begins = () if row.stage == "forward" else tuple(sorted(self.isolated.ways.values.get(call_of(row), ())))
        return IsolatedDifference(place, self.kinds.get(layer, ""), (row,), settings, begins)

    def back(self) -> Iterator[IsolatedDifference]:
        """Gradients that come back to outputs differently, and with which weights do not get the right ones."""
        apart, wrong = (
            {layer for row in rows if row.stage == "gradient" and row.beyond for layer in self._layers_of(row.tensor)}
            for rows in (self.isolated.rows, self.isolated.given)
        )
        found: list[str] = []
        for row in self.isolated.unexplained_back():
            call = call_of(row)
            if without_call(call) not in apart - wrong and not self._is_turned(call, found):
                found.append(call)
                yield IsolatedDifference(BACK, self.kinds.get(without_call(call), ""), (row,))

    def _is_turned(self, name: str, found: Iterable[str]) -> bool:
        """Whether a gradient comes to `name` in place of one of those found, or the other way round."""
        return any(self.isolated.ways.turns(name, each) for each in found)

    def gradients(self) -> Iterator[IsolatedDifference]:
        """Gradients of weights, of layers that are given all that torch's are, which are then moved differently."""
        moved = {(row.step, row.tensor) for row in self.isolated.beyond("update")}
        moved |= {(row.step, row.tensor.rpartition(" ")[0]) for row in self.isolated.beyond("state")}
        # Right with the gradient that comes back in tf: a place whose gradient torch's layer does not use.
        right = {row.key for row in self.isolated.given if row.stage == "gradient" and row.within}
        back = [call_of(row) for row in self.isolated.unexplained_back()]
        for row in self.isolated.beyond("gradient"):
            weight = without_call(row.tensor)
            if (row.step, weight) not in moved or row.key in right or self._is_turned(weight, back):
                continue
            if not self._has_parted(weight, row.step):
                yield IsolatedDifference(GRADIENT, "", (row,))

    def _has_parted(self, weight: str, step: Step) -> bool:
        """Whether a weight is of a layer that differs itself, or reaches what differs with no layer between that was
        given the gradient that came back to torch's.
        """
        layers, forward = self._layers_of(weight), self.isolated.parts_forward(step)
        ways = self.isolated.ways
        sources = {call for every in (ways.values, ways.gradients) for found in every.values() for call in found}
        soft = {call for call in sources if without_call(call) in layers} - self.isolated.handed_back
        if soft and "loss" in forward:  # as where a gradient is differentiated once more
            return True
        return bool(self._computes_otherwise(step) & layers) or any(
            self.isolated.reaches(each, forward) for each in (weight, *soft)
        )

    def _computes_otherwise(self, step: Step) -> set[str]:
        """The layers that put out something else, or could not be given what torch's were."""
        rows = (row for row in self.isolated.beyond("input", "forward") if row.step == step)
        return {without_call(call_of(row)) for row in rows if row.stage == "forward" or row.difference.structural}

    def updates(self) -> Iterator[IsolatedDifference]:
        """The learning rate, and what an optimizer does of itself, given the same gradients."""
        rates = self.isolated.beyond("rate")
        of_optimizer = [row for row in self.settings if row.subject.startswith("optimizer")]
        if rates:
            yield IsolatedDifference(RATE, "", tuple(rates), tuple(row for row in of_optimizer if row.setting == "lr"))
        # Right with its own gradients, too: a bias that stands for two of torch's moves by both.
        wrong = {row.key for row in self._moved_otherwise(self.isolated.rows)}
        given = (row for row in self._moved_otherwise(self.isolated.given) if row.key in wrong)
        moved = [row for row in given if not (" + " in row.tensor and self._has_parted(row.tensor, row.step))]
        if moved:
            explained = {"lr", *(name for row in self.isolated.rows if row.harmless for name in row.harmless.settings)}
            acting = [row for row in of_optimizer if row.setting not in explained]
            yield IsolatedDifference(OPTIMIZER, "", tuple(moved), tuple(acting))

    def _moved_otherwise(self, rows: Iterable[StageRow]) -> list[StageRow]:
        """The updates that differ by more than the learning rate does."""
        rates = {row.step: row for row in self.isolated.rows if row.stage == "rate"}
        moved = [row for row in rows if row.stage == "update" and row.beyond]
        return [row for row in moved if row.step not in rates or not self._follows_from(rates, row)]

    def _follows_from(self, rates: Mapping[Step, StageRow], update: StageRow) -> bool:
        """Whether two updates are as far apart as the learning rates, of which one may be of several groups.

        A velocity with the rate inside has those of the steps before, too, which must then be as far apart.
        """
        if not rates[update.step].beyond:
            return False
        (torch, tf), [own, other] = self.isolated.shown(update), self._rate(rates[update.step])
        before = [self._rate(row) for step, row in rates.items() if step < update.step]
        inside = any(row.setting == OF_A_RATE_THAT_CHANGES for row in self.settings)
        if own.shape != other.shape or (inside and not all(np.allclose(own * b, other * a) for a, b in before)):
            return True
        return any(difference(torch * b, tf * a).max_rel <= update.allowed for a, b in zip(own, other, strict=True))

    def _rate(self, row: StageRow) -> list[np.ndarray]:
        """Torch's learning rates and tf's, one of each group."""
        return [np.empty(0) if each is None else each.astype(np.float64).ravel() for each in self.isolated.shown(row)]

    def buffers(self) -> Iterator[IsolatedDifference]:
        """Running statistics of layers that are given the same."""
        for row in self.isolated.beyond("buffer"):
            layers = self._layers_of(row.tensor)
            settings = tuple(each for layer in layers for each in self._settings(layer, of_buffers=True))
            # What a layer makes of its statistics says nothing of these, where a setting explains it.
            behind = {each.setting for layer in layers for each in self._settings(layer, of_buffers=False)}
            if settings or behind == {"eps"} or not layers & self._computes_otherwise(row.step):
                yield IsolatedDifference(BUFFER, self.kinds.get(next(iter(layers), ""), ""), (row,), settings)

    def _settings(self, layer: str, of_buffers: bool) -> tuple[SettingRow, ...]:
        """The settings of a layer that differ: those that decide its buffers, or its output."""
        said = {*NOT_COMPUTED} - ({"trainable"} if self.kinds.get(layer) in LEFT_BY_TRAINING else set())
        own = (row for row in self.settings if row.subject == layer and row.setting not in said)
        return tuple(row for row in own if (row.setting in OF_BUFFERS) == of_buffers)

    def _layers_of(self, weight: str) -> set[str]:
        """The layers that hold a weight, or the weights of an expression."""
        parts = weight.split(" + ")
        return {layer for layer in self.kinds if any(part.startswith((f"{layer}.", f"{layer}[")) for part in parts)}


def _is_leak(each: IsolatedDifference) -> bool:
    """Whether it is no more than a constant that was rounded to float32, where no setting says otherwise."""
    gaps = [row.difference.max_rel for row in each.rows]
    return all(row.setting == OF_A_RATE_THAT_CHANGES for row in each.settings) and max(
        gaps
    ) <= tolerances.allowed_where_leak_enters(0.0)


def _grouped(single: Iterable[IsolatedDifference]) -> list[IsolatedDifference]:
    """Those that are alike as one."""
    groups: dict[tuple, list[IsolatedDifference]] = {}
    for each in single:
        groups.setdefault(_alike(each), []).append(each)
    return [replace(group[0], rows=tuple(row for each in group for row in each.rows)) for group in groups.values()]


def _alike(each: IsolatedDifference) -> tuple:
    row = each.rows[0]
    if each.place in (GRADIENT, RATE, OPTIMIZER):
        return (each.place,)
    if each.place in (LAYER, BUFFER):
        return each.place, each.kind, each.cause
    if each.place == BETWEEN:  # one tensor, given to several layers; or layers that are each given one that is padded
        return each.place, f"{row.difference.max_rel:.6e}" if row.difference.kind == "value" else each.kind
    return each.place, without_call(row.tensor)
