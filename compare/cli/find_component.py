"""`python -m compare components --find "batch norm"`: shows pairs of sources side by side; runs and imports nothing.

Notice the order: what has the words in its name comes before what has them in its lesson or its code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table

from compare.cli.exits import EQUIVALENT, fail
from compare.components.selection import nearest
from compare.components.source import Entry, entries
from compare.components.specs import KINDS

MOST = 8  # pairs shown in full; of the others only the names
SHORT = 3  # letters: such a word is looked for as a whole, not inside of others, except in names
BORDERS = 4  # columns that a panel takes beside its code
TITLES = {"torch": "PyTorch", "tf": "TensorFlow"}
Pair = dict[str, Entry]  # by side


@dataclass(frozen=True)
class Found:
    """One entry that fits, and how well: 0 is best."""

    key: str
    kind: str
    pair: Pair
    rank: int


def every_pair() -> dict[str, tuple[str, Pair]]:
    """Kind and both sides' sources, by key."""
    found = {}
    for kind in KINDS:
        torch, tf = entries("torch", kind), entries("tf", kind)
        found |= {key: (kind, {"torch": torch[key], "tf": tf[key]}) for key in torch if key in tf}
    return found


def find(text: str) -> list[Found]:
    """The entries that have all the words somewhere, best first; capitals do not count."""
    words = text.lower().replace("_", " ").split()
    found = []
    for key, (kind, pair) in every_pair().items():
        rank = _rank(words, key, kind, pair)
        if words and rank is not None:
            found.append(Found(key, kind, pair, rank))
    return sorted(found, key=lambda one: one.rank)


def _rank(words: list[str], key: str, kind: str, pair: Pair) -> int | None:
    """0 where the words are words of the key, 1 where they stand in it, and on to 4, in the code; None: nowhere."""
    name = key.replace("_", " ")
    if set(words) <= set(name.split()):
        return 0
    codes = " ".join(entry.code for entry in pair.values())
    stand, texts = f"{name} {key.replace('_', '')}", ("", kind, pair["torch"].mind, codes)
    for rank, text in enumerate(texts, 1):
        stand += f" {text.lower()}"
        if all(word in stand if rank == 1 or len(word) > SHORT else _stands(word, stand) for word in words):
            return rank
    return None


def _stands(word: str, text: str) -> bool:
    """Whether it stands in the text as a word of its own: "no" is not in "normal", nor "at" in "that"."""
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z])", text) is not None


def show(text: str, console: Console | None = None) -> int:
    """Print the pairs that fit; the exit status."""
    found = find(text)
    if not found:
        fail(f"nothing has all the words of {text!r}: {nearest('_'.join(text.lower().split()), every_pair())}")
    console = console or _console()
    for number, one in enumerate(found[:MOST]):
        console.print(*[""] * (number > 0), rendered(one, console.width), sep="\n")
    if rest := [one.key for one in found[MOST:]]:
        console.print(f"\nand {len(rest)} more: {', '.join(rest)}", highlight=False)
    return EQUIVALENT


def _console() -> Console:
    console = Console()
    console.width = max(console.width, 80) if console.is_terminal else 120
    return console


def rendered(one: Found, width: int) -> RenderableType:
    """Both sources beside each other, where they fit without breaking a line; else one above the other."""
    widths = {side: max(map(len, entry.code.splitlines())) + BORDERS for side, entry in one.pair.items()}
    panels = [_panel(side, entry.code) for side, entry in one.pair.items()]
    beside = sum(widths.values()) < width
    heading = f"[bold]{one.key}[/] [dim]({one.kind})[/]"
    pair = _beside(panels, widths, width) if beside else Group(*panels)
    return Group(heading, pair, escape(one.pair["torch"].mind))


def _beside(panels: list[Panel], widths: dict[str, int], width: int) -> Table:
    """Half the width each, where that is enough for both."""
    spare = width - sum(widths.values())
    grid = Table.grid()
    for needed in widths.values():
        grid.add_column(width=width // 2 if max(widths.values()) <= width // 2 else needed + spare // 2)
    grid.add_row(*panels)
    return grid


def _panel(side: str, code: str) -> Panel:
    shown = Syntax(code, "python", theme="ansi_dark", background_color="default", word_wrap=True)
    return Panel(shown, title=TITLES[side], title_align="left", border_style="dim")
