"""What a study calls to make runs."""

from __future__ import annotations

from typing import Protocol

from compare.running.request import Training
from compare.traces.trace import Trace

Wanted = tuple[str, Training]  # "torch" or "tf", and what it is to run


class Run(Protocol):
    """Makes runs; blocks until all traces are written, and returns them in the same order.

    Both sides work at once, each on its own runs in their order. Raises RequestFailedError when the first fails.
    """

    def __call__(self, *wanted: Wanted) -> list[Trace]: ...
