"""Every difference of a port in one line each: what it is, what is set differently, where, and how far it is apart."""

from __future__ import annotations

from collections.abc import Mapping

from compare.judging.isolated_difference import (
    BACK,
    BETWEEN,
    EVALUATION,
    GRADIENT,
    LOSS,
    OPTIMIZER,
    RATE,
    IsolatedDifference,
)
from compare.judging.isolation import call_of
from compare.judging.judgement import Judgement
from compare.judging.line import PARTS
from compare.judging.settings import to_row
from compare.traces.calls import without_call

MOST = 10  # lines


def difference_lines(judgement: Judgement) -> list[str]:
    """The lines; empty where there is one difference, and the verdict says it."""
    found = judgement.differences
    if not found or (len(found) == 1 and _is_said(found[0], judgement)):
        return []
    shown = found[:MOST]
    room = max(MOST - len(shown), 2)  # for code: every difference has its own line before
    numbers: dict[tuple[str, ...], int] = {}
    lines = []
    for number, each in enumerate(shown, 1):
        code = _code(each)
        known = numbers.get(code)
        below = code if known is None and len(code) <= room else ()
        room -= len(below)
        numbers |= {below: number} if below else {}
        lines += [f"  {number}. {say(each, judgement.names)}{f', lines of {known}' if known else ''}", *below]
    more = [f"  and {len(found) - len(shown)} more, see differences.csv"] if len(found) > len(shown) else []
    return ["each difference by itself:", *lines, *more]


def _code(difference: IsolatedDifference) -> tuple[str, ...]:
    """The lines of code of both sides."""
    parts = [line for line in difference.lines if line.role == PARTS][:2]
    return tuple(f"     {line.side:5} {line.where}  {line.source}" for line in parts)


def say(difference: IsolatedDifference, names: Mapping[str, str]) -> str:
    """One difference in a line; `names` are tf's of torch's layers, where they differ."""
    values = dict.fromkeys(f"{row['torch'] or '-'} / {row['tf'] or '-'}" for row in map(to_row, difference.settings))
    cause = f" ({'; '.join(values)})" if values else ""
    where = _where(difference, names)
    return f"{difference.words}{cause}{f': {where}' if where else ''} ({_apart(difference)})"


def _where(each: IsolatedDifference, names: Mapping[str, str]) -> str:
    named = f"{each.layer} / {names[each.layer]}" if each.layer in names else each.layer
    count = len({row.tensor for row in each.rows})
    several = f"{named} and {count - 1} more" if count > 1 else named
    said = {
        BETWEEN: _since(each) + (f", and {count - 1} more" if count > 1 else ""),
        LOSS: "given the same outputs",
        BACK: "through what agrees forward",
        GRADIENT: f"{several}, on the way to the optimizer",
        RATE: "",
        OPTIMIZER: f"given the same gradients, the {each.largest.stage} of {several}",
        EVALUATION: "which agrees in training",
    }
    return said.get(each.place, several)


def _since(each: IsolatedDifference) -> str:
    return f"after {', '.join(each.begins[:3])}" if each.begins else "before it"


def _apart(difference: IsolatedDifference) -> str:
    """How far it is apart, and how far that alone moves the loss."""
    found = difference.largest.difference
    gap = f"gap {found.max_rel:.1e}" if found.kind == "value" else ": ".join(filter(None, (found.kind, found.detail)))
    return gap if difference.effect is None else f"{gap}, moves the loss by {difference.effect:.1e}"


def _is_said(difference: IsolatedDifference, judgement: Judgement) -> bool:
    """Whether the first divergence is this difference: what to do is then said too."""
    first = judgement.first_divergence
    if first is not None and first.stage == "state":
        return difference.place == OPTIMIZER
    if first is not None and first.stage == "forward" and difference.place == BETWEEN:
        given = {without_call(call_of(row)) for row in difference.rows}
        return given == {without_call(first.tensor)}  # of several it is said how many
    return first is not None and any(row.key == first.key for row in difference.rows)
