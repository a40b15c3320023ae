"""The entries of an optimizer's state that each side calls by a name of its own, paired by what they hold.

Whoever writes Adam by hand may call its moments m and v, or mu and nu. Notice that only entries that agree are paired:
of others nobody can say that they are meant to be the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from compare.judging.difference import difference
from compare.judging.stages import StageRow
from compare.traces.calls import split_call
from compare.traces.step import Step
from compare.traces.trace import Key, Trace

IN_TORCH, IN_TF = "not shown in tf", "not shown in torch"
Place = tuple[Step, str]  # the step, and the weight with the number of the call
Entries = Mapping[str, Mapping[Place, StageRow]]  # by name


def with_entries_by_value(rows: list[StageRow], torch: Trace, tf: Trace) -> list[StageRow]:
    """The same rows; where an entry that only torch shows agrees with one that only tf does, one row compares them."""
    of_torch, of_tf = (_by_entry(rows, kind) for kind in (IN_TORCH, IN_TF))
    compared: dict[Key, StageRow] = {}
    gone: set[Key] = set()
    for name, partner in _pairs(of_torch, of_tf, torch, tf).items():
        for place in of_torch[name].keys() & of_tf[partner].keys():
            row, other = of_torch[name][place], of_tf[partner][place]
            compared[row.key] = _compared(row, other, torch, tf)
            gone.add(other.key)
    return [compared.get(row.key, row) for row in rows if row.key not in gone]


def _by_entry(rows: Iterable[StageRow], kind: str) -> dict[str, dict[Place, StageRow]]:
    """The rows that only one side shows, by the entry's name, and where it was recorded."""
    found: dict[str, dict[Place, StageRow]] = {}
    for row in rows:
        if row.stage == "state" and row.difference.kind == kind:
            label, call = split_call(row.tensor)
            weight, _, name = label.rpartition(" ")
            found.setdefault(name, {})[row.step, weight + call] = row
    return found


def _pairs(of_torch: Entries, of_tf: Entries, torch: Trace, tf: Trace) -> dict[str, str]:
    """Torch's names of entries and tf's, of those that agree in the first step that shows both, and with no other."""
    agreeing = [
        (name, partner)
        for name, rows in of_torch.items()
        for partner, others in of_tf.items()
        if _agree(_first(rows), _first(others), torch, tf)
    ]
    alone = [[each for each, count in Counter(names).items() if count == 1] for names in zip(*agreeing, strict=True)]
    return {name: partner for name, partner in agreeing if name in alone[0] and partner in alone[1]}


def _first(rows: Mapping[Place, StageRow]) -> dict[Place, StageRow]:
    first = min(step for step, _ in rows)
    return {place: row for place, row in rows.items() if place[0] == first}


def _agree(rows: Mapping[Place, StageRow], others: Mapping[Place, StageRow], torch: Trace, tf: Trace) -> bool:
    """Whether two entries hold the same of every weight, and not only zeros, which tell nothing."""
    if rows.keys() != others.keys() or not any(torch[row.key].any() for row in rows.values()):
        return False
    return all(_compared(row, others[place], torch, tf).within for place, row in rows.items())


def _compared(row: StageRow, other: StageRow, torch: Trace, tf: Trace) -> StageRow:
    found = difference(torch[row.key], tf[other.key])
    return replace(row, difference=found, allowed=max(row.allowed, other.allowed))
