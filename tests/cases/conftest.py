"""Both frameworks in one process, in float64."""

from tests.side_by_side.conftest import float64  # noqa: F401 - a fixture of every test here
