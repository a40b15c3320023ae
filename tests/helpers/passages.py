"""Passages for rules: a statement of tf's in a function, beside one of PyTorch's."""

import ast
from collections.abc import Callable, Iterator

from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.passage import Passage

FILE = """import math
import tensorflow as tf

WIDTH, ALPHA = 8, 0.25


def loss(model, batch, training):
    logits = model(batch["x"])
    mask = batch["mask"]
    {}
"""


def passage(tf: str, torch: str = "") -> Passage:
    """The passage of a statement of tf's, behind others that make `logits` and `mask`."""
    code = Code("port.py", FILE.format(tf))
    return Passage(code, code.tree.body[-1].body[2], tuple(ast.parse(torch).body))


def statements(rule: Callable[[Passage], Iterator[Rewrite]], tf: str, torch: str = "") -> list[str]:
    """The statement as each rewrite of a rule leaves it, written as Python unparses it."""
    found = passage(tf, torch)
    changed = [found.code.with_rewrite(each).tree.body[-1].body[2:] for each in rule(found)]
    return ["; ".join(map(ast.unparse, each)) for each in changed]
