"""A port's file, for the tests of whatever reads one."""

import sys

import pytest


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Writes a text to my_port.py, and gives its path; what that adds to sys.path is taken away again."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def write(text, name="my_port.py"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(tmp_path / name)

    return write
