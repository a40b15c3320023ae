"""Runs one component on one side, inside its worker, and writes what it computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np

from compare.components import arrays, specs
from compare.running.request import CheckComponent


def check_and_write(request: CheckComponent, find: Callable, runtime: ModuleType, check: Callable) -> None:
    """Find the entry, call it as its kind requires, and write the arrays that it computes."""
    entry, spec = find(request.kind, request.key), specs.load(request.kind)[request.key]
    given = arrays.read(Path(request.inputs), request.key, request.precision, request.nudge)
    runtime.set_precision(request.precision)
    runtime.set_seed(0)
    np.savez(request.output, **check(request.kind, entry, spec, given))
