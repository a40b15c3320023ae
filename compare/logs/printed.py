"""Losses in what a script printed: its own sentences, progress bars of Keras and tqdm, the lines of a logger.

Notice that a bar is printed over and over on one line, and that Keras' shows the mean of the epoch until then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from compare.logs.columns import HELD_OUT
from compare.logs.numerals import DECIMAL_COMMA, EXPONENT, THOUSANDS_COMMA, whole_number
from compare.logs.parse import Line

# A comma belongs to a number, or the number is none: cut there it would be another.
DIGITS = rf"{THOUSANDS_COMMA}(?!,?\d)|{DECIMAL_COMMA}(?!,?\d)|\d+\.\d*|\d+(?!,\d)|\.\d+"
FLOAT = rf"[-+]?(?:{DIGITS}){EXPONENT}(?:\s?%)?|[-+]?(?:nan|inf(?:inity)?)"
COUNT = r"[1-9]\d{0,2}(?:,\d{3})+(?![\d,]|\s*\])|\d+"
WORD = r"[A-Za-z_][A-Za-z_0-9/.@]*"
# A name, perhaps in quotes, then a number, perhaps in brackets or inside tensor(...), or the first of a list.
PAIR = re.compile(
    rf"""(?P<name>(?:{WORD}[ -])?{WORD})['"]?\s*[:=]?\s*(?:[\w.]+\()?(?P<bracket>[\[(#]?)\s*(?P<number>{FLOAT})"""
    r"(?![\w.])(?P<more>\s*,\s*[-+.\d])?",
    re.I,
)
COUNTER = re.compile(
    r"\b(?P<name>global[ _]step|epoch|step|iteration|iter|batch)s?['\"]?\s*[:=#]?\s*[\[(]?\s*"
    rf"(?P<number>{COUNT})(?![\d.]*\d)"
    rf"(?:\s*(?:/|of)\s*(?P<total>{COUNT}))?",
    re.I,
)
PROGRESS = re.compile(rf"(?<![\d/.-])(?P<number>{COUNT})\s*/\s*(?P<total>{COUNT})(?![\d/.-])")
COUNTED_PAIR = re.compile(r"^\W*\[(\d+),\s*(\d+)\]")  # "[1,  2000] loss: 2.17": epoch and batch
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
KERAS_BAR = re.compile(r"ETA:|/step\b|/epoch\b")
TQDM_BAR = re.compile(r"(?:it/s|s/it)\b")

# What stands before numbers and says of which data they are: "Validation results: loss 0.5".
SUBJECT = re.compile(rf"\b(?P<held_out>{'|'.join(HELD_OUT)})[a-z]*\b|\btrain(?:ing)?\b", re.I)

Row = dict[str, str]


def is_printed(text: str) -> bool:
    """Whether a text has lines with a loss and its name, as tables do not."""
    return any("loss" in pair["name"].lower() for line in text.splitlines()[:2000] for pair in PAIR.finditer(line))


def read_printed(text: str) -> tuple[list[str], list[Line]]:
    """The names of what was printed, and a line for each time that a loss was."""
    rows: list[tuple[int, Row]] = []
    epoch: Row = {}
    kinds, subject = set(), ""
    for number, line in enumerate(text.split("\n"), 1):
        for part in re.split(r"[\r\x08]+", ANSI.sub("", line)):
            row = _row(f"{subject} {part}")
            subject = _heading(part)
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


def _heading(part: str) -> str:
    """The subject of the next line, where this one is its heading: "Test set:"."""
    found = SUBJECT.search(part)
    return found[0] if found and part.rstrip().endswith(":") else ""


def _row(part: str) -> Row:
    """The counters and the named numbers of what was printed at once; the first of each name counts."""
    row: Row = {}
    if pair := COUNTED_PAIR.match(part):
        row |= {"epoch": pair[1], "batch": pair[2]}
    rest = part
    for counter in COUNTER.finditer(part):
        name = re.sub(r"\W", "_", counter["name"].lower())
        row.setdefault(name, whole_number(counter["number"]))
        if name != "epoch" and counter["total"]:
            row.setdefault("total", whole_number(counter["total"]))
        rest = rest.replace(counter[0], " | ", 1)
    if not row.keys() & {"step", "batch", "iter", "iteration"} and (progress := PROGRESS.search(rest)):
        row |= {name: whole_number(progress[name]) for name in ("number", "total")}
        row["batch"] = row.pop("number")
    for name, number in _named_numbers(PROGRESS.sub(" | ", rest)):
        row.setdefault(name, number)
    return row


def _named_numbers(text: str) -> Iterator[tuple[str, str]]:
    """Each number with its name, and before that the held-out data that it is of, where these are named before."""
    subjects = list(SUBJECT.finditer(text))
    for pair in PAIR.finditer(text):
        before = [subject for subject in subjects if subject.start() < pair.start("number")]
        named = bool(SUBJECT.search(pair["name"].replace("_", " ")))
        held_out = before[-1]["held_out"] if before and not named else None
        is_list = pair["bracket"] in ("[", "(") and pair["more"]
        yield (
            f"{held_out} {pair['name']}" if held_out else pair["name"],
            (f"{pair['bracket']}{pair['number']}, ..." if is_list else pair["number"]),
        )


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
