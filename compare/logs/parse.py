"""Parses the table in a text file: fields, header, numbers, and how finely the numbers are printed."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np

NUMBER = re.compile(r"[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?")
RULE = re.compile(r"[-+=|:\s]*[-+=|:]{3}[-+=|:\s]*")  # what separates the header of a table that is drawn
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
MILLISECONDS = 1e11  # a time in these is greater, a step is not

Line = tuple[int, list[str]]  # the number of a line in its file, and its fields


class LogError(Exception):
    """A log that cannot be read, or two that cannot be compared; the message names the file and the line."""


def read_text(path: Path) -> str:
    """The text of a file. Raises LogError where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LogError(f"{path} is not UTF-8 text ({error.reason} at byte {error.start}): save it as UTF-8") from None
    except OSError as error:
        raise LogError(f"{path} cannot be read: {error.strerror}") from None


def split_lines(path: Path, text: str) -> list[Line]:
    """The lines of a table, without comments and empty lines. Raises LogError where none are left."""
    numbered = [(number, line.strip(" \r")) for number, line in enumerate(text.split("\n"), 1)]
    kept = [(number, line) for number, line in numbered if line.strip() and not RULE.fullmatch(line)]
    if kept and kept[0][1].startswith("#"):  # a header as NumPy writes it
        kept[0] = (kept[0][0], kept[0][1].lstrip("# "))
    kept = [(number, line) for number, line in kept if not line.startswith("#")]
    if not kept:
        raise LogError(f"{path} is empty")
    if all("|" in line for _, line in kept):
        kept = [(number, line.strip().strip("|")) for number, line in kept]
    delimiter = next((mark for mark in "\t;|," if mark in kept[0][1]), None)
    return [(number, _fields(path, number, line, delimiter)) for number, line in kept]


def _fields(path: Path, number: int, line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return [field.strip('"') for field in line.split()]
    try:
        fields = [field.strip() for field in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    except csv.Error as error:
        raise LogError(f"{path} line {number}: cannot be split into fields ({error})") from None
    if delimiter == ",":
        return fields
    # Between other delimiters, a comma is a decimal point.
    return [field.replace(",", ".") if DECIMAL_COMMA.fullmatch(field) else field for field in fields]


def split_header(path: Path, lines: list[Line]) -> tuple[list[str], list[Line]]:
    """The names of the columns and the lines below; without names: the loss, step and loss, or as MLflow writes it."""
    first = lines[0][1]
    if not all(field == "" or _is_number(field) for field in first):
        return first, lines[1:]
    if len(first) <= 2:
        return ["loss"] if len(first) == 1 else ["step", "loss"], lines
    if len(first) == 3 and first[0].isdecimal() and float(first[0]) > MILLISECONDS:
        return ["timestamp", "value", "step"], lines
    raise LogError(f"{path} line {lines[0][0]}: {len(first)} columns without names: add a first line such as step,loss")


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def parse_number(path: Path, number: int, field: str) -> float:
    """A number, NaN or infinity. Raises LogError for any other field."""
    if not _is_number(field):
        why = ", or may be two: write a decimal point, and no comma in thousands" if re.search(r"\d,\d", field) else ""
        raise LogError(f"{path} line {number}: {field!r} is not a number{why}")
    return float(field)


def last_digit_units(numbers: list[str]) -> np.ndarray:
    """One unit of the last printed digit of each number, (n,) float64; 0 where all are whole numbers, and so exact.

    A log prints a fixed number of decimals, or of significant digits, without trailing zeros. It does not say which,
    so the coarser unit of the two is taken.
    """
    places = [_places(number) for number in numbers]
    known = [place for place in places if place]
    if min((last for _, last in known), default=0) >= 0:
        return np.zeros(len(numbers))
    finest, digits = min(last for _, last in known), max(first - last + 1 for first, last in known)
    return np.array([10.0 ** max(finest, place[0] - digits + 1 if place else finest) for place in places])


def _places(number: str) -> tuple[int, int] | None:
    """The powers of ten of a number's first nonzero digit and of its last digit; None for NaN, infinity and 0."""
    match = NUMBER.fullmatch(number)
    if not match or not (digits := (match[1] + match[2]).lstrip("0")):
        return None
    last = int(match[3] or 0) - len(match[2])
    return last + len(digits) - 1, last
