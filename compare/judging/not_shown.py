"""What one side did not show, and so was not compared: in one or two sentences for all rows together."""

from __future__ import annotations

from collections.abc import Sequence

from compare.judging.difference import CALLS, SELECTED
from compare.judging.stages import StageRow
from compare.running.request import SIDES
from compare.traces.calls import without_call
from compare.traces.trace import STAGES


def not_shown(rows: Sequence[StageRow]) -> list[str]:
    """Remarks on what only one side recorded, on outputs of other calls, and on what is a part of the other side's."""
    missing = [f"{side} did not show {said}" for side in SIDES if (said := _missing(rows, side))]
    sentences = [f"{', '.join(missing)}: not compared"] if missing else []
    if called := [row for row in rows if row.difference.kind == CALLS]:
        what = things("forward", list(dict.fromkeys(row.tensor for row in called)))
        sentences.append(f"{what} comes of other calls on each side ({called[0].difference.detail}): not compared")
    if chosen := [row for row in rows if row.difference.kind == SELECTED]:
        what = things("forward", list(dict.fromkeys(row.tensor for row in chosen)))
        sentences.append(f"{what} is for other positions on each side, or in another order: not compared")
    parts = [row for row in rows if row.difference.kind == "batch size"]
    whole = any(row.stage == "batch" and row.difference.kind == "value" for row in rows)
    return [*sentences, _part(parts, whole)] if parts else sentences


def _missing(rows: Sequence[StageRow], side: str) -> str:
    """What a side left out, stage by stage: "the gradient of fc1.weight and the output of 3 layers"."""
    left_out = [row for row in rows if row.difference.kind == f"not shown in {side}"]
    by_stage = {stage: list(dict.fromkeys(row.tensor for row in left_out if row.stage == stage)) for stage in STAGES}
    return _listed([things(stage, names) for stage, names in by_stage.items() if names])


def things(stage: str, names: list[str]) -> str:
    """The tensors of one stage: by name where it is one, else their number."""
    if stage == "rate":
        return "the learning rate"
    if stage == "batch":
        return f"{_counted(names, 'array')} of the batch"
    if stage == "forward":
        return f"the output of {_counted(_distinct(names), 'layer')}"
    if stage == "gradient":
        second = all(name != without_call(name) for name in names)
        return f"the {'second ' if second else ''}gradient of {_counted(_distinct(names), 'weight')}"
    entries = [without_call(name).rpartition(" ") for name in names]
    weights, kinds = (list(dict.fromkeys(found)) for found in ((e[0] for e in entries), (e[2] for e in entries)))
    return f"the optimizer's state ({', '.join(kinds)}) of {_counted(weights, 'weight')}"


def _part(rows: Sequence[StageRow], whole: bool) -> str:
    """Rows whose first axis alone differs: of the batch if there are such, else of a layer.

    Where both recorded the `whole` batch, a layer is given some of it, or more, as an expert or a critic may be.
    """
    row = min(rows, key=lambda row: STAGES.index(row.stage))
    where = f"{row.tensor} of the batch" if row.stage == "batch" else f"the output of {row.tensor}"
    more = len({(row.stage, row.tensor) for row in rows}) - 1
    others = f" (and {more} more)" if more else ""
    if whole and row.stage != "batch":
        return f"{where}{others} has another number of rows on each side ({row.difference.detail}): not compared"
    return (
        f"{where}{others} has another number of examples on each side ({row.difference.detail}): one replica's or "
        "micro-batch's is not compared with the whole; if there are none, the two loops had batches of different sizes"
    )


def _counted(names: list[str], noun: str) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} {noun}s"


def _distinct(names: list[str]) -> list[str]:
    return list(dict.fromkeys(map(without_call, names)))


def _listed(things: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(things[:-1]), *things[-1:])))
