"""Whether a weight trains is what steps do to it: its flag says nothing where an optimizer or a tape is given others.

An average of the weights may be a copy whose flag stands on one side and not on the other, and no optimizer has it.
"""

from __future__ import annotations

from collections.abc import Sequence

from compare.inputs.expressions import terms
from compare.judging.comparison import EQUIVALENT
from compare.judging.settings import SettingRow, differences
from compare.traces.calls import without_call
from compare.traces.step import Step
from compare.traces.trace import Trace, TracePair

FLAG, COUNT, ALL = "trainable", "trainable parameters", "parameters"
Moved = dict[str, bool | None]  # by weight; None where nothing tells whether it trains


def without_flags_alone(rows: Sequence[SettingRow], pair: TracePair, verdict: str) -> list[SettingRow]:
    """The rows without the flags that differ where both sides move the same weights, and without their number.

    A frozen batch norm of Keras is another layer, too: where the sides part, its flag stays.
    """
    apart = [row for row in differences(rows) if row.setting in (FLAG, COUNT)]
    if not apart:
        return list(rows)
    torch, tf = map(_moved, pair)
    alike = {name for name in torch.keys() & tf.keys() if _agree(torch[name], tf[name], verdict)}
    other = (torch.keys() | tf.keys()) - alike
    flags = [row for row in apart if row.setting == FLAG and (row.kind != "BatchNorm" or verdict == EQUIVALENT)]
    alone = [row for row in flags if _of(row, alike) and not _of(row, other)]
    more = any(row.setting == ALL for row in differences(rows))  # weights that only one side has count, too
    alone += [row for row in apart if row.setting == COUNT and alike and not other and not more]
    return [row for row in rows if row not in alone]


def _of(row: SettingRow, names: set[str]) -> list[str]:
    """The weights of a row's layer."""
    return [name for name in names if name.startswith(f"{row.subject}.")]


def _agree(torch: bool | None, tf: bool | None, verdict: str) -> bool:
    return torch == tf and (torch is not None or verdict == EQUIVALENT)


def _moved(trace: Trace) -> Moved:
    """Whether each weight is moved; by the steps that move any, for the rate of a first one may be 0."""
    found: Moved = {}
    updates = [(step, name) for step, stage, name in trace.keys if stage == "update"]
    moving = {step for step, name in updates if _is_not_zero(trace, step, "update", name)}
    for step, name in updates:
        if step in moving:
            weight = terms(name)[0].name
            found[weight] = found.get(weight) or _moves(trace, step, name)
    return found


def _moves(trace: Trace, step: Step, name: str) -> bool | None:
    """What one step tells of a weight: that it moves, or does not though it has a gradient, or has none at all."""
    if _is_not_zero(trace, step, "update", name):
        return True
    gradients = [each for at, stage, each in trace.keys if (at, stage, without_call(each)) == (step, "gradient", name)]
    return False if not gradients or any(_is_not_zero(trace, step, "gradient", each) for each in gradients) else None


def _is_not_zero(trace: Trace, step: Step, stage: str, name: str) -> bool:
    tensor = trace.get((step, stage, name))
    return tensor is not None and bool(tensor.any())
