"""Every family of wrong lines as it is, and every wrong line: `python -m tests.line_proof` prints what is amiss.

Of a wrong line the port must part at the stage that is planted, and of each side the line that differs must be named.
`python -m tests.line_proof NAME...` tries only these, families or wrong lines, and prints what was found of each.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence

from compare.judging.line import PARTS, Line
from compare.judging.statements import statement
from compare.reporting.result import Result
from compare.running.options import Options
from compare.running.request import SIDES
from tests.end_to_end.wrong_lines import FAMILIES, PORTS, WRONG_LINES, WrongLine, lines_of, text_of
from tests.port_proof import judged_files


def stage_of(result: Result) -> str:
    """Where a port first parts: the stage that a wrong line is to show."""
    first = result.judgement.first_divergence if result.judgement else None
    return first.key[1] if result.verdict == "diverged" and first else result.verdict


def sides_named(wrong: WrongLine, result: Result) -> list[str]:
    """The sides of which the line that differs is named."""
    judgement = result.judgement
    named = [*judgement.lines, *(line for each in judgement.differences for line in each.lines)] if judgement else []
    parts = [line for line in named if line.role == PARTS]
    return [
        side for side in SIDES if any(lines_of(wrong, side) & _spanned(line) for line in parts if line.side == side)
    ]


def _spanned(line: Line) -> set[int]:
    """The lines of the statement that a line is in, unless that holds others."""
    found = statement(line.at)
    whole = found is not None and not hasattr(found, "body")
    return set(range(found.lineno, (found.end_lineno or found.lineno) + 1)) if found and whole else {line.at.line}


def main(names: Sequence[str]) -> None:
    families = [family for family in FAMILIES if not names or family in names]
    if families:
        prove_families(families)
    wrongs = [wrong for wrong in WRONG_LINES if not names or {wrong.name, wrong.family} & set(names)]
    if wrongs:
        prove_lines(wrongs, all_of_them=bool(names))


def prove_families(families: Sequence[str]) -> None:
    began, right = time.monotonic(), 0
    for name, result in judged_files({family: (PORTS / f"{family}.py").read_text() for family in families}, Options()):
        right += result.verdict == "equivalent"
        if result.verdict != "equivalent":
            print(f"{name}: {result.verdict}", *result.findings, sep="\n    ")
    print(f"{right} of {len(families)} families are equivalent, {time.monotonic() - began:.0f} s", flush=True)


def prove_lines(wrongs: Sequence[WrongLine], all_of_them: bool) -> None:
    began, right, sides = time.monotonic(), 0, Counter()
    by_name = {wrong.name: wrong for wrong in wrongs}
    for name, result in judged_files({wrong.name: text_of(wrong) for wrong in wrongs}, Options("float64")):
        wrong, named = by_name[name], sides_named(by_name[name], result)
        right += stage_of(result) == wrong.shows
        sides[len(named)] += 1
        if all_of_them or len(named) < len(SIDES) or stage_of(result) != wrong.shows:
            lines = {side: sorted(lines_of(wrong, side)) for side in SIDES}
            print(f"{name}: {stage_of(result)} ({wrong.shows}), lines named of {named}, they are {lines}")
            print(*result.findings[:2], *result.lines[["side", "line", "source"]].values.tolist(), sep="\n    ")
    both, one = sides[2], sides[2] + sides[1]
    print(
        f"{right} of {len(wrongs)} part where they should, both lines named of {both}, at least one of {one}, "
        f"{time.monotonic() - began:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
