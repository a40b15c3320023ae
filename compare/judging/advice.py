"""What to do next where two sides part: what to compare in the code, and what of recorded loops to record."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from compare.judging.by_hand import say_by_hand, say_multiple
from compare.judging.comparison import DIVERGED, Comparison
from compare.judging.difference import NOT_SHOWN
from compare.judging.first_divergence import last_agreement
from compare.judging.isolated_difference import BETWEEN, LAYER
from compare.judging.isolation import call_of
from compare.judging.judgement import Judgement
from compare.judging.loss_ratio import say_ratio
from compare.judging.modes import IN_EVALUATION_MODE
from compare.judging.own_graphs import FROZEN
from compare.judging.settings import SettingRow, differences, to_row
from compare.judging.settings.values import ROUNDED
from compare.judging.stages import StageRow
from compare.running.request import SIDES
from compare.traces.calls import without_call
from compare.traces.step import END
from compare.traces.trace import TracePair

UNEXPLAINED = ("loss", "state", "update", "buffer")  # where outputs and gradients would say more


def what_to_record(comparison: Comparison, first: StageRow | None) -> list[str]:
    """What the traces, which are open, show of the first divergence, and what to do next."""
    return [*say_multiple(comparison.pair, first, comparison.rows), *_to_record(comparison, first)]


def _to_record(comparison: Comparison, first: StageRow | None) -> list[str]:
    if first is not None and first.step in comparison.pair.tf.header.from_outside and first.stage in UNEXPLAINED:
        shows = f"tf_impl.Recorder(..., audits=[{first.step}]) shows the outputs and gradients of that step"
        return [f"{shows}, which runs eagerly then"]
    if comparison.breaks_off is not None and comparison.parts_at == comparison.breaks_off:
        return ["let both loops make as many steps, and record again, to judge the rest and what the training leaves"]
    if first is None or first.step is END:
        at = comparison.parting.step if comparison.parting else len(comparison.gap) - 1
        return [f"record around that step: Recorder(..., audits=range({max(0, at - 2)}, {at + 1})) on both sides"]
    start = first.step == min(row.step for row in comparison.rows)
    if start and first.stage == "batch":
        return ["the two loops were not given the same data: feed both from the same file of arrays, in the same order"]
    if start and first.stage == "weights":
        return [
            "the two loops started from different weights: call tf_impl.start_from on the tf side, and record again"
        ]
    audited = {row.step for row in comparison.rows if row.stage == "weights"}
    if first.step and first.stage in ("weights", "buffer") and first.step - 1 not in audited:
        return [f"step {first.step - 1} was not audited: Recorder(..., audits=range({max(0, first.step - 2)}, ...))"]
    return []


IN_THE_CODE = {
    "forward": "compare what both compute up to {tensor}{since}: the order of the operations, and the functions "
    "between the layers (activation, reshape, mask)",
    "loss": "compare the two losses: reduction, logits or probabilities, weights, penalties, and whether the shapes of "
    "prediction and target broadcast",
    "gradient": "compare what only the backward pass sees: stop_gradient or detach, clipping, a penalty, gradients "
    "that are not set to zero",
    "rate": "compare the learning rates: the first value, the schedule, and whether it counts steps or epochs",
    "state": "compare what the optimizers make of a gradient: momentum or betas, weight decay, clipping",
    "update": "compare what the optimizers make of their state: epsilon, weight decay, Nesterov; and what else changes "
    "the weights",
    "buffer": "compare the momentum of the running statistics, N or N - 1 in their variance, and the layer's mode",
}
FLATTENED = (
    "where an image is flattened, PyTorch counts its channels first and Keras last: write keras.layers.Permute((3, 1, "
    "2)) before Flatten, or tf.transpose(x, (0, 3, 1, 2)) before tf.reshape; if it is not that, "
)
IN_EVALUATION = (
    "compare what both models do in evaluation mode: dropout, normalisation, and how the mode reaches a layer"
)
TRACE_ANEW = (
    "look for what the step's tf.function reads from Python and what changes with the steps: hold it in a tf.Variable, "
    "give it as a tensor, or make the function anew (model.compile) where it changes"
)
OF_AN_OPTIMIZER = ("rate", "state", "update")
FEW = 3
OF_PADDING = ("padding", "count_include_pad")
# What a step computes before a setting can act in it.
NEVER_BEFORE = {
    "padding_idx": ("forward", "loss"),
    "biases": ("forward", "loss"),
    "running variance": ("forward", "loss", "gradient"),
    "momentum": ("forward", "loss", "gradient"),
    "trainable": ("loss",),
    "loss_weights": ("loss",),  # the other side's loop may multiply by it
    "eps": ("state",),
    "eps is added": ("state",),
}


def what_to_compare(judgement: Judgement) -> str:
    """The settings that differ where the sides first part, else what to look at in the code; empty if not known."""
    first = judgement.first_divergence
    if judgement.verdict != DIVERGED or first is None:
        return ""
    is_frozen = any(row.setting == "trainable" for row in differences(judgement.settings))
    in_evaluation = next((said for said in judgement.findings if said.startswith(IN_EVALUATION_MODE)), None)
    if in_evaluation and not is_frozen:  # a frozen layer of Keras is in that mode too
        return in_evaluation.rpartition(": ")[2]
    if FROZEN in judgement.findings:
        return TRACE_ANEW
    if rows := settings_at(judgement, first):
        more = f", and {len(rows) - FEW} more of the settings above" if len(rows) > FEW else ""
        return f"first give both sides the same {'; '.join(_said(row, judgement.sides) for row in rows[:FEW])}{more}"
    if first.step is END:  # weights there say no more than that the sides parted before
        return "" if first.stage in ("weights", "buffer") else IN_EVALUATION
    agreed = _last_output(judgement, first)
    if first.stage == "update" and (by_hand := _by_hand(judgement, first)):
        return by_hand
    in_the_code = IN_THE_CODE.get(first.stage, "").format(
        tensor=without_call(first.tensor), since=f", from {agreed} on" if agreed else ""
    )
    return f"{_of_the_loss(judgement, first)}{_of_flattening(judgement, first, agreed)}{in_the_code}"


def _of_the_loss(judgement: Judgement, first: StageRow) -> str:
    """What a loss that parts shows by itself, or why it may part without being another."""
    if first.stage != "loss":
        return ""
    of_step, pair = _rows_of_step(judgement, first)
    if pair and (ratio := say_ratio(pair, first, of_step, judgement.sides)):
        return ratio
    unseen = any(row.stage == "batch" and row.difference.kind in NOT_SHOWN for row in of_step)
    return f"the data of step {first.step} were not recorded on both sides: are they the same? Then " if unseen else ""


def _of_flattening(judgement: Judgement, first: StageRow, agreed: str) -> str:
    """What to do where an image is flattened behind the last layer that agreed; empty where none can be."""
    rows, _ = _rows_of_step(judgement, first)
    shapes = {(row.stage, row.tensor): row.difference.shape.split("x") for row in rows}
    image = shapes.get(("forward", agreed), [])
    if first.stage != "forward" or len(image) < 3 or not all(map(str.isdigit, image)):
        return ""
    _, channels, *others = map(int, image)
    given = shapes.get(("weights", f"{without_call(first.tensor)}.weight"), [])[1:]  # (out, in) of a dense layer
    flat = [str(channels * prod(others))]
    is_flat = flat in (given, shapes["forward", first.tensor][1:])
    return FLATTENED if is_flat and channels > 1 and prod(others) > 1 else ""


def settings_at(judgement: Judgement, first: StageRow) -> list[SettingRow]:
    """The settings that differ of what computes the first tensor that parts: an optimizer, a loss, a layer."""
    apart = [row for row in differences(judgement.settings) if row.verdict != ROUNDED]
    apart = [row for row in apart if first.stage not in NEVER_BEFORE.get(row.setting, ())]
    padded = {row.subject for row in apart if _is_padded_elsewhere(row, first)}
    apart = [row for row in apart if row.subject not in padded or row.setting not in OF_PADDING]
    if first.stage in OF_AN_OPTIMIZER:
        own = _layer_of(first.tensor, apart)
        frozen = [row for row in apart if row.setting == "trainable" and row.subject == own]
        of_optimizers = [row for row in apart if row.subject.startswith("optimizer")]
        # A schedule acts through the rate, which would have parted before.
        later = _equal_in_effect(judgement, first) | ({"schedule"} if first.stage != "rate" else set())
        return frozen + sorted(of_optimizers, key=lambda row: row.setting in later)
    if first.stage == "forward":
        apart = [row for row in apart if row.subject not in _only_given_otherwise(judgement)]
    own, before = _layer_of(first.tensor, apart), None
    if first.stage in ("forward", "loss"):
        before = _layer_of(_last_output(judgement, first), apart)
    if first.stage == "loss":
        of_loss = [row for row in apart if row.subject.startswith("loss") or row.setting.endswith("_regularizer")]
        return of_loss + [row for row in apart if row.subject == before and row not in of_loss]
    of_all = [row for row in apart if row.setting == "spectral norm"]  # whose layer computes under another's name
    of_layer = [row for row in apart if row.subject == own]
    # The layer before puts out the same: what it adds around its input was added by a line of its own.
    of_before = [row for row in apart if row.subject == before != own and row.setting not in OF_PADDING]
    return of_layer + of_before + of_all


def _equal_in_effect(judgement: Judgement, first: StageRow) -> set[str]:
    """The settings of optimizers that differ and come to the same, as of a decay that one side makes by hand."""
    rows = (row for comparison in judgement.comparisons.values() for row in comparison.rows)
    return {name for row in rows if row.step == first.step and row.harmless for name in row.harmless.settings}


def _only_given_otherwise(judgement: Judgement) -> set[str]:
    """The layers that are given something else, and make the same of the same: with other axes first, say."""
    rows = [(each.place, row) for each in judgement.differences for row in each.rows]
    given, apart = ({without_call(call_of(row)) for place, row in rows if place == own} for own in (BETWEEN, LAYER))
    return given - apart


def _is_padded_elsewhere(row: SettingRow, first: StageRow) -> bool:
    """Whether a layer with another number of zeros around its input puts out as much: the rest was added before it."""
    counted = all(isinstance(each, (int, list, tuple)) for each in (row.torch, row.tf))
    own = first.stage == "forward" and without_call(first.tensor) == row.subject
    return row.setting == "padding" and counted and own and first.difference.kind == "value"


def _rows_of_step(judgement: Judgement, first: StageRow) -> tuple[list[StageRow], TracePair | None]:
    """The rows of the step that parts first, and the traces that they are of."""
    found = next((each for each in judgement.comparisons.values() if first in each.rows), None)
    return ([row for row in found.rows if row.step == first.step], found.pair) if found else ([], None)


def _by_hand(judgement: Judgement, first: StageRow) -> str:
    of_step, pair = _rows_of_step(judgement, first)
    return say_by_hand(pair, first, of_step, judgement.sides) if pair else ""


def _last_output(judgement: Judgement, first: StageRow) -> str:
    """The layer whose output was the last that agreed; empty where none was."""
    comparisons = (each for each in judgement.comparisons.values() if first in each.rows)
    agreed = next((last_agreement(each.rows, first) for each in comparisons), None)
    return without_call(agreed.tensor) if agreed and agreed.stage == "forward" else ""


def _layer_of(tensor: str, rows: Iterable[SettingRow]) -> str | None:
    """The innermost layer with such a setting that a tensor is of."""
    name = without_call(tensor)
    layers = [row.subject for row in rows if name == row.subject or name.startswith(f"{row.subject}.")]
    return max(layers, key=len, default=None)


def _said(row: SettingRow, sides: tuple[str, str]) -> str:
    values = to_row(row)
    shown = ", ".join(f"{side} {values[own] or 'has none'}" for side, own in zip(sides, SIDES, strict=True))
    return f"{row.setting} ({row.subject}: {shown})"
