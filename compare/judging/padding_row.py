"""A row of an embedding that one side never trains: `padding_idx` says so, and where the gradients part there alone, it
says it all. The other side may as well keep that gradient at zero itself, and then another row differs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from compare.judging.difference import difference
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.traces.trace import TracePair


def parts_in_the_padding(pair: TracePair, first: StageRow, settings: Iterable[SettingRow]) -> bool:
    """Whether the gradients of an embedding part, and in the row alone that only one side sets apart."""
    rows = [row for row in settings if row.setting == "padding_idx"] if first.stage == "gradient" else []
    torch, tf = (trace.get(first.key) for trace in pair)
    return torch is not None and tf is not None and any(_is_alone(row, first.allowed, torch, tf) for row in rows)


def _is_alone(row: SettingRow, allowed: float, torch: np.ndarray, tf: np.ndarray) -> bool:
    padding = [each for each in (row.torch, row.tf) if each is not None]
    others = (np.delete(gradient, padding, axis=0) for gradient in (torch, tf))
    return difference(*others).max_rel <= allowed
