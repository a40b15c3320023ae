"""Every rewrite of a passage, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from compare.judging.causes import (
    accumulation,
    arguments,
    arithmetic,
    clipping,
    functions,
    gradients,
    losses,
    means,
    pieces,
    statements,
    transcribed,
)
from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import Passage

Rule = Callable[[Passage], Iterator[Rewrite]]
RULES: tuple[Rule, ...] = (
    *gradients.RULES,
    *accumulation.RULES,
    *clipping.RULES,
    *functions.RULES,
    *losses.RULES,
    *means.RULES,
    *arithmetic.RULES,
    *arguments.RULES,
    *pieces.RULES,
    *statements.RULES,
    *transcribed.RULES,
)


def rewritten(passage: Passage) -> list[tuple[Rewrite, Code]]:
    """Each rewrite with the code that it makes, the likeliest first, none twice and none that is not Python."""
    found: dict[str, tuple[Rewrite, Code]] = {}
    for rewrite in sorted((each for rule in RULES for each in rule(passage)), key=lambda each: each.unlikely):
        try:
            changed = passage.code.with_rewrite(rewrite)
        except SyntaxError:
            continue
        if changed.text != passage.code.text:
            found.setdefault(changed.text, (rewrite, changed))
    return list(found.values())
