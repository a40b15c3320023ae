"""The pytest plug-in with the fixture `parity`. It imports the rest of this package only when a test asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from typing import Unpack

    from compare import Result
    from compare.testing import PortOptions


class Parity(Protocol):
    """The function that the fixture returns."""

    def __call__(self, port: Path | str, **options: Unpack[PortOptions]) -> Result: ...


@pytest.fixture
def parity(request: pytest.FixtureRequest) -> Parity:
    """`parity("my_port.py")` fails the test with the findings, unless the port is equivalent.

    The file is looked for beside the test, then in the current directory; options as in `compare.run_port`.
    """
    from compare.testing import assert_equivalent

    def parity(port: Path | str, **options: Unpack[PortOptions]) -> Result:
        __tracebackhide__ = True
        beside = request.path.parent / port
        return assert_equivalent(beside if beside.exists() else port, **options)

    return parity
