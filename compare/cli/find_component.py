"""`python -m compare components --find "batch norm"`: shows both sides' source side by side, without running it.

Notice the order: matches in the name come before matches in the lesson or the code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table

from compare.cli.exits import EQUIVALENT, fail
from compare.components.selection import nearest
from compare.components.source import Entry, entries
from compare.components.specs import KINDS

SHOWN_IN_FULL = 8  # components; of the rest only the names are shown
SHORT_WORD = 3  # letters: up to this length a word matches whole words only, except in names
BORDERS = 4  # columns that a panel takes beside its code
FRAMEWORKS = {"torch": "PyTorch", "tf": "TensorFlow"}
Sources = dict[str, Entry]  # of one component, by side


@dataclass(frozen=True)
class Match:
    """A component that has all the words; `rank` says how well it matches, 0 is best."""

    key: str
    kind: str
    sources: Sources
    rank: int


@cache
def all_sources() -> dict[str, tuple[str, Sources]]:
    """Kind and sources of each component that both sides have, by key."""
    found: dict[str, tuple[str, Sources]] = {}
    for kind in KINDS:
        torch, tf = entries("torch", kind), entries("tf", kind)
        found |= {key: (kind, {"torch": torch[key], "tf": tf[key]}) for key in torch if key in tf}
    return found


def find(query: str) -> list[Match]:
    """The components that have all the words of a query, best first; case does not matter."""
    words, matches = query.lower().replace("_", " ").split(), []
    for key, (kind, sources) in all_sources().items():
        if words and (rank := _rank(words, key, kind, sources)) is not None:
            matches.append(Match(key, kind, sources, rank))
    return sorted(matches, key=lambda match: match.rank)


def _rank(words: list[str], key: str, kind: str, sources: Sources) -> int | None:
    """0 where the words are words of the key, 1 where they are inside it, 2 where the kind is needed to find them all,
    3 the lesson, 4 the code; None where a word is nowhere.
    """
    name = key.replace("_", " ")
    if set(words) <= set(name.split()):
        return 0
    searched = f"{name} {key.replace('_', '')}"
    code = " ".join(entry.code for entry in sources.values())
    for rank, text in enumerate(("", kind, sources["torch"].lesson, code), 1):
        searched += f" {text.lower()}"
        if all(_contains(searched, word, inside=rank == 1 or len(word) > SHORT_WORD) for word in words):
            return rank
    return None


def _contains(text: str, word: str, inside: bool) -> bool:
    """Whether a text has a word; with `inside`, also inside another word ("no" in "normal")."""
    if inside:
        return word in text
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z])", text) is not None


def show(query: str, console: Console | None = None) -> int:
    """Print the components that match; returns the exit status."""
    matches = find(query)
    if not matches:
        fail(f"no component has all the words of {query!r}: {nearest('_'.join(query.lower().split()), all_sources())}")
    console = console or _console()
    for number, match in enumerate(matches[:SHOWN_IN_FULL]):
        console.print(*[""] * (number > 0), render(match, console.width), sep="\n")
    if rest := [match.key for match in matches[SHOWN_IN_FULL:]]:
        console.print(f"\nand {len(rest)} more: {', '.join(rest)}", highlight=False)
    return EQUIVALENT


def _console() -> Console:
    console = Console()
    console.width = max(console.width, 80) if console.is_terminal else 120
    return console


def render(match: Match, width: int) -> RenderableType:
    """Both sources side by side, if they fit without breaking a line; otherwise one above the other."""
    codes = {side: entry.code for side, entry in match.sources.items()}
    widths = [max(map(len, code.splitlines())) + BORDERS for code in codes.values()]
    panels = [_panel(side, code) for side, code in codes.items()]
    heading = f"[bold]{match.key}[/] [dim]({match.kind})[/]"
    panels_of_both = _beside(panels, widths, width) if sum(widths) < width else Group(*panels)
    return Group(heading, panels_of_both, escape(match.sources["torch"].lesson))


def _beside(panels: list[Panel], widths: list[int], width: int) -> Table:
    """Both panels side by side, half the width each if that is enough for both."""
    spare = width - sum(widths)
    grid = Table.grid()
    for needed in widths:
        grid.add_column(width=width // 2 if max(widths) <= width // 2 else needed + spare // 2)
    grid.add_row(*panels)
    return grid


def _panel(side: str, code: str) -> Panel:
    shown = Syntax(code, "python", theme="ansi_dark", background_color="default", word_wrap=True)
    return Panel(shown, title=FRAMEWORKS[side], title_align="left", border_style="dim")
