"""Dropout that was switched off, wherever it stands: how much each side drops in a step, in layers and functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from compare.judging.settings import TF_ONLY, TORCH_ONLY, SettingRow
from compare.judging.settings.notes import RATES
from compare.judging.settings.values import DIFFERS, EQUAL
from compare.traces.calls import without_call
from compare.traces.settings.dropout import IN_FUNCTIONS
from compare.traces.trace import Trace, TracePair

# A rate of one of these is of one dropout, at each call of its layer; inside a recurrent layer there are several.
OF_A_CALL = ("dropout", "p")


def say_muted(pair: TracePair) -> list[str]:
    """The finding that dropout was switched off, if it was."""
    muted = [f"{trace.header.side} {', '.join(where)}" for trace in pair if (where := _places(trace))]
    return (
        [f"dropout was switched off ({'; '.join(muted)}): two frameworks cannot generate the same masks"]
        if muted
        else []
    )


def rates_of_a_step(pair: TracePair, rows: Iterable[SettingRow]) -> list[SettingRow]:
    """The row of all rates of a step, in order of size: a dropout layer may be a function on the other side.

    Empty where there is no dropout, where a side does not know, and where a layer's own row tells the difference.
    """
    torch, tf = map(_rates, pair)
    if torch is None or tf is None or not (torch or tf):
        return []
    verdict = EQUAL if torch == tf else TF_ONLY if not torch else TORCH_ONLY if not tf else DIFFERS
    if verdict != EQUAL and any(row.setting in RATES and row.verdict != EQUAL for row in rows):
        return []
    note = "" if verdict == EQUAL else "a different fraction is dropped, or in more places: the harness switches it off"
    return [SettingRow("dropout of a step", "Dropout", "p", torch, tf, verdict, note)]


def _called(trace: Trace) -> list[float] | None:
    """The rates of functions; None where they are not known."""
    return next((each.value for each in trace.header.settings if each.subject == IN_FUNCTIONS), None)


def _places(trace: Trace) -> list[str]:
    count = len(_called(trace) or ())
    return [*trace.header.muted, *([f"{count} call{'s' * (count > 1)} of functions"] if count else [])]


def _rates(trace: Trace) -> list[float] | None:
    """Every rate of the first step, once for each call; None where they are not known."""
    if (called := _called(trace)) is None:
        return None
    calls = Counter(without_call(name) for step, stage, name in trace.keys if (step, stage) == (0, "forward"))
    of_layers = (
        (rates[name], calls[path])
        for path, rates in trace.header.muted.items()
        for name in [next((name for name in OF_A_CALL if name in rates), None)]
        if name is not None
    )
    return sorted([*called, *(rate for rate, count in of_layers for _ in range(count))])
