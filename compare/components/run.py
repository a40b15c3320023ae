"""Checks one component on one side, inside its worker: what it computes, into the file of the job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from compare.components import given, specs

if TYPE_CHECKING:
    from compare.jobs import Framework, Job


def check(framework: Framework, job: Job) -> None:
    """Find the entry, call it as its kind is called, and write the arrays that come of it."""
    kind, _, key = job.component.partition("/")
    entry, spec = framework.components.find(kind, key), specs.load(kind)[key]
    arrays = given.read(Path(job.inputs), key, job.precision, job.nudge)
    framework.runtime.set_precision(job.precision)
    framework.runtime.set_seed(0)
    checking = getattr(framework, "components.checking")
    np.savez(job.trace, **checking.check(kind, entry, spec, arrays))
