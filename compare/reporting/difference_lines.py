"""Every difference of a port in one line each: where it is, what is set differently, and how far it is apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare.judging.isolated_differences import (
    BACK,
    BATCH,
    BETWEEN,
    BUFFER,
    EVALUATION,
    GRADIENT,
    LAYER,
    LOSS,
    OPTIMIZER,
    RATE,
    IsolatedDifference,
)
from compare.judging.judgement import Judgement
from compare.judging.stages import StageRow
from compare.traces.calls import without_call
from compare.traces.exchange import layer_and_part
from compare.traces.trace import EXCHANGED

MOST = 8  # lines


def difference_lines(judgement: Judgement) -> list[str]:
    """The lines; empty where there is one difference, and the verdict says it."""
    found = judgement.differences
    if not found or (len(found) == 1 and _is_said(found[0], judgement)):
        return []
    lines = [f"  {number}. {say(each, judgement.names)}" for number, each in enumerate(found[:MOST], 1)]
    more = [f"  and {len(found) - MOST} more, see differences.csv"] if len(found) > MOST else []
    return ["each difference by itself:", *lines, *more]


def say(difference: IsolatedDifference, names: Mapping[str, str]) -> str:
    """One difference in a line; `names` are tf's of torch's layers, where they differ."""
    cause = f": {difference.cause}" if difference.cause else ""
    return f"{_where(difference, names)}{cause}{_gap(difference.largest)}"


def _where(each: IsolatedDifference, names: Mapping[str, str]) -> str:
    row, count = each.largest, len({row.tensor for row in each.rows})
    layer = without_call(layer_and_part(row.tensor)[0] if row.stage in EXCHANGED else row.tensor)
    named = f"{layer} / {names[layer]}" if layer in names else layer
    more = f" and {count - 1} more" if count > 1 else ""
    said = {
        BATCH: f"the batch, {named}{more}",
        BETWEEN: f"before {named}, which is given something else{_since(each.begins)}",
        LAYER: f"{each.kind or 'layer'} {named}{more}, given the same",
        LOSS: "the loss, given the same outputs",
        BACK: f"the gradient that comes back to {named}{more}, through what agrees forward",
        GRADIENT: f"the gradient of {named}{more}, on its way to the optimizer",
        RATE: "the learning rate",
        OPTIMIZER: f"the optimizer, given the same gradients: the {row.stage} of {named}{more}",
        BUFFER: f"the running statistics of {each.kind or 'layers'}, {named}{more}",
        EVALUATION: f"in evaluation alone, {'what is given to ' if row.stage == 'input' else ''}{named}{more}",
    }
    return said[each.place]


def _since(begins: Sequence[str]) -> str:
    return f" (after {', '.join(begins[:3])})" if begins else ""


def _gap(row: StageRow) -> str:
    if row.difference.kind == "value":
        return f" (gap {row.difference.max_rel:.1e})"
    return (
        f" ({row.difference.kind}: {row.difference.detail})" if row.difference.detail else f" ({row.difference.kind})"
    )


def _is_said(difference: IsolatedDifference, judgement: Judgement) -> bool:
    """Whether the first divergence is this difference: what to do is then said too."""
    first = judgement.first_divergence
    return first is not None and any(row.key == first.key for row in difference.rows)
