"""Parity of a port as a test: `assert_equivalent("my_port.py")`, or the fixture `parity`, which pytest finds."""

from __future__ import annotations

from pathlib import Path

from compare.judging.comparison import EQUIVALENT
from compare.reporting.result import Result
from compare.reporting.runner import run_port


def assert_equivalent(port: Path | str, *, steps: int = 100, seed: int = 0, **options: object) -> Result:
    """Run a port file on both sides; AssertionError with the findings unless the two are equivalent.

    `options` as in `compare.Options`. Raises FrameworkUnavailableError where a side cannot be started.
    """
    __tracebackhide__ = True
    result = run_port(port, steps=steps, seed=seed, **options)
    if result.verdict != EQUIVALENT:
        raise AssertionError("\n".join([f"{port}: {result.verdict}", *(f"- {finding}" for finding in result.findings)]))
    return result
