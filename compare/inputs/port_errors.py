"""Any error in a port's file becomes a PortError, which names the line in its author's terms."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CODES = re.compile(r"\x1b\[[\d;]*[A-Za-z]")


class PortError(Exception):
    """What is wrong with a port, in its author's terms."""


class NoEvaluationError(PortError):
    """Why a port's loss gives no number in evaluation: some models give a loss in training only."""


@contextmanager
def pointing_into(path: str, where: str) -> Iterator[None]:
    """Any exception inside becomes a PortError that names the line of the file."""
    try:
        yield
    except PortError:
        raise
    except (Exception, SystemExit) as error:
        raise PortError(f"{_line(path, error)} {where}: {type(error).__name__}: {_text(error)}") from error


@contextmanager
def no_evaluation(path: str) -> Iterator[None]:
    """Any exception inside, where a loss is evaluated, becomes a NoEvaluationError that names the line of the file."""
    try:
        with pointing_into(path, "in evaluation"):
            yield
    except PortError as error:
        raise NoEvaluationError(str(error)) from error


def _line(path: str, error: BaseException) -> str:
    """The file, and the last of its lines in the traceback."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if _same(frame.filename, path)]
    if isinstance(error, SyntaxError) and error.filename and _same(error.filename, path):
        lines.append(error.lineno)
    return f"{Path(path).name}, line {lines[-1]}," if lines else f"{Path(path).name},"


def _same(filename: str, path: str) -> bool:
    return Path(filename).resolve() == Path(path).resolve()


def one_line(error: BaseException) -> str:
    """The message in one line, without the codes that make a terminal write bold or in colour."""
    return " ".join(CODES.sub("", str(error)).split())


def _text(error: BaseException) -> str:
    """The message in one line; the frameworks append pages of advice."""
    text = one_line(error)
    return text if len(text) <= 400 else f"{text[:400]} ..."


def what(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"{len(value)} values ({', '.join(type(part).__name__ for part in value)})"
    return type(value).__name__
