"""The plug-in that pytest finds by its entry point: the fixture `parity`. It imports nothing until it is asked."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def parity(request: pytest.FixtureRequest) -> Callable:
    """`parity("my_port.py")` fails the test with the finding, unless the port is equivalent.

    The file is looked for beside the test, then where pytest was started; options as in `assert_equivalent`.
    """
    from compare.testing import assert_equivalent

    def parity(port: str | Path, **options: object):
        __tracebackhide__ = True
        beside = request.path.parent / port
        return assert_equivalent(beside if beside.exists() else port, **options)

    return parity
