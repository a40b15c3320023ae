"""Losses in what a script printed: its own sentences, progress bars of Keras and tqdm, the lines of a logger.

Notice that a bar is printed over and over on one line, and that Keras' shows the mean of the epoch until then.
"""

from __future__ import annotations

import re

from compare.logs.parse import Line

FLOAT = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf(?:inity)?)"
WORD = r"[A-Za-z_][A-Za-z_0-9/.@]*"
# A name, perhaps in quotes, then a number, perhaps in brackets or inside tensor(...).
PAIR = re.compile(
    rf"""(?P<name>(?:{WORD}[ -])?{WORD})['"]?\s*[:=]?\s*(?:[\w.]+\()?[\[(#]?\s*(?P<number>{FLOAT})(?![\w.])""", re.I
)
COUNTER = re.compile(
    r"\b(?P<name>global[ _]step|epoch|step|iteration|iter|batch)s?['\"]?\s*[:=#]?\s*[\[(]?\s*"
    r"(?P<number>\d+)(?![\d.]*\d)"
    r"(?:\s*(?:/|of)\s*(?P<total>\d+))?",
    re.I,
)
PROGRESS = re.compile(r"(?<![\d/.-])(?P<number>\d+)\s*/\s*(?P<total>\d+)(?![\d/.-])")
COUNTED_PAIR = re.compile(r"^\W*\[(\d+),\s*(\d+)\]")  # "[1,  2000] loss: 2.17": epoch and batch
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
KERAS_BAR = re.compile(r"ETA:|/step\b|/epoch\b")
TQDM_BAR = re.compile(r"(?:it/s|s/it)\b")

Row = dict[str, str]


def is_printed(text: str) -> bool:
    """Whether a text has lines with a loss and its name, as tables do not."""
    return any("loss" in pair["name"].lower() for line in text.splitlines()[:2000] for pair in PAIR.finditer(line))


def read_printed(text: str) -> tuple[list[str], list[Line]]:
    """The names of what was printed, and a line for each time that a loss was."""
    rows: list[tuple[int, Row]] = []
    epoch: Row = {}
    kinds = set()
    for number, line in enumerate(text.split("\n"), 1):
        for part in re.split(r"[\r\x08]+", ANSI.sub("", line)):
            row = _row(part)
            epoch = {"epoch": row["epoch"]} if "epoch" in row else epoch
            if any("loss" in name.lower() for name in row):
                rows.append((number, epoch | row))
                kinds.add("keras" if KERAS_BAR.search(part) else "tqdm" if TQDM_BAR.search(part) else "")
    if "keras" in kinds:
        rows = _last_of_each(rows, ("epoch",))
        rows = [(number, {k: v for k, v in row.items() if k not in ("batch", "total")}) for number, row in rows]
    elif "tqdm" in kinds:
        rows = _last_of_each(_without_the_end(rows), ("epoch", "step", "batch"))
    header = list(dict.fromkeys(name for _, row in rows for name in row))
    return header, [(number, [row.get(name, "") for name in header]) for number, row in rows]


def _row(part: str) -> Row:
    """The counters and the named numbers of what was printed at once; the first of each name counts."""
    row: Row = {}
    if pair := COUNTED_PAIR.match(part):
        row |= {"epoch": pair[1], "batch": pair[2]}
    rest = part
    for counter in COUNTER.finditer(part):
        name = re.sub(r"\W", "_", counter["name"].lower())
        row.setdefault(name, counter["number"])
        if name != "epoch" and counter["total"]:
            row.setdefault("total", counter["total"])
        rest = rest.replace(counter[0], " | ", 1)
    if not row.keys() & {"step", "batch", "iter", "iteration"} and (progress := PROGRESS.search(rest)):
        row |= {"batch": progress["number"], "total": progress["total"]}
    for pair in PAIR.finditer(PROGRESS.sub(" | ", rest)):
        row.setdefault(pair["name"], pair["number"])
    return row


def _last_of_each(rows: list[tuple[int, Row]], names: tuple[str, ...]) -> list[tuple[int, Row]]:
    """Of rows in succession that count the same, the last, which replaced the others on the screen."""

    def count(row: Row) -> tuple[str, ...]:
        return tuple(row.get(name, "") for name in names)

    after = [count(row) for _, row in rows[1:]]
    return [
        (number, row)
        for (number, row), following in zip(rows, [*after, None], strict=True)
        if count(row) != following or not any(count(row))
    ]


def _without_the_end(rows: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    """Without a bar's last state, which repeats the last loss where the bar showed the first loss at 0."""
    begins_at_zero = any(row.get("batch") == "0" for _, row in rows)
    return [row for row in rows if not (begins_at_zero and row[1].get("batch") == row[1].get("total", ""))]
