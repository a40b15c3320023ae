"""The file of a trace while it is written: under a name of its own, by one process alone."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO


class TraceError(Exception):
    """A trace that cannot be read; the message says which file and why."""


def is_file(path: Path) -> bool:
    """Whether there is such a file; False, not an OSError, for a name that no file can have."""
    try:
        return path.is_file()
    except OSError:
        return False


def partial_of(path: Path) -> Path:
    """The file that is written until a trace is whole."""
    return path.with_name(f"{path.name}.partial")


def is_unfinished(path: Path) -> bool:
    """Whether a trace is still being written, or was never closed; one that is whole may be of an earlier run."""
    partial = partial_of(path)
    return is_file(partial) and not (is_file(path) and path.stat().st_mtime > partial.stat().st_mtime)


def locked(partial: Path, path: Path) -> IO[bytes]:
    """An empty file that no other process writes; TraceError where one does. What a dead process left is replaced."""
    file = os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
    try:
        _lock(file)
    except BlockingIOError:
        file.close()
        raise TraceError(
            f"{path} is being recorded by another process: give each process a path of its own, or record in one of "
            "them only (with several replicas, where the rank is 0)"
        ) from None
    file.truncate(0)
    return file


def _lock(file: IO[bytes]) -> None:
    """Lock a file until it is closed; BlockingIOError where another has it. Not where the system has no such locks."""
    with suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:  # a file system without locks
            return
