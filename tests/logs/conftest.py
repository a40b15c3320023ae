"""Fixtures of tests of loss logs."""

import pytest

from compare.logs.loss_log import read_log


@pytest.fixture
def read(tmp_path):
    """Writes a text or bytes to log.csv, or to the name given, and reads it."""

    def read(text, name="log.csv", **choices):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_log(tmp_path / name, **choices)

    return read
