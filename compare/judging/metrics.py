"""The precision of a metric: `(x == y).float().mean()` counts in float32, whatever the model computes in."""

from __future__ import annotations

import numpy as np


def precision_of_metric(torch: np.ndarray, tf: np.ndarray, precision: str) -> str:
    """ "float32" where all values of a side are numbers of float32, and not all of the other's; else `precision`."""
    counted = [_is_of_float32(each) for each in (torch, tf)]
    return "float32" if counted[0] != counted[1] else precision


def _is_of_float32(curve: np.ndarray) -> bool:
    known = curve[np.isfinite(curve)]
    return bool(len(known)) and bool((known == known.astype(np.float32)).all())
