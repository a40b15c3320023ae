"""Every rewrite of a passage, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from compare.judging.causes import (
    accumulation,
    arguments,
    arithmetic,
    channels,
    clipping,
    conventions,
    corners,
    functions,
    gradients,
    loops,
    loss_options,
    losses,
    means,
    pieces,
    statements,
    transcribed,
    windows,
)
from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import Passage
from compare.judging.causes.scope import with_imports

Rule = Callable[[Passage], Iterator[Rewrite]]
RULES: tuple[Rule, ...] = (
    *gradients.RULES,
    *accumulation.RULES,
    *loops.RULES,
    *corners.RULES,
    *clipping.RULES,
    *conventions.RULES,
    *channels.RULES,
    *windows.RULES,
    *functions.RULES,
    *loss_options.RULES,
    *losses.RULES,
    *means.RULES,
    *arithmetic.RULES,
    *arguments.RULES,
    *pieces.RULES,
    *statements.RULES,
    *transcribed.RULES,
)
# So particular that any statement may be tried where those that part are not known
ANYWHERE: tuple[Rule, ...] = (*loops.RULES, *corners.RULES, *clipping.RULES)


def rewritten(passage: Passage, rules: tuple[Rule, ...] = RULES) -> list[tuple[Rewrite, Code]]:
    """Each rewrite with the code that it makes, the likeliest first, none twice and none that is not Python."""
    found: dict[str, tuple[Rewrite, Code]] = {}
    made = (each._replace(rule=rule.__name__) for rule in rules for each in rule(passage))
    every = (with_imports(passage, each) for each in made)
    for rewrite in sorted(every, key=lambda each: each.unlikely):
        try:
            changed = passage.code.with_rewrite(rewrite)
        except SyntaxError:
            continue
        if changed.text != passage.code.text:
            found.setdefault(changed.text, (rewrite, changed))
    return list(found.values())
