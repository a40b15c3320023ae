"""What is unlike on the two sides of a port before anything runs: settings, and how each would have begun by itself."""

from __future__ import annotations

from compare.divergence import Row
from compare.ports.initial import InitialRow, compare_initial, summarise
from compare.ports.pairing import Pairing
from compare.settings import INITIAL, SettingRow, judge
from compare.settings.values import DIFFERS, EQUAL
from compare.trace import FINAL, Trace
from compare.verdict import Pair


def initial_values(views: Pair) -> list[InitialRow]:
    """The sides' own initial values, as draws from a distribution."""
    shared = [key for key in views.torch.keys if key[:2] == (0, "weights") and key in views.tf]
    return compare_initial(*({tensor: view[0, "weights", tensor] for *_, tensor in shared} for view in views))


def say_initial(initial: list[InitialRow]) -> list[str]:
    """What to say of them, in no more than a few sentences."""
    said = summarise(initial)
    count = sum(row.verdict == "differs" for row in initial)
    return said if len(said) < 4 else [*said[:2], f"initialised differently: {count} tensors in all, see settings.csv"]


def say_muted(pair: Pair) -> list[str]:
    """Which dropout was switched off."""
    muted = [f"{side.meta['framework']} {', '.join(side.meta['muted'])}" for side in pair if side.meta["muted"]]
    return [f"dropout was switched off ({'; '.join(muted)}): two sides cannot draw the same masks"] if muted else []


def say_evaluation(first: Row | None, pair: Pair) -> list[str]:
    """Whose mode was set from outside, where the two differ in evaluation alone."""
    outside = [side.meta["framework"] for side in pair if not side.meta.get("takes_training", True)]
    if not outside or first is None or first.step != FINAL or first.stage not in ("forward", "loss"):
        return []
    return [
        f"for evaluation the mode was set from outside ({', '.join(outside)}), for the loss takes no `training`: "
        "write loss(model, batch, training), and pass it on to the model, to say what evaluation is"
    ]


def all_settings(pair: Pair, pairing: Pairing, initial: list[InitialRow]) -> list[SettingRow]:
    """What is set on either side, which weight begins as which, and how each side draws its own initial values."""
    of_weights = [
        SettingRow("pairing of weights", "", expression, expression, name, EQUAL, "")
        for name, expression in pairing.weights.items()
    ]
    drawn = [
        SettingRow(INITIAL, "", row.tensor, row.torch, row.tf, DIFFERS if row.verdict == "differs" else EQUAL, "")
        for row in initial
    ]
    return [*judge(*map(_with_rates, pair), pairing.all_layers), *of_weights, *drawn]


def _with_rates(trace: Trace) -> list[dict]:
    """A side's settings, its dropout layers with the rates that they had before they were switched off."""
    muted = trace.meta["muted"]
    return [
        {**row, "value": muted[row["subject"]]} if row["setting"] == "p" and row["subject"] in muted else row
        for row in trace.meta["settings"]
    ]
