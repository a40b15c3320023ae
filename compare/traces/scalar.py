"""One number out of what a loop gives for it: a scalar tensor of either side, or a number of Python's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def scalar(value: Any, what: str, to_numpy: Callable[[Any], np.ndarray]) -> float:
    """The number that a value holds; ValueError, with what to give instead, for anything else."""
    if isinstance(value, (dict, list, tuple)):
        named = f" of {', '.join(map(str, value))}" if isinstance(value, dict) else f" of {len(value)} values"
        raise ValueError(
            f"{what} is a {type(value).__name__}{named}: expected one number, that which was differentiated; give what "
            "else you want compared as metrics={name: number}"
        )
    try:
        array = np.asarray(to_numpy(value))
    except (TypeError, ValueError, RuntimeError):
        array = np.empty((), dtype=object)
    is_number = array.dtype.kind in "fiub"
    if is_number and array.size == 1:
        return float(array.reshape(()))
    shown = f"an array of shape {array.shape}" if is_number else f"{value!r}"[:60]
    raise ValueError(f"{what} is {shown}: expected one number, as loss.mean() or the sum that was differentiated")
