"""What differs between the two sides of a port before anything runs: settings, and each side's own initial values."""

from __future__ import annotations

from dataclasses import replace

from compare.judging.initial_values import InitialRow, compare_initial, summarise
from compare.judging.settings import INITIAL, SettingRow, compare_settings
from compare.judging.settings.values import DIFFERS, EQUAL
from compare.judging.stages import StageRow
from compare.traces.header import Setting
from compare.traces.pairing import Pairing
from compare.traces.step import END
from compare.traces.trace import Trace, TracePair


def initial_values(views: TracePair) -> list[InitialRow]:
    """The sides' own initial values, compared as random samples."""
    shared = [key for key in views.torch.keys if key[:2] == (0, "weights") and key in views.tf]
    return compare_initial(*({tensor: view[0, "weights", tensor] for *_, tensor in shared} for view in views))


def say_initial(initial: list[InitialRow]) -> list[str]:
    """The findings about them, three at most."""
    said = summarise(initial)
    count = sum(row.verdict == "differs" for row in initial)
    return said if len(said) < 4 else [*said[:2], f"initialised differently: {count} tensors in all, see settings.csv"]


def say_muted(pair: TracePair) -> list[str]:
    """The finding that dropout was switched off, if it was."""
    muted = [f"{trace.header.side} {', '.join(trace.header.muted)}" for trace in pair if trace.header.muted]
    return (
        [f"dropout was switched off ({'; '.join(muted)}): two frameworks cannot generate the same masks"]
        if muted
        else []
    )


def say_evaluation(first: StageRow | None, pair: TracePair) -> list[str]:
    """Which sides' mode was set from outside, where the two differ in evaluation only."""
    outside = [side.header.side for side in pair if not side.header.takes_training]
    if not outside or first is None or first.step is not END or first.stage not in ("forward", "loss"):
        return []
    return [
        f"evaluation mode was set from outside ({', '.join(outside)}), because the loss takes no `training`: to set it "
        "yourself, write loss(model, batch, training) and pass `training` on to the model"
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
    return [*compare_settings(torch, tf, pairing.all_layers), *of_weights, *drawn]


def _with_rates(trace: Trace) -> list[Setting]:
    """A side's settings; dropout layers with their rates from before they were switched off."""
    muted = trace.header.muted
    return [
        replace(each, value=muted[each.subject]) if each.setting == "p" and each.subject in muted else each
        for each in trace.header.settings
    ]
