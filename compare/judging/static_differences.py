"""What to say of a port beside where it parts: settings, each side's own initial values, evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from compare.judging.comparison import Comparison
from compare.judging.difference import difference
from compare.judging.dropped import rates_of_a_step
from compare.judging.initial_values import InitialRow, compare_initial, summarise
from compare.judging.judgement import Judgement
from compare.judging.layers_to_compare import rows_of_layers
from compare.judging.settings import INITIAL, TF_ONLY, TORCH_ONLY, SettingRow
from compare.judging.settings.values import DIFFERS, EQUAL
from compare.judging.steps import METRIC
from compare.traces.header import Setting
from compare.traces.held_otherwise import weights_alone
from compare.traces.pairing import Pairing
from compare.traces.step import END
from compare.traces.trace import Trace, TracePair


def initial_values(views: TracePair) -> list[InitialRow]:
    """The sides' own initial values, compared as random samples."""
    shared = [key for key in views.torch.keys if key[:2] == (0, "weights") and key in views.tf]
    return compare_initial(*({tensor: view[0, "weights", tensor] for *_, tensor in shared} for view in views))


def say_initial(initial: list[InitialRow]) -> list[str]:
    """The finding about those that the user wrote differently: what each framework does of itself is not said."""
    said = summarise(initial)
    count = sum(row.verdict == DIFFERS and not row.by_default for row in initial)
    said = said if len(said) < 3 else [*said[:2], f"{count} tensors in all, see settings.csv"]
    return [f"initialised differently: {'; '.join(said)}"] if said else []


def say_evaluation(judgement: Judgement, pair: TracePair) -> list[str]:
    """What to know of the evaluation: that it alone differs, that there was none, and in which mode it was made."""
    first = judgement.first_divergence
    said = _say_same_training(next(iter(judgement.comparisons.values()))) if first else []
    outside = [side.header.side for side in pair if not side.header.takes_training]
    if outside and first is not None and first.step is END and first.stage in ("forward", "loss"):
        said.append(
            f"evaluation mode was set from outside ({', '.join(outside)}), because the loss takes no `training`: to "
            "set it yourself, write loss(model, batch, training) and pass `training` on to the model"
        )
    if none := [f"{trace.header.side}: {trace.header.no_evaluation}" for trace in pair if trace.header.no_evaluation]:
        said.append(f"no evaluation loss was compared, for a loss gives none in evaluation ({'; '.join(none)})")
    if pair.torch.header.evaluated_in_training:
        said.append("evaluated in training mode on both sides, because PyTorch's loss puts the model into it")
    return said


def _say_same_training(comparison: Comparison) -> list[str]:
    """That training is the same and evaluation is not, and by how much; empty where that is not so.

    Every step that follows begins with torch's buffers, so how far evaluation is apart is seen in the free runs.
    """
    parting = {each.stage for each in comparison.series if each.first is not None}
    losses = [trace.get((END, "loss", "loss")) for trace in comparison.pair]
    apart = difference(*losses).max_rel
    if (
        parting & {"loss", METRIC, "update"}
        or not comparison.steps_judged
        or any(loss is None for loss in losses)
        or not apart
    ):
        return []
    buffers = [each.tensor for each in comparison.series if each.stage == "buffer" and each.first is not None]
    read = f", because {buffers[0]} does, which only evaluation reads" if buffers else ""
    return [
        f"training is the same (the losses differ by {comparison.gap.max():.1e} at most), evaluation is not: its loss "
        f"differs by {apart:.1e} at the end{read}"
    ]


def all_settings(pair: TracePair, pairing: Pairing, initial: list[InitialRow]) -> list[SettingRow]:
    """All rows of settings.csv: the settings, the pairing of weights, and each side's own initial values."""
    of_weights = [
        SettingRow("pairing of weights", "", expression, expression, name, EQUAL, "")
        for name, expression in pairing.weights.items()
    ]
    drawn = [
        SettingRow(INITIAL, "", row.tensor, row.torch, row.tf, DIFFERS if row.verdict == "differs" else EQUAL, "")
        for row in initial
    ]
    torch, tf = map(_with_rates, pair)
    rows = settings_of(torch, tf, pairing)
    return [*rows, *rates_of_a_step(pair, rows), *of_weights, *drawn]


def settings_of(torch: Iterable[Setting], tf: Iterable[Setting], pairing: Pairing) -> list[SettingRow]:
    """The rows of all settings; layers of the user's own have classes of their own, which is no difference.

    Nor is a setting that only one of the sides shows of such a layer: the other may have it in its code. The same goes
    for a layer that is a part of one of the other side's, and for a number of weights that one side holds as buffers.
    """
    own = pairing.without_rule | pairing.parts_of_a_whole
    rows = rows_of_layers(list(torch), list(tf), pairing)
    unknown = [row.setting == "kind" or row.verdict in (TORCH_ONLY, TF_ONLY) for row in rows]
    shown = [row for row, silent in zip(rows, unknown, strict=True) if not (silent and row.subject in own)]
    return [row for row in shown if row.verdict == EQUAL or not _is_of_buffers(row, pairing)]


def _is_of_buffers(row: SettingRow, pairing: Pairing) -> bool:
    """Whether the numbers of weights differ by those that the other side holds as buffers."""
    if row.setting != "parameters":
        return False
    torch, tf = weights_alone(pairing)
    return bool(row.torch - torch == row.tf - tf)


def _with_rates(trace: Trace) -> list[Setting]:
    """A side's settings; layers that drop with their rates from before these were switched off."""
    muted = trace.header.muted
    return [
        replace(each, value=muted.get(each.subject, {}).get(each.setting, each.value)) for each in trace.header.settings
    ]
