"""What the terminal shows of a report: the answer last and whole, and as much of the rest as fits above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from rich.console import Console, RenderableType
from rich.text import Text

from compare.judging.comparison import EQUIVALENT
from compare.judging.settings import INITIAL
from compare.reporting.answer import answer, other_findings
from compare.reporting.outcome import Outcome
from compare.reporting.settings_table import groups, settings_table
from compare.reporting.terminal import COLOURS
from compare.running.request import SIDES

MOST_LINES = 24  # of all that is shown of one case
OF_A_FINDING = 3  # lines; of the answer, twice as many
OF_SETTINGS = 8  # lines at least, if need be
OF_REMARKS = 6  # lines of all findings but the first
MOST_WARNINGS = 2
OF_THE_REPORT = 3  # lines that say where it is, and an empty one
OF_MANY = 8  # lines beside the answer of each case, where several are shown


@dataclass(frozen=True)
class Part:
    """Something to print, and how many lines it takes."""

    content: RenderableType
    lines: int


class Screen:
    """What is shown of one case beside its figures; `cut` tells that not all findings are whole."""

    def __init__(self, outcome: Outcome, console: Console, room: int):
        """`room` is the number of lines."""
        self._console, self._outcome = console, outcome
        self.cut = outcome.in_short not in ("", *outcome.findings)
        self.answer = [self._text(line, 2 * OF_A_FINDING) for line in answer(outcome)]
        self._colour_the_verdict()
        room -= sum(part.lines for part in self.answer)
        warnings = self._warnings()
        room -= sum(part.lines for part in warnings)
        remarks = self._remarks(min(OF_REMARKS, max(1, room - OF_SETTINGS)))
        table = self._settings(room - sum(part.lines for part in remarks))
        self.details = [*table, *remarks, *warnings]

    def _text(self, line: str, most: int) -> Part:
        """A line, cut where it takes more than so many lines of the terminal."""
        width = self._console.width
        short = shortened(line, most * width, findings_file(self._outcome))
        self.cut |= short != line
        return Part(Text(short), ceil(len(short) / width))

    def _colour_the_verdict(self) -> None:
        text = self.answer[0].content
        assert isinstance(text, Text)
        start = len(self._outcome.case) + 2
        text.stylize("bold", 0, start - 2)
        text.stylize(COLOURS[self._outcome.verdict], start, start + len(self._outcome.verdict))

    def _remarks(self, room: int) -> list[Part]:
        """The other findings, as many as fit."""
        parts = [self._text(f"also: {finding}", OF_A_FINDING) for finding in other_findings(self._outcome)]
        shown: list[Part] = []
        while parts and sum(part.lines for part in (*shown, parts[0])) + (len(parts) > 1) <= room:
            shown.append(parts.pop(0))
        if parts:
            self.cut = True
            shown.append(Part(Text(f"also: {len(parts)} more in {findings_file(self._outcome)}"), 1))
        return shown

    def _warnings(self) -> list[Part]:
        """What the frameworks warned of, where something differs."""
        warnings = (
            [] if self._outcome.verdict == EQUIVALENT else [f"warning, {each}" for each in self._outcome.warnings]
        )
        width, file = self._console.width, warnings_file(self._outcome)
        shown, more = warnings[:MOST_WARNINGS], len(warnings) - MOST_WARNINGS
        lines = [shortened(each, OF_A_FINDING * width // len(shown), file) for each in shown]
        lines += [f"and {more} more warnings, in {file}"] if more > 0 else []
        return [Part(Text(line), ceil(len(line) / width)) for line in lines]

    def _settings(self, room: int) -> list[Part]:
        """The settings that differ, rarest first: as many as fit."""
        judgement = self._outcome.judgement
        # A finding reports the initial values.
        found = groups(row for row in judgement.settings if row.subject != INITIAL) if judgement else []
        sides = judgement.sides if judgement else SIDES
        shown: list[Part] = []
        for count in range(1, len(found) + 1):  # from few on: rich takes long for a long table
            table = settings_table(found[:count], sides)
            lines, more = len(self._console.render_lines(table)), len(found) - count
            if 1 + lines > room:
                break
            if 1 + lines + bool(more) <= room:
                rest = [Part(Text(f"and {more} more that differ, in settings.csv"), 1)] if more else []
                shown = [Part("", 1), Part(table, lines), *rest]
        if shown:
            return shown
        return [Part(Text(f"settings: {len(found)} differ, in settings.csv"), 1)] if found else []


def screens(outcomes: Sequence[Outcome], console: Console, taken: int) -> list[Screen]:
    """A screen for each case, of which one that is alone has all lines that are not `taken`."""
    room = MOST_LINES - taken - OF_THE_REPORT if len(outcomes) == 1 else OF_MANY + 2 * OF_A_FINDING
    return [Screen(outcome, console, room) for outcome in outcomes]


def shortened(line: str, most: int, file: str) -> str:
    """A line of so many characters at most; one that is longer ends at a word, and names the file that has it whole."""
    whole = f" ... (whole in {file})"
    return line if len(line) <= most else line[: most - len(whole)].rsplit(" ", 1)[0] + whole


def warnings_file(outcome: Outcome) -> str:
    """Where all warnings of the frameworks are."""
    return f"{outcome.case}.warnings.txt"


def findings_file(outcome: Outcome) -> str:
    """Where all findings are whole."""
    return f"{outcome.case}.findings.txt"


def all_findings(outcome: Outcome) -> bytes:
    """Its content: a paragraph for each finding."""
    return "\n\n".join([f"{outcome.case}: {outcome.verdict}", *outcome.findings, ""]).encode()


def print_screens(shown: Sequence[Screen], outcomes: Sequence[Outcome], console: Console, report: str) -> None:
    """Print what is known of each case, where the report is, and last the answers."""
    for screen in shown:
        for part in screen.details:
            console.print(part.content, highlight=False, soft_wrap=isinstance(part.content, Text))
    console.print(report, highlight=False, soft_wrap=True)
    console.print()
    for screen, outcome in zip(shown, outcomes, strict=True):
        if len(outcomes) == 1 or outcome.verdict != EQUIVALENT:
            for part in screen.answer:
                console.print(part.content, highlight=False, soft_wrap=True)
    if len(outcomes) > 1:
        equivalent = sum(outcome.verdict == EQUIVALENT for outcome in outcomes)
        console.print(f"{equivalent} of {len(outcomes)} cases are equivalent", highlight=False)
