"""One process at a time writes the file of a trace."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from compare.traces.files import TraceError, is_file, is_unfinished, locked, partial_of

ROOT = Path(__file__).resolve().parents[2]
OTHER = """
import sys
from pathlib import Path
from compare.traces.trace import TraceWriter
writer = TraceWriter(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that writes tmp_path/trace.npz until it is ended."""
    command = [sys.executable, "-c", OTHER, str(tmp_path / "trace.npz")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def test_a_file_that_another_process_writes_is_refused_and_left_to_it(other, tmp_path):
    path = tmp_path / "trace.npz"
    with pytest.raises(TraceError, match=r"trace\.npz is being recorded by another process: give each"):
        locked(partial_of(path), path)
    assert is_unfinished(path)


def test_what_a_dead_process_left_is_replaced(other, tmp_path):
    other.kill()
    other.wait()
    path = tmp_path / "trace.npz"
    partial_of(path).write_bytes(b"half a trace")
    with locked(partial_of(path), path) as file:
        assert file.read() == b""


@pytest.mark.parametrize(
    ("partial", "whole", "expected"), [(5, None, True), (None, 5, False), (5, 4, True), (5, 6, False)]
)
def test_a_trace_is_unfinished_while_there_is_a_newer_one_that_is_not_whole(tmp_path, partial, whole, expected):
    path = tmp_path / "trace.npz"
    for file, time in ((partial_of(path), partial), (path, whole)):
        if time is not None:
            file.touch()
            os.utime(file, (time, time))
    assert is_unfinished(path) == expected


def test_a_name_that_no_file_can_have_is_no_file():
    assert not is_file(Path("a" * 1000))
