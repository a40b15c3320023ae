"""Runs the same training in PyTorch and TensorFlow, and proves that the two are equivalent or finds where they part.

Importing this package imports no framework; NumPy, pandas and matplotlib are imported when they are needed.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from compare.inputs.options import suggesting

if TYPE_CHECKING:
    from compare.inputs.datasets import DataError
    from compare.inputs.side import Side
    from compare.reporting.result import Result
    from compare.running.process import FrameworkUnavailableError
    from compare.traces.pairing import PairingError
    from compare.traces.trace import Trace, TraceError

__all__ = [
    "DataError",
    "FrameworkUnavailableError",
    "PairingError",
    "Result",
    "Side",
    "Trace",
    "TraceError",
    "diff",
    "run",
    "run_port",
]

Precision = Literal["both", "float64", "float32"]


@suggesting
def run(
    case: str,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    seed: int = 0,
    data_dir: Path | str | None = None,
    precision: Precision = "both",
    nudged: bool = True,
    threads: int = 1,
    timeout: float = 120,
    torch_python: str | None = None,
    tf_python: str | None = None,
) -> Result:
    """Train a reference case on both sides, and judge whether they are equivalent.

    `epochs` and `steps` are the case's own by default; `data_dir` holds the real data set, for a case that reads one.
    Where both precisions are run, float64 decides; `nudged` measures rounding by runs whose initial weights are moved
    by one ulp: without, amplified rounding cannot be told from a bug. Each side has `threads` threads, and fails when
    it is silent for `timeout` seconds. `torch_python` and `tf_python` are the interpreters that have the frameworks,
    by default this one.

    A run that fails gives the verdict "error". Raises LookupError for an unknown case, ValueError where there is
    nothing to train on, DataError where `data_dir` cannot be read, FrameworkUnavailableError where a side cannot be
    started.
    """
    from compare.inputs import cases
    from compare.inputs.case_inputs import make_inputs
    from compare.judging.experiments import CaseExperiment
    from compare.reporting.experiments import run_experiment
    from compare.running.options import Options

    options = Options(precision, nudged, threads, timeout, torch_python, tf_python)
    inputs = make_inputs(cases.load(case), seed, epochs, steps, None if data_dir is None else Path(data_dir))
    return run_experiment(CaseExperiment(inputs), options)


@suggesting
def run_port(
    path: Path | str,
    *,
    steps: int = 100,
    seed: int = 0,
    precision: Precision = "both",
    nudged: bool = True,
    must_fall: bool = False,
    explain: bool = True,
    threads: int = 1,
    timeout: float = 120,
    torch_python: str | None = None,
    tf_python: str | None = None,
) -> Result:
    """Train both sides of a port file, for at most `steps` batches, and judge whether they are equivalent.

    With `must_fall`, equal losses that do not fall are "not decreasing"; without, a finding. With `explain`, changes of
    tf's side that make a port equivalent are searched, where it is not. The other options are as in `run`.

    A fault in the file gives the verdict "error". Raises FrameworkUnavailableError where a side cannot be started.
    """
    from compare.judging.experiments import PortExperiment
    from compare.reporting.experiments import run_experiment
    from compare.running.options import Options

    workers = threads, timeout, torch_python, tf_python
    options = Options(precision, nudged, *workers, must_fall=must_fall, explain=explain)
    return run_experiment(PortExperiment(Path(path), seed, steps), options)


@suggesting
def diff(left: Path | str, right: Path | str, *, must_fall: bool = False) -> Result:
    """Judge two loops from the traces of their recorders: one of each side in any order, or two of one framework.

    With `must_fall`, equal losses that do not fall are "not decreasing"; without, a finding. Raises TraceError
    where one cannot be read or both are one file, PairingError where their weights do not pair.
    """
    from compare.reporting.experiments import compare_recorded

    return compare_recorded(Path(left), Path(right), must_fall)


_CLASSES = {
    "DataError": "compare.inputs.datasets",
    "FrameworkUnavailableError": "compare.running.process",
    "PairingError": "compare.traces.pairing",
    "Result": "compare.reporting.result",
    "Side": "compare.inputs.side",
    "Trace": "compare.traces.trace",
    "TraceError": "compare.traces.trace",
}


if not TYPE_CHECKING:  # a type checker has the imports above, and should complain of unknown names

    def __getattr__(name: str) -> type:
        if name not in _CLASSES:
            raise AttributeError(f"module 'compare' has no attribute {name!r}")
        return getattr(import_module(_CLASSES[name]), name)
