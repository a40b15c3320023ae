"""Rounds an optimizer's constants to float32: what a leak of float32 precision does, measured and not assumed."""

from __future__ import annotations

from typing import Any

import numpy as np

from compare.inputs.side import every_optimizer


def round_constants(optimizer: Any) -> None:
    """Round every number in the parameter groups of PyTorch's optimizers; others have none, and stay as they are."""
    for each in every_optimizer(optimizer).values():
        for group in getattr(each, "param_groups", ()):
            group.update({name: _rounded(value) for name, value in group.items()})


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_rounded, value))
    return float(np.float32(value)) if isinstance(value, float) else value
