"""Parity of a port as a test: `assert_equivalent("my_port.py")`, or the fixture `parity`, which pytest finds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from compare import run_port

if TYPE_CHECKING:
    from compare import Precision, Result


class PortOptions(TypedDict, total=False):
    """What `compare.run_port` may be told besides the file."""

    steps: int
    seed: int
    precision: Precision
    nudged: bool
    threads: int
    timeout: float
    torch_python: str | None
    tf_python: str | None


def assert_equivalent(port: Path | str, **options: Unpack[PortOptions]) -> Result:
    """Run a port file on both sides; AssertionError with the findings unless the two are equivalent.

    The options are those of `compare.run_port`. Raises FrameworkUnavailableError where a side cannot be started.
    """
    __tracebackhide__ = True
    result = run_port(port, **options)
    if result.verdict != "equivalent":
        raise AssertionError("\n".join([f"{port}: {result.verdict}", *(f"- {finding}" for finding in result.findings)]))
    return result
