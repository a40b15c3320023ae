"""From the rows of isolated steps to differences, each once: what another difference drags along is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from compare.judging import tolerances
from compare.judging.isolated_difference import (
    BACK,
    BATCH,
    BETWEEN,
    BUFFER,
    EVALUATION,
    GRADIENT,
    LAYER,
    LOSS,
    OF_A_RATE_THAT_CHANGES,
    OPTIMIZER,
    PLACES,
    RATE,
    IsolatedDifference,
)
from compare.judging.isolated_gradients import IsolatedGradients, layers_of
from compare.judging.isolated_updates import IsolatedUpdates
from compare.judging.isolation import FORWARD, Isolated, call_of
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS
from compare.judging.stages import StageRow
from compare.traces.calls import without_call
from compare.traces.step import END, Step

OF_BUFFERS = ("momentum", "running variance", "track_running_stats")
# Settings that say nothing of what a layer puts out: of a class of a user's own each side has its own name.
NOT_COMPUTED = ("trainable", "bias", "kind")
NUMBERED = re.compile(r"\.\d+(?=\.)")  # one of several blocks, "blocks.3.norm"; "net.3" is one of several layers
LEFT_BY_TRAINING = ("BatchNorm",)  # where a frozen layer of Keras' also uses its running statistics


def isolated_differences(
    isolated: Isolated, kinds: Mapping[str, str], settings: Iterable[SettingRow]
) -> list[IsolatedDifference]:
    """Every difference, in the order of causes; layers of one kind that are set alike are one. `kinds` are torch's."""
    differing = [row for row in settings if row.verdict == DIFFERS]
    found, gradients = _Found(isolated, kinds, differing), IsolatedGradients(isolated, kinds)
    updates = IsolatedUpdates(isolated, gradients, differing)
    single = [
        *(*found.batches(), *found.forward(), *gradients.back(), *gradients.of_weights()),
        *(*updates.of_optimizers(), *found.buffers()),
    ]
    every = [each for each in _grouped(_grouped(single, _alike), _in_repeated_blocks) if not _is_leak(each)]
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
        sources = self.isolated.ways.values.get(call_of(row), ())
        if not sources:
            return bool(self.isolated.beyond("batch"))
        return row.difference.structural and self._comes_in_another_shape(row.step, sources)

    def _comes_in_another_shape(self, step: Step, sources: Collection[str]) -> bool:
        """Whether it comes through a layer that puts out another shape: from its weights, or from what it is given."""
        rows = (row for row in self.isolated.beyond("forward") if row.step == step and row.difference.structural)
        calls = {row.tensor for row in rows}
        given = {each for call in calls for each in self.isolated.ways.values.get(call, ())}
        layers = {without_call(call) for call in calls}
        return any(source in given or layers_of(layers, source) for source in sources)

    def _of_forward(self, row: StageRow) -> IsolatedDifference:
        layer = without_call(call_of(row))
        place = EVALUATION if row.step is END else {"input": BETWEEN, "forward": LAYER, "loss": LOSS}[row.stage]
        settings = self._settings(layer, of_buffers=False) if row.stage == "forward" else ()
        if row.stage == "loss":
            settings = tuple(each for each in self.settings if each.subject.startswith("loss"))
        begins = () if row.stage == "forward" else tuple(sorted(self.isolated.ways.values.get(call_of(row), ())))
        return IsolatedDifference(place, self.kinds.get(layer, ""), (row,), settings, begins)

    def buffers(self) -> Iterator[IsolatedDifference]:
        """Running statistics of layers that are given the same."""
        for row in self.isolated.beyond("buffer"):
            layers = layers_of(self.kinds, row.tensor)
            settings = tuple(each for layer in layers for each in self._settings(layer, of_buffers=True))
            # What a layer makes of its statistics says nothing of these, where a setting explains it.
            behind = {each.setting for layer in layers for each in self._settings(layer, of_buffers=False)}
            if settings or behind == {"eps"} or not layers & self.isolated.computes_otherwise(row.step):
                yield IsolatedDifference(BUFFER, self.kinds.get(next(iter(layers), ""), ""), (row,), settings)

    def _settings(self, layer: str, of_buffers: bool) -> tuple[SettingRow, ...]:
        """The settings of a layer that differ: those that decide its buffers, or its output."""
        said = {*NOT_COMPUTED} - ({"trainable"} if self.kinds.get(layer) in LEFT_BY_TRAINING else set())
        own = (row for row in self.settings if row.subject == layer and row.setting not in said)
        return tuple(row for row in own if (row.setting in OF_BUFFERS) == of_buffers)


def _is_leak(each: IsolatedDifference) -> bool:
    """Whether it is no more than a constant that was rounded to float32, where no setting says otherwise: a flag moves
    more than that, if anything."""
    gaps = [row.difference.max_rel for row in each.rows]
    settings = [row for row in each.settings if not (isinstance(row.torch, bool) and isinstance(row.tf, bool))]
    explains_none = all(row.setting == OF_A_RATE_THAT_CHANGES for row in settings)
    return explains_none and max(gaps) <= tolerances.allowed_where_leak_enters(0.0)


def _grouped(
    single: Iterable[IsolatedDifference], alike: Callable[[IsolatedDifference], tuple]
) -> list[IsolatedDifference]:
    """Those that are alike as one."""
    groups: dict[tuple, list[IsolatedDifference]] = {}
    for each in single:
        groups.setdefault(alike(each), []).append(each)
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


def _in_repeated_blocks(each: IsolatedDifference) -> tuple:
    """The same for what stands at the same place of each of several blocks, which run the same lines of code."""
    calls = {call_of(row) for row in each.rows}
    blocks = {NUMBERED.sub(".N", call) for call in calls}
    if each.place not in (BETWEEN, BACK) or blocks == calls:
        return (id(each),)
    begins = {NUMBERED.sub(".N", call) for call in each.begins}
    return each.place, each.rows[0].difference.kind, frozenset(blocks), frozenset(begins)
