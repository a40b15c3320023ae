"""Writes all files or none: to temporary names first, renamed when all of them are written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write every file, or leave all of them as they were; OSError where that cannot be done."""
    partials = {path.with_name(f".{path.name}.{os.getpid()}"): path for path in files}
    try:
        for partial, path in partials.items():
            partial.write_bytes(files[path])
        for partial, path in partials.items():
            partial.replace(path)
    finally:
        for partial in partials:
            partial.unlink(missing_ok=True)
