"""Why a port parts, in lines: each change that was found, and what it proves."""

from __future__ import annotations

from compare.judging.causes.cause import Cause
from compare.judging.judgement import Judgement

LONGEST = 100  # characters of a line of code


def cause_lines(judgement: Judgement) -> list[str]:
    """The lines; empty where no change was found."""
    causes = judgement.causes
    if not causes:
        return []
    lines = ["why:", *(line for number, each in enumerate(causes, 1) for line in _lines(number, each))]
    changes = "this change" if len(causes) == 1 else f"these {len(causes)} changes"
    if all(each.makes_equivalent for each in causes):
        closed = max(each.closed for each in causes)
        return [*lines, f"proven: with {changes} the port is equivalent ({closed:.0e} apart there)"]
    sure = sum(each.is_proven for each in causes)
    proof = "proven, as far as the steps where it shows" if sure == len(causes) else f"{sure} of them proven"
    return [*lines, f"{proof}: with {changes} more of the port agrees, and it parts elsewhere"]


def _lines(number: int, cause: Cause) -> list[str]:
    code = [f"     {sign} {_short(each)}" for sign, each in (("-", cause.old), ("+", cause.new)) if each]
    return [f"  {number}. {cause.where}, {cause.what}: tf {cause.said}", *code]


def _short(code: str) -> str:
    return code if len(code) <= LONGEST else f"{code[: LONGEST - 3].rstrip()}..."
