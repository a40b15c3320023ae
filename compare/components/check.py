"""Checks one component on one side, inside its worker: the arrays that it computes go into the job's file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from compare.components import arrays, specs

if TYPE_CHECKING:
    from compare.running.execute import Job


def check_and_write(job: Job, find: Callable, runtime: ModuleType, check: Callable) -> None:
    """Find the entry, call it as its kind is called, and write the arrays that it computes."""
    kind, _, key = job.component.partition("/")
    entry, spec = find(kind, key), specs.load(kind)[key]
    component_arrays = arrays.read(Path(job.inputs), key, job.precision, job.nudge)
    runtime.set_precision(job.precision)
    runtime.set_seed(0)
    np.savez(job.trace, **check(kind, entry, spec, component_arrays))
