"""Runs PyTorch and TensorFlow training side by side, and proves that they are equivalent or finds where they part.

Importing this package imports no framework, and neither pandas nor matplotlib until a table or a plot is asked for.
"""

from importlib import import_module
from typing import Any

_WHERE = {
    "run": "compare.reporting.runner",  # run one case and judge it
    "run_port": "compare.reporting.runner",  # run a user's port and judge it
    "compare_recorded": "compare.reporting.runner",  # judge the traces of two recorded loops
    "run_studies": "compare.reporting.runner",  # run many on the same two workers
    "Trial": "compare.reporting.trial",  # a case to run
    "PortTrial": "compare.reporting.trial",  # a port to run
    "Options": "compare.reporting.trial",  # how to run it
    "Result": "compare.reporting.result",  # verdict, findings, tables, plot
    "Case": "compare.inputs.case",  # one training problem, free of any framework
    "Side": "compare.inputs.side",  # what a side brings: model, loss, optimizer
    "Trace": "compare.traces.trace",  # what one run left behind
    "DataError": "compare.inputs.datasets",  # a data set that cannot be read
    "FrameworkUnavailableError": "compare.running.pool",  # a side that cannot be started
}

__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'compare' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)
