"""How a command ends: its exit status, and a one-line message where it cannot do what was asked."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NoReturn

import typer

EQUIVALENT, NOT_EQUIVALENT, FAILED = 0, 1, 2


def check_writable(directory: Path) -> None:
    """End with a message, before any run, where the report could not be written."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        fail(f"{directory} cannot be written to ({error.strerror}): give another directory with --out")


def fail(message: str) -> NoReturn:
    """End with a message and exit status 2."""
    typer.echo(f"compare: {message}", err=True)
    raise typer.Exit(FAILED)
