"""A port as a test: `assert_equivalent("my_port.py")`; in pytest the fixture `parity` does the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from compare import run_port

if TYPE_CHECKING:
    from compare import Precision, Result


class PortOptions(TypedDict, total=False):
    """The options of `compare.run_port`."""

    steps: int
    seed: int
    precision: Precision
    nudged: bool
    must_fall: bool
    explain: bool
    threads: int
    timeout: float
    torch_python: str | None
    tf_python: str | None


def assert_equivalent(port: Path | str, **options: Unpack[PortOptions]) -> Result:
    """Run a port file on both sides; AssertionError with the findings unless they are equivalent.

    The options are those of `compare.run_port`. Raises FrameworkUnavailableError where a side cannot be started.
    """
    __tracebackhide__ = True
    result = run_port(port, **options)
    if result.verdict != "equivalent":
        from compare.reporting.cause_lines import cause_lines

        why = "\n".join(cause_lines(result.judgement)) if result.judgement else ""
        said = [*result.findings, *filter(None, [why]), *(f"warning, {each}" for each in result.warnings)]
        raise AssertionError("\n".join([f"{port}: {result.verdict}", *(f"- {each}" for each in said)]))
    return result
